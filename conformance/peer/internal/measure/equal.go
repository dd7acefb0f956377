package measure

import (
	"fmt"

	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"

	"github.com/taskrouter-go/sdk/gen"
)

// check tells how what a call returned differs from what it should have.
func check(got, want []task) error {
	if len(got) != len(want) {
		return fmt.Errorf("it returned %d tasks, not %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			return fmt.Errorf("it returned %+v, not %+v", got[i], want[i])
		}
	}
	return nil
}

func tasksOfGen(t *gen.Task) []task {
	if t == nil {
		return nil
	}
	return []task{{
		SID:        t.SID,
		Status:     string(t.AssignmentStatus),
		Attributes: string(t.Attributes),
		Queue:      of(t.TaskQueueFriendlyName),
		Priority:   t.Priority,
		Age:        t.Age,
		Created:    t.DateCreated.UTC(),
	}}
}

func tasksOfPeer(t *peer.TaskrouterV1Task) []task {
	if t == nil {
		return nil
	}
	return []task{{
		SID:        of(t.Sid),
		Status:     of(t.AssignmentStatus),
		Attributes: of(t.Attributes),
		Queue:      of(t.TaskQueueFriendlyName),
		Priority:   t.Priority,
		Age:        t.Age,
		Created:    of(t.DateCreated).UTC(),
	}}
}

func listOfGen(list []*gen.Task) (tasks []task) {
	for _, t := range list {
		tasks = append(tasks, tasksOfGen(t)...)
	}
	return tasks
}

func listOfPeer(list []peer.TaskrouterV1Task) (tasks []task) {
	for i := range list {
		tasks = append(tasks, tasksOfPeer(&list[i])...)
	}
	return tasks
}

// of is what a pointer points to, the zero value for nil.
func of[T any](p *T) (value T) {
	if p != nil {
		value = *p
	}
	return value
}
