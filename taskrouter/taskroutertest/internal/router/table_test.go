package router

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// rows are the entries of a table, for tests that ask for one by its number.
func (t *Table[T]) rows() []T { return slices.Collect(t.All()) }

func TestATableHoldsWhatIsAddedUntilItIsRemoved(t *testing.T) {
	var table Table[*card]
	assert.Equal(t, 0, table.Len())
	assert.False(t, table.Has("S1"))
	_, err := table.Get("S1")
	var refusal *Refusal
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, Refusal{Status: 404, Code: 20404}, *refusal)

	table = *newCards(3)
	second, err := table.Get("S2")
	require.NoError(t, err)
	table.remove(second)
	assert.Equal(t, []string{"S1", "S3"}, cardSIDs(table.rows()))
	assert.False(t, table.Has("S2"))
	assert.True(t, table.Has("S3"))
}

// A plainTable is what a table is to be like.
type plainTable struct {
	*Table[*card]
	cards   []*card
	removed []*card
	made    int
}

func (p *plainTable) add() {
	p.made++
	c := &card{Resource{SID: fmt.Sprintf("S%d", p.made), place: p.made}, []string{"red", "black"}[p.made%2]}
	p.Table.add(c)
	p.cards = append(p.cards, c)
}

func (p *plainTable) remove(i int) {
	c := p.cards[i]
	p.Table.remove(c)
	p.cards = slices.Delete(p.cards, i, i+1)
	p.removed = append(p.removed, c)
}

// check compares all that a table tells.
func (p *plainTable) check(t require.TestingT) {
	require.Equal(t, len(p.cards), p.Len())
	require.Equal(t, cardSIDs(p.cards), cardSIDs(p.rows()))
	backwards := slices.Collect(p.Backwards())
	slices.Reverse(backwards)
	require.Equal(t, cardSIDs(p.cards), cardSIDs(backwards))
	if len(p.cards) > 0 {
		require.Same(t, p.cards[0], p.first())
	}
	for i, c := range p.numbered() {
		require.Same(t, p.cards[i], c)
		require.Same(t, c, p.bySID[c.SID])
	}
	for _, c := range p.removed {
		require.False(t, p.Has(c.SID))
	}
	p.checkBlocks(t)
}

// checkBlocks wants blocks that are short enough for the work of a removal, and few
// enough for the memory that they take.
func (p *plainTable) checkBlocks(t require.TestingT) {
	for i, block := range p.blocks {
		require.LessOrEqual(t, len(block), blockLen)
		if i > 0 {
			require.Greater(t, len(p.blocks[i-1])+len(block), blockLen)
		}
	}
}

func TestATableIsSortedInWholeBlocksAndKeepsTheOrderOfEquals(t *testing.T) {
	p := &plainTable{Table: new(Table[*card])}
	for range 5*blockLen + 1 {
		p.add()
	}
	bySuit := func(a, b *card) int { return cmp.Compare(a.Suit, b.Suit) }
	p.sort(bySuit)
	slices.SortStableFunc(p.cards, bySuit)
	p.check(t)
}

// checkPage compares a page that begins, or ends, at an entry that is there or was.
func (p *plainTable) checkPage(t require.TestingT, query Query[*card], prefix string, anchor *card) {
	query.Token = prefix + anchor.SID
	got, err := p.Page(query)
	require.NoError(t, err)
	var before, after []*card
	order := func(a, b *card) int { return cmp.Compare(a.place, b.place) }
	if query.Compare != nil {
		order = func(a, b *card) int { return cmp.Or(query.Compare(a, b), cmp.Compare(a.place, b.place)) }
	}
	for _, c := range slices.SortedFunc(slices.Values(p.cards), order) {
		switch {
		case query.Match != nil && !query.Match(c):
		case order(c, anchor) < 0 || c == anchor && prefix == tokenAfter:
			before = append(before, c)
		default:
			after = append(after, c)
		}
	}
	want := Page[*card]{Before: len(before) > 0, After: len(after) > query.Size, Items: after[:min(query.Size, len(after))]}
	if prefix == tokenBefore {
		want = Page[*card]{Before: len(before) > query.Size, After: len(after) > 0, Items: before[max(0, len(before)-query.Size):]}
	}
	require.Equal(t, cardSIDs(want.Items), cardSIDs(got.Items))
	require.Equal(t, []bool{want.Before, want.After}, []bool{got.Before, got.After}, "whether there are more")
}

func TestATableIsLikeAPlainListWhateverIsAddedAndRemoved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &plainTable{Table: new(Table[*card])}
		for range rapid.IntRange(0, 4*blockLen).Draw(t, "cards") {
			p.add()
		}
		remove := func(n int, next func() int) {
			for range min(n, len(p.cards)) {
				p.remove(next())
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { p.check(t) },
			"add": func(t *rapid.T) {
				for range rapid.SampledFrom([]int{1, 2, 50, blockLen}).Draw(t, "n") {
					p.add()
				}
			},
			"remove neighbours": func(t *rapid.T) {
				n := rapid.SampledFrom([]int{1, 10, blockLen, 2 * blockLen}).Draw(t, "n")
				at := rapid.IntRange(0, max(0, len(p.cards)-1)).Draw(t, "at")
				remove(n, func() int { return min(at, len(p.cards)-1) })
			},
			"remove here and there": func(t *rapid.T) {
				n := rapid.SampledFrom([]int{2, 100, blockLen}).Draw(t, "n")
				step := rapid.IntRange(1, 1_000).Draw(t, "step")
				at := 0
				remove(n, func() int {
					at = (at + step) % len(p.cards)
					return at
				})
			},
			"page": func(t *rapid.T) {
				query := cardQueries[rapid.SampledFrom([]string{"all", "red", "none", "sorted", "red and sorted"}).Draw(t, "query")]
				query.Size = rapid.SampledFrom([]int{1, 2, 50, blockLen + 1}).Draw(t, "size")
				known := append(slices.Clone(p.removed[max(0, len(p.removed)-removedKept/2):]), p.cards...)
				if len(known) == 0 {
					t.Skip("there are no tokens") // of rapid: another step is drawn in place of this one
				}
				anchor := rapid.SampledFrom(known).Draw(t, "anchor")
				p.checkPage(t, query, rapid.SampledFrom([]string{tokenAfter, tokenBefore}).Draw(t, "token"), anchor)
			},
		})
	})
}
