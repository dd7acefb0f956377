package router

import (
	"cmp"
	"iter"
	"slices"
	"sort"
	"time"
)

// Resource is what all resources have.
type Resource struct {
	SID         string    `json:"sid"`
	DateCreated time.Time `json:"date_created"`
	DateUpdated time.Time `json:"date_updated"`

	place int // in the order in which the account made its resources
}

func (r *Resource) resource() *Resource { return r }

// An Entry is something that a [Table] holds: a pointer to what has a [Resource].
type Entry interface{ resource() *Resource }

// A Table holds resources of one kind in the order in which they were made. The
// zero value is an empty one.
type Table[T Entry] struct {
	// blocks hold them in order. A removal moves no more than the entries of a block, not
	// all that come after it. No two neighbours would fit into one block, and none is
	// empty beside others.
	blocks [][]T
	bySID  map[string]T
	// removed are the last ones that were, so that a page token that was made of one
	// still says where the next page begins.
	removed []T
}

const (
	blockLen    = 512
	removedKept = 4000
)

// Len returns how many there are.
func (t *Table[T]) Len() int { return len(t.bySID) }

// All returns them in the order in which they were made. The table must not be
// changed meanwhile.
func (t *Table[T]) All() iter.Seq[T] { return t.from(spot{}) }

// Backwards returns them in the opposite order. The table must not be changed meanwhile.
func (t *Table[T]) Backwards() iter.Seq[T] { return t.before(spot{block: len(t.blocks)}) }

// numbered returns them as All does, with their numbers from 0 on.
func (t *Table[T]) numbered() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		i := 0
		for entry := range t.All() {
			if !yield(i, entry) {
				return
			}
			i++
		}
	}
}

// first returns the one that was made first, which must be there.
func (t *Table[T]) first() T { return t.blocks[0][0] }

// Get returns the one with a SID, or a refusal if there is none.
func (t *Table[T]) Get(sid string) (T, error) {
	entry, ok := t.Lookup(sid)
	if !ok {
		return entry, notFound()
	}
	return entry, nil
}

// Lookup returns the one with a SID, and whether there is one.
func (t *Table[T]) Lookup(sid string) (T, bool) {
	entry, ok := t.bySID[sid]
	return entry, ok
}

// Has tells whether there is one with a SID.
func (t *Table[T]) Has(sid string) bool {
	_, ok := t.Lookup(sid)
	return ok
}

// add appends one, which was made after all that are there.
func (t *Table[T]) add(entry T) {
	if t.bySID == nil {
		t.bySID = make(map[string]T)
	}
	t.append(entry)
	t.bySID[entry.resource().SID] = entry
}

// append appends one without making it known by its SID.
func (t *Table[T]) append(entry T) {
	last := len(t.blocks) - 1
	if last < 0 || len(t.blocks[last]) == blockLen {
		t.blocks = append(t.blocks, nil)
		last++
	}
	t.blocks[last] = append(t.blocks[last], entry)
}

// sort puts all in an order; those that are equal there stay in the one they had.
func (t *Table[T]) sort(compare func(a, b T) int) {
	all := slices.SortedStableFunc(t.All(), compare)
	t.blocks = nil
	for _, entry := range all {
		t.append(entry)
	}
}

// remove takes one out, which must be there.
func (t *Table[T]) remove(entry T) {
	at, _ := t.search(entry)
	t.blocks[at.block] = slices.Delete(t.blocks[at.block], at.i, at.i+1)
	t.merge(at.block)
	t.merge(at.block - 1)
	delete(t.bySID, entry.resource().SID)
	if len(t.removed) == removedKept {
		t.removed = slices.Delete(t.removed, 0, removedKept/2)
	}
	t.removed = append(t.removed, entry)
}

// merge puts what is in a block and in the next one together, if it fits.
func (t *Table[T]) merge(block int) {
	next := block + 1
	if block < 0 || next >= len(t.blocks) || len(t.blocks[block])+len(t.blocks[next]) > blockLen {
		return
	}
	t.blocks[block] = append(t.blocks[block], t.blocks[next]...)
	t.blocks = slices.Delete(t.blocks, next, next+1)
}

// A spot is before an entry, or at the end of a block.
type spot struct{ block, i int }

// search returns where an entry is, or would be, and whether it is there.
func (t *Table[T]) search(entry T) (spot, bool) {
	if len(t.blocks) == 0 {
		return spot{}, false
	}
	block := sort.Search(len(t.blocks)-1, func(i int) bool { return byPlace(entry, t.blocks[i+1][0]) < 0 })
	i, found := slices.BinarySearchFunc(t.blocks[block], entry, byPlace)
	return spot{block, i}, found
}

// from returns the entries after a spot in order.
func (t *Table[T]) from(at spot) iter.Seq[T] {
	return func(yield func(T) bool) {
		i := at.i
		for block := at.block; block < len(t.blocks); block++ {
			for _, entry := range t.blocks[block][i:] {
				if !yield(entry) {
					return
				}
			}
			i = 0
		}
	}
}

// before returns the entries before a spot, the nearest first.
func (t *Table[T]) before(at spot) iter.Seq[T] {
	return func(yield func(T) bool) {
		i := at.i
		for block := at.block; block >= 0; block-- {
			if block < at.block {
				i = len(t.blocks[block])
			}
			for i--; i >= 0; i-- {
				if !yield(t.blocks[block][i]) {
					return
				}
			}
		}
	}
}

// find returns one that is there or was removed lately.
func (t *Table[T]) find(sid string) (T, bool) {
	if entry, ok := t.bySID[sid]; ok {
		return entry, true
	}
	i := slices.IndexFunc(t.removed, func(entry T) bool { return entry.resource().SID == sid })
	if i < 0 {
		var none T
		return none, false
	}
	return t.removed[i], true
}

func byPlace[T Entry](a, b T) int { return cmp.Compare(a.resource().place, b.resource().place) }

// index makes what is there known by its SID.
func (t *Table[T]) index() {
	t.bySID = make(map[string]T)
	for entry := range t.All() {
		t.bySID[entry.resource().SID] = entry
	}
}
