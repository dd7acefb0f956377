package router

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A card is an entry of tables in tests.
type card struct {
	Resource
	Suit string
}

// newCards returns a table of n cards, S1 and on, of which every third is red.
func newCards(n int) *Table[*card] {
	t := new(Table[*card])
	for i := 1; i <= n; i++ {
		suit := "black"
		if i%3 == 0 {
			suit = "red"
		}
		t.add(&card{Resource{SID: fmt.Sprintf("S%d", i), place: i}, suit})
	}
	return t
}

func cardSIDs(cards []*card) []string {
	names := []string{}
	for _, c := range cards {
		names = append(names, c.SID)
	}
	return names
}

func isRed(c *card) bool { return c.Suit == "red" }

func bySuit(a, b *card) int { return cmp.Compare(b.Suit, a.Suit) }

var cardQueries = map[string]Query[*card]{
	"all":            {},
	"red":            {Match: isRed},
	"none":           {Match: func(*card) bool { return false }},
	"sorted":         {Compare: bySuit},
	"red and sorted": {Match: isRed, Compare: NewestFirst[*card]},
}

func TestPagesForwardAndBackwardHoldEachEntryOnce(t *testing.T) {
	for name, query := range cardQueries {
		for n := range 8 {
			for size := 1; size <= n+1; size++ {
				t.Run(fmt.Sprint(name, n, size), func(t *testing.T) {
					table := newCards(n)
					query.Size, query.Token = size, ""
					all := table.rows()
					if query.Match != nil {
						all = slices.DeleteFunc(all, func(c *card) bool { return !query.Match(c) })
					}
					if query.Compare != nil {
						slices.SortStableFunc(all, query.Compare)
					}
					checkWalk(t, table, query, all)
				})
			}
		}
	}
}

// checkWalk walks to the last page and back, and wants to meet all on each way.
func checkWalk(t *testing.T, table *Table[*card], query Query[*card], all []*card) {
	t.Helper()
	var forward, backward []*card
	page, err := table.Page(query)
	require.NoError(t, err)
	assert.False(t, page.Before)
	for {
		forward = append(forward, page.Items...)
		if !page.After {
			break
		}
		assert.Len(t, page.Items, query.Size)
		query.Token = page.NextToken()
		page, err = table.Page(query)
		require.NoError(t, err)
		assert.True(t, page.Before)
		assert.NotEmpty(t, page.Items)
	}
	assert.Equal(t, cardSIDs(all), cardSIDs(forward))
	for {
		backward = append(slices.Clone(page.Items), backward...)
		if !page.Before {
			break
		}
		query.Token = page.PreviousToken()
		page, err = table.Page(query)
		require.NoError(t, err)
		assert.True(t, page.After)
		assert.Len(t, page.Items, query.Size, "pages before a page are full")
	}
	assert.Equal(t, cardSIDs(all), cardSIDs(backward))
}

func TestTokensAreMadeOfTheEntriesAtTheEnds(t *testing.T) {
	page, err := newCards(5).Page(Query[*card]{Size: 2, Token: "PAS1"})
	require.NoError(t, err)
	assert.Equal(t, []string{"S2", "S3"}, cardSIDs(page.Items))
	assert.Equal(t, "PAS3", page.NextToken())
	assert.Equal(t, "PBS2", page.PreviousToken())
}

func TestAPageTokenOfWhatWasRemovedStillLeadsOn(t *testing.T) {
	for name, query := range map[string]Query[*card]{"in order": {Size: 2}, "newest first": {Size: 2, Compare: NewestFirst[*card]}} {
		t.Run(name, func(t *testing.T) {
			table := newCards(6)
			gone, err := table.Get("S3")
			require.NoError(t, err)
			table.remove(gone)
			after, before := []string{"S4", "S5"}, []string{"S1", "S2"}
			if query.Compare != nil {
				after, before = []string{"S2", "S1"}, []string{"S5", "S4"}
			}
			query.Token = "PAS3"
			page, err := table.Page(query)
			require.NoError(t, err)
			assert.Equal(t, after, cardSIDs(page.Items))
			query.Token = "PBS3"
			page, err = table.Page(query)
			require.NoError(t, err)
			assert.Equal(t, before, cardSIDs(page.Items))
		})
	}
}

func TestATokenThatNoPageGaveIsRefused(t *testing.T) {
	for _, token := range []string{"x", "PA", "PB", "S1", "PCS1", "PAS9", "PBS9", "paS1", "PAPAS1"} {
		_, err := newCards(3).Page(Query[*card]{Size: 1, Token: token})
		assert.EqualError(t, err, "PageToken is not one that a page gave", token)
	}
}

func TestATableForgetsWhatWasRemovedLongAgo(t *testing.T) {
	const n = removedKept + 1
	table := newCards(n + 1)
	for range n {
		table.remove(table.first())
	}
	assert.Equal(t, 1, table.Len())
	assert.Less(t, len(table.removed), removedKept)
	_, err := table.Page(Query[*card]{Size: 1, Token: "PAS1"})
	assert.Error(t, err)
	page, err := table.Page(Query[*card]{Size: 1, Token: fmt.Sprintf("PAS%d", n)})
	require.NoError(t, err)
	assert.Len(t, page.Items, 1)
}
