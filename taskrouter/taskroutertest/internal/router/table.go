package router

import (
	"cmp"
	"iter"
	"slices"
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
	rows  []T
	bySID map[string]T
	// removed are the last ones that were, so that a page token that was made of one
	// still says where the next page begins.
	removed []T
}

const removedKept = 4000

// Len returns how many there are.
func (t *Table[T]) Len() int { return len(t.rows) }

// All returns them in the order in which they were made. The table must not be
// changed meanwhile.
func (t *Table[T]) All() iter.Seq[T] { return slices.Values(t.rows) }

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
	t.rows = append(t.rows, entry)
	t.bySID[entry.resource().SID] = entry
}

// remove takes one out, which must be there.
func (t *Table[T]) remove(entry T) {
	i, _ := slices.BinarySearchFunc(t.rows, entry, byPlace)
	if i == 0 { // as of events that are too old, and of queues that are cleared
		clear(t.rows[:1])
		t.rows = t.rows[1:]
	} else {
		t.rows = slices.Delete(t.rows, i, i+1)
	}
	delete(t.bySID, entry.resource().SID)
	if len(t.removed) == removedKept {
		t.removed = slices.Delete(t.removed, 0, removedKept/2)
	}
	t.removed = append(t.removed, entry)
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
	t.bySID = make(map[string]T, len(t.rows))
	for _, entry := range t.rows {
		t.bySID[entry.resource().SID] = entry
	}
}
