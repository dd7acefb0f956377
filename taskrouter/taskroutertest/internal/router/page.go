package router

import (
	"cmp"
	"iter"
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
	var anchor T
	if q.Token != "" {
		var ok bool
		if anchor, ok = t.anchor(q.Token); !ok {
			return Page[T]{}, Invalid("PageToken is not one that a page gave")
		}
	}
	if q.Compare != nil {
		return t.sortedPage(q, anchor), nil
	}
	if q.Token == "" {
		return t.pageAfter(spot{}, q), nil
	}
	at, found := t.search(anchor)
	if q.backwards() {
		return t.pageBefore(at, q), nil
	}
	if found {
		at.i++
	}
	return t.pageAfter(at, q), nil
}

// backwards tells whether the page ends before an entry, not begins after one.
func (q Query[T]) backwards() bool { return strings.HasPrefix(q.Token, tokenBefore) }

// sortedPage returns a page of a list that has an order of its own. No more is sorted
// than the page takes: who reads a long list would have it sorted for each page.
func (t *Table[T]) sortedPage(q Query[T], anchor T) Page[T] {
	away := func(a, b T) int { return cmp.Or(q.Compare(a, b), byPlace(a, b)) }
	if q.backwards() {
		away = func(a, b T) int { return cmp.Or(q.Compare(b, a), byPlace(b, a)) }
	}
	nearest := least[T]{n: q.Size + 1, compare: away}
	behind := false // whether there are any on the other side of the anchor
	for entry := range matching(t.All(), q.Match) {
		if q.Token != "" && away(entry, anchor) <= 0 {
			behind = true
			continue
		}
		nearest.add(entry)
	}
	items := nearest.sorted()
	more := len(items) > q.Size
	items = items[:min(len(items), q.Size)]
	if q.backwards() {
		slices.Reverse(items)
		return Page[T]{Items: items, Before: more, After: behind}
	}
	return Page[T]{Items: items, Before: behind, After: more}
}

// least gathers the first n of an order.
type least[T any] struct {
	n       int
	compare func(a, b T) int
	items   []T
	full    bool // whether the nth of items bounds those to come
}

func (l *least[T]) add(entry T) {
	if l.full && l.compare(entry, l.items[l.n-1]) > 0 {
		return
	}
	l.items = append(l.items, entry)
	if len(l.items) == 2*l.n {
		l.sorted()
		l.full = true
	}
}

// sorted sorts and returns them.
func (l *least[T]) sorted() []T {
	slices.SortFunc(l.items, l.compare)
	l.items = l.items[:min(len(l.items), l.n)]
	return l.items
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

func (t *Table[T]) pageAfter(at spot, q Query[T]) Page[T] {
	page := Page[T]{Before: isAny(matching(t.before(at), q.Match))}
	page.Items, page.After = q.take(t.from(at))
	return page
}

func (t *Table[T]) pageBefore(at spot, q Query[T]) Page[T] {
	page := Page[T]{After: isAny(matching(t.from(at), q.Match))}
	page.Items, page.Before = q.take(t.before(at))
	slices.Reverse(page.Items)
	return page
}

// take returns as many as a page has of the entries that match, and tells whether there
// are more.
func (q Query[T]) take(entries iter.Seq[T]) (items []T, more bool) {
	for entry := range matching(entries, q.Match) {
		if len(items) == q.Size {
			return items, true
		}
		items = append(items, entry)
	}
	return items, false
}

func matching[T Entry](entries iter.Seq[T], match func(T) bool) iter.Seq[T] {
	if match == nil {
		return entries
	}
	return func(yield func(T) bool) {
		for entry := range entries {
			if match(entry) && !yield(entry) {
				return
			}
		}
	}
}

func isAny[T any](entries iter.Seq[T]) bool {
	for range entries {
		return true
	}
	return false
}

// NewestFirst is the order of those that were made last before the others.
func NewestFirst[T Entry](a, b T) int { return byPlace(b, a) }
