package router

import (
	"cmp"
	"slices"
	"strings"
)

// A Query says which entries of a list are asked for.
type Query[T Entry] struct {
	// Match tells which; nil for all.
	Match func(T) bool
	// Compare is the order; nil for that in which they were made.
	Compare func(a, b T) int
	// Size is how many make a page.
	Size int
	// Token is where the page begins, or ends; "" for the first page.
	Token string
}

// A Page is some of the entries of a list.
type Page[T Entry] struct {
	Items []T
	// Before and After tell whether there are more.
	Before, After bool
}

// What a page token begins with. After it comes the SID of the last entry of the
// page before, or the first of the page after.
const (
	tokenAfter  = "PA"
	tokenBefore = "PB"
)

// NextToken is the token of the page after this one.
func (p Page[T]) NextToken() string { return tokenAfter + p.Items[len(p.Items)-1].resource().SID }

// PreviousToken is the token of the page before this one.
func (p Page[T]) PreviousToken() string { return tokenBefore + p.Items[0].resource().SID }

// Page returns a page of those in the table.
func (t *Table[T]) Page(q Query[T]) (Page[T], error) {
	rows, compare := t.rows, byPlace[T]
	if q.Compare != nil {
		compare = func(a, b T) int { return cmp.Or(q.Compare(a, b), byPlace(a, b)) }
		rows = slices.SortedFunc(matching(rows, q.Match), compare)
		q.Match = nil
	}
	if q.Token == "" {
		return pageAfter(rows, 0, q), nil
	}
	anchor, ok := t.anchor(q.Token)
	if !ok {
		return Page[T]{}, Invalid("PageToken is not one that a page gave")
	}
	i, found := slices.BinarySearchFunc(rows, anchor, compare)
	if strings.HasPrefix(q.Token, tokenBefore) {
		return pageBefore(rows, i, q), nil
	}
	if found {
		i++
	}
	return pageAfter(rows, i, q), nil
}

func (t *Table[T]) anchor(token string) (T, bool) {
	sid, ok := strings.CutPrefix(token, tokenAfter)
	if !ok {
		sid, ok = strings.CutPrefix(token, tokenBefore)
	}
	if !ok {
		var none T
		return none, false
	}
	return t.find(sid)
}

func pageAfter[T Entry](rows []T, from int, q Query[T]) Page[T] {
	page := Page[T]{Before: firstMatch(slices.Backward(rows[:from]), q.Match)}
	for _, entry := range rows[from:] {
		switch {
		case q.Match != nil && !q.Match(entry):
		case len(page.Items) == q.Size:
			page.After = true
			return page
		default:
			page.Items = append(page.Items, entry)
		}
	}
	return page
}

func pageBefore[T Entry](rows []T, to int, q Query[T]) Page[T] {
	page := Page[T]{After: firstMatch(slices.All(rows[to:]), q.Match)}
	for _, entry := range slices.Backward(rows[:to]) {
		if q.Match != nil && !q.Match(entry) {
			continue
		}
		if len(page.Items) == q.Size {
			page.Before = true
			break
		}
		page.Items = append(page.Items, entry)
	}
	slices.Reverse(page.Items)
	return page
}

func matching[T Entry](rows []T, match func(T) bool) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for _, entry := range rows {
			if (match == nil || match(entry)) && !yield(entry) {
				return
			}
		}
	}
}

// firstMatch tells whether any of the rows match.
func firstMatch[T Entry](rows func(yield func(int, T) bool), match func(T) bool) bool {
	for _, entry := range rows {
		if match == nil || match(entry) {
			return true
		}
	}
	return false
}

// NewestFirst is the order of those that were made last before the others.
func NewestFirst[T Entry](a, b T) int { return byPlace(b, a) }
