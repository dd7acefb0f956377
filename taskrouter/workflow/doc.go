// Package workflow builds, reads, checks and explains workflow configurations: the
// JSON in a string by which a workflow of TaskRouter sends tasks to queues.
//
//	configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{
//		Filters: []workflow.Filter{{
//			FriendlyName: "Spanish callers",
//			Expression:   `language == "es"`,
//			Targets:      []workflow.Target{{Queue: spanish, Priority: new(5), Timeout: new(60)}},
//		}},
//		DefaultFilter: &workflow.Target{Queue: everyone},
//	}}
//	if err := configuration.Validate(); err != nil {
//		return err // all that is wrong, each with its place
//	}
//	request.Configuration = configuration.String()
//
// [Parse] reads the text that the service keeps, and [Configuration.String] writes
// it. What the package does not know is kept, and what it cannot read is an error,
// so that a configuration that is read, changed and written again loses nothing.
//
// [Configuration.Validate] returns what the service refuses and what cannot work,
// [Configuration.Check] also what works and is probably not meant: filters that no
// task reaches, a timeout that cancels tasks although there is a default filter, a
// skip_if that counts other workers than the target asks. Given the queues and
// workers of a [Workspace], it finds queues that do not exist and targets that
// nobody can meet.
//
// [Configuration.Explain] follows a task through a configuration, and
// [Configuration.Diagram] draws it for Mermaid.
//
// # How a task goes
//
// The filters are tried from first to last. A task stays with the first that
// matches, in its targets one after the other: until a worker accepts it, or for
// the timeout of the target. As it enters a target it leaves at once if nobody can
// be asked and skip_if is true.
//
//   - After the last timeout, the filters below are tried. If none matches, the
//     task is canceled: the default filter does not catch timeouts.
//   - If the last target is skipped, the filters below are tried, and then the
//     default filter.
//   - Without a match, the default filter takes the task. Without a default filter
//     the task is dropped.
//
// # Where the service's answer is not known
//
// The documentation leaves the following open. These are the choices of this
// package.
//
//	a target without a queue after another   it stays in the queue of the one before it; nothing else is inherited
//	the default filter after one filter      not tried
//	timed out and another was skipped
//	timeout or skip_if in the default        not heeded, and a warning
//	filter
//	when skip_if is judged                   as the task enters the target
//	a known worker that is null              nobody is asked, as with one that does not exist
//	task_queue_sid, friendly_name            read, and written as queue and filter_friendly_name
//	a literal as known_worker_sid            an error
package workflow
