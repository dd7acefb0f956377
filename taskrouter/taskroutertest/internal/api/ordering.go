package api

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// orders are the ways to sort a list, by their names.
type orders[T any] map[string]func(a, b T) int

// parse reads an Ordering, such as Priority:desc,DateCreated:asc, and returns how to
// compare by it, nil for no ordering.
func (o orders[T]) parse(ordering *string) (func(a, b T) int, error) {
	if isEmpty(ordering) {
		return nil, nil
	}
	var compare []func(a, b T) int
	seen := make(map[string]bool)
	for part := range strings.SplitSeq(*ordering, ",") {
		name, direction, _ := strings.Cut(strings.TrimSpace(part), ":")
		by, known := o[name]
		switch {
		case !known || seen[name]:
			return nil, router.Invalid("Ordering is %s, expected each of %s once at most", *ordering, strings.Join(slices.Sorted(maps.Keys(o)), ", "))
		case direction == "asc":
			compare = append(compare, by)
		case direction == "desc":
			compare = append(compare, func(a, b T) int { return by(b, a) })
		default:
			return nil, router.Invalid("Ordering is %s, expected :asc or :desc after %s", *ordering, name)
		}
		seen[name] = true
	}
	if seen["DateCreated"] && seen["VirtualStartTime"] {
		return nil, router.Invalid("Ordering cannot join DateCreated and VirtualStartTime")
	}
	return func(a, b T) int {
		for _, by := range compare {
			if order := by(a, b); order != 0 {
				return order
			}
		}
		return 0
	}, nil
}

var taskOrders = orders[*router.Task]{
	"DateCreated":      func(a, b *router.Task) int { return a.DateCreated.Compare(b.DateCreated) },
	"Priority":         func(a, b *router.Task) int { return cmp.Compare(a.Priority, b.Priority) },
	"VirtualStartTime": func(a, b *router.Task) int { return a.VirtualStartTime.Compare(b.VirtualStartTime) },
}

var workerOrders = orders[*router.Worker]{
	"DateStatusChanged": func(a, b *router.Worker) int { return a.DateStatusChanged.Compare(b.DateStatusChanged) },
}

var taskQueueOrders = orders[*router.TaskQueue]{
	"DateUpdated": func(a, b *router.TaskQueue) int { return a.DateUpdated.Compare(b.DateUpdated) },
}
