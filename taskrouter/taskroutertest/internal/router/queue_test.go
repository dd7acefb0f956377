package router

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type ticket struct{ key, id, place int }

func compareTickets(a, b *ticket) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id))
}

func newTickets() *queue[*ticket] {
	return &queue[*ticket]{
		before: func(a, b *ticket) bool { return compareTickets(a, b) < 0 },
		place:  func(t *ticket) *int { return &t.place },
	}
}

// TestAQueueHasWhatGoesFirstAlwaysInFront does by chance with a queue what it does with a
// list that it sorts each time.
func TestAQueueHasWhatGoesFirstAlwaysInFront(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		q, all := newTickets(), []*ticket(nil)
		for id := range 400 {
			i := random.IntN(len(all) + 1)
			switch action := random.IntN(7); {
			case action < 3 || i == len(all):
				item := &ticket{key: random.IntN(20), id: id}
				require.False(t, q.has(item))
				if action == 0 {
					q.put(item)
				} else {
					q.push(item)
				}
				all = append(all, item)
			case action == 3:
				q.remove(all[i])
				require.False(t, q.has(all[i]))
				all = slices.Delete(all, i, i+1)
			case action == 4:
				all[i].key = random.IntN(20)
				if coin(random) {
					q.put(all[i])
				} else {
					q.fix(all[i])
				}
			case action == 5:
				first := q.pop()
				require.Same(t, slices.MinFunc(all, compareTickets), first)
				require.False(t, q.has(first))
				all = slices.DeleteFunc(all, func(item *ticket) bool { return item == first })
			default:
				for _, item := range all {
					item.key = random.IntN(20)
				}
				q.fixAll()
			}
			require.Equal(t, len(all) == 0, q.empty())
			require.Len(t, q.items, len(all))
			requireQueue(t, q)
			if len(all) > 0 {
				require.Same(t, slices.MinFunc(all, compareTickets), q.first())
				require.True(t, q.has(all[0]))
			}
		}
	}
}

func TestAQueueHoldsNothingThatWasTakenOut(t *testing.T) {
	q := newTickets()
	for id := range 3 {
		q.push(&ticket{id: id})
	}
	rest := q.items
	for !q.empty() {
		q.pop()
	}
	assert.Equal(t, []*ticket{nil, nil, nil}, rest[:3])
}
