package router

import "container/heap"

// A queue holds things of which the first by an order is wanted, and which know their
// place in it, so that any of them can be taken out.
type queue[T any] struct {
	items []T
	// before is the order. Of two things one is always before the other.
	before func(a, b T) bool
	// place is where a thing keeps its place, counted from 1; 0 is nowhere.
	place func(T) *int
}

func (q *queue[T]) empty() bool { return len(q.items) == 0 }

func (q *queue[T]) first() T { return q.items[0] }

func (q *queue[T]) has(item T) bool { return *q.place(item) != 0 }

// push puts a thing in that is not there.
func (q *queue[T]) push(item T) { heap.Push((*ordering[T])(q), item) }

// pop takes out the first.
func (q *queue[T]) pop() T {
	first := q.items[0]
	q.remove(first)
	return first
}

// remove takes out a thing that is there.
func (q *queue[T]) remove(item T) { heap.Remove((*ordering[T])(q), *q.place(item)-1) }

// fix puts a thing where it belongs whose order is another one now.
func (q *queue[T]) fix(item T) { heap.Fix((*ordering[T])(q), *q.place(item)-1) }

// put puts a thing where it belongs, whether it is there or not.
func (q *queue[T]) put(item T) {
	if q.has(item) {
		q.fix(item)
		return
	}
	q.push(item)
}

// fixAll puts all where they belong, whose order is another one now.
func (q *queue[T]) fixAll() { heap.Init((*ordering[T])(q)) }

// ordering is a queue as container/heap wants it.
type ordering[T any] queue[T]

func (o *ordering[T]) Len() int           { return len(o.items) }
func (o *ordering[T]) Less(i, j int) bool { return o.before(o.items[i], o.items[j]) }

func (o *ordering[T]) Swap(i, j int) {
	o.items[i], o.items[j] = o.items[j], o.items[i]
	*o.place(o.items[i]), *o.place(o.items[j]) = i+1, j+1
}

func (o *ordering[T]) Push(item any) {
	o.items = append(o.items, item.(T))
	*o.place(item.(T)) = len(o.items)
}

func (o *ordering[T]) Pop() any {
	last := len(o.items) - 1
	item := o.items[last]
	*o.place(item) = 0
	var none T
	o.items[last] = none
	o.items = o.items[:last]
	return item
}
