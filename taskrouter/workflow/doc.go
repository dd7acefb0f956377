// Package workflow builds, reads, checks and explains workflow configurations: the
// JSON in a string by which a workflow of TaskRouter sends tasks to queues.
//
//	configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{
//		Filters: []workflow.Filter{{
//			FriendlyName: "Spanish callers",
//			Expression:   `language == "es"`,
//			Targets:      []workflow.Target{{Queue: spanish, Priority: new(5), Timeout: new(60)}, {Queue: everyone}},
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
// skip_if that also counts workers whom the target does not ask, a member whose name
// is misspelt. Given the queues and workers of a [Workspace], it finds queues that
// do not exist and targets that nobody can meet.
//
// [Configuration.Explain] shows where a task goes, and [Configuration.Diagram] draws
// all ways for Mermaid. For who leads tasks itself, as an emulator of the service or a
// simulation does, [Configuration.Plan] says step by step where a task goes next and
// whom it asks there.
//
// A [Configuration] is a plain value. Many goroutines may check it, as long as none
// changes it.
//
// # How a task goes
//
// The filters are tried from first to last. The first that matches takes the task
// through its targets, one after the other. In each it waits until a worker accepts
// it, or until the timeout of the target ends. A target is skipped if its skip_if is
// true and nobody can be asked at that moment.
//
//   - After the last target, the filters below are tried.
//   - If none of them takes the task and it has timed out somewhere, it is canceled:
//     the default filter does not catch timeouts.
//   - If it has not, because no filter matched or all targets were skipped, the
//     default filter takes it. Without a default filter it is dropped.
//
// # Where the service's answer is not known
//
// The documentation leaves the following open. These are the choices of this
// package.
//
//	skip_if, order_by and the known worker    not inherited from the target before, as expression and
//	                                          timeout are not; the queue is
//	when skip_if is judged                    as the task enters the target, and when those who were
//	                                          asked have not accepted; not while it waits, though of
//	                                          known workers the documentation says "until"
//	a timeout that ends while somebody is     does not interrupt
//	asked
//	the default filter, once a target has     not tried
//	timed out and another was skipped
//	a filter without targets                  an error, and as one that is skipped
//	timeout, skip_if in the default filter    not heeded, and a warning
//	expression, order_by, a known worker in   as in a target
//	the default filter
//	a known worker that is null or missing    nobody is asked
//	a literal as known_worker_sid             an error: only attributes of the task are documented
//	queue SIDs that do not exist              an error: documented for an update of a workflow only
//	task_queue_sid, friendly_name             read, and written as queue and filter_friendly_name
package workflow
