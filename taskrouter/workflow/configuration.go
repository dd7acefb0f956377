package workflow

import "encoding/json"

// Configuration is the document that a workflow holds as text. As a Go value it
// is built with literals:
//
//	workflow.Configuration{TaskRouting: workflow.TaskRouting{
//		Filters: []workflow.Filter{{
//			Expression: `language == "es"`,
//			Targets:    []workflow.Target{{Queue: spanish, Timeout: new(60)}},
//		}},
//		DefaultFilter: &workflow.Target{Queue: everyone},
//	}}
//
// Each object of the document has its Extra, with the members that have no field:
// those that the package does not know, and what a field cannot hold, which is
// an empty text (fields say "" for a member that is not there) and the value of
// an older name beside another value of the newer one. The values are compact
// JSON; Extra is nil if there are none.
//
// A member may be put into Extra by hand, one that has a field too: it is written
// if the field is not set. [Configuration.String] says what becomes of a value
// that is no JSON.
type Configuration struct {
	TaskRouting TaskRouting
	Extra       map[string]json.RawMessage
}

// TaskRouting holds the filters in the order in which they are tried.
type TaskRouting struct {
	// Filters is written unless it is nil: the service takes configurations with
	// an empty list and without one, and they stay apart.
	Filters []Filter
	// DefaultFilter is where tasks go that no filter matched, nil for nowhere.
	DefaultFilter *Target
	// Extra is what that of Configuration is, and so it is below.
	Extra map[string]json.RawMessage
}

// Filter is what is done with tasks of one sort.
type Filter struct {
	// FriendlyName is the name for people, "" for none. It is read from
	// friendly_name too, which older configurations have.
	FriendlyName string
	// Expression is the condition on the attributes of a task, such as
	// `language == "es"`. It is always written.
	Expression string
	// Targets are the steps of a task, in order. They are always written, and nil
	// when the list that is read is empty.
	Targets []Target
	Extra   map[string]json.RawMessage
}

// Target is one step of a task: a queue, and which of its workers for how long.
// What is empty or nil is not in the document.
type Target struct {
	// Queue is the SID of the task queue. It is read from task_queue_sid too,
	// which older configurations have.
	Queue string
	// Expression is a condition on task and worker, such as
	// `task.language IN worker.languages`.
	Expression string
	// Priority is what the task takes on, 0 to 2,147,483,647; nil leaves it as it is.
	Priority *int
	// Timeout is for how long the task stays, in seconds, from 1 to the 1,209,600
	// (14 days) for which a task can live; nil is until its own time to live ends.
	Timeout *int
	// OrderBy says which worker is asked first, such as `worker.level DESC`.
	OrderBy string
	// SkipIf sends the task on when it is true and nobody can be asked at once,
	// such as `workers.available == 0`.
	SkipIf string
	// KnownWorkerSID names the attribute with the SID of the only worker to ask,
	// such as `task.agent_sid`.
	KnownWorkerSID string
	// KnownWorkerFriendlyName names the attribute with that worker's name.
	KnownWorkerFriendlyName string
	Extra                   map[string]json.RawMessage
}
