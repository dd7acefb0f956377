// Package taskrouter is a client of Twilio TaskRouter, which hands tasks (calls,
// chats, tickets) to the workers who can best handle them.
//
//	client, err := taskrouter.NewClient(taskrouter.WithAuthToken(accountSID, authToken))
//	if err != nil {
//		return err
//	}
//	task, err := client.Tasks(workspaceSID).Create(ctx, taskrouter.CreateTaskRequest{
//		Attributes: `{"type": "call", "language": "es"}`,
//	})
//
// Without options the environment has the credentials; see [NewClient]. The example of the
// package begins with nothing and ends with such a task.
//
// # What there is
//
//   - A [Workspace] holds everything else.
//   - A [Worker] does tasks. Its [Activity] says whether it is available, and a
//     [WorkerChannel] how many tasks of a [TaskChannel], such as chat, it takes at once.
//   - A [Task] is a single piece of work, and waits in a [TaskQueue] for the workers who
//     may serve that. A [Workflow] leads it there.
//   - A [Reservation] offers a task to a worker, who accepts or rejects it.
//   - An [Event] is something that happened. Statistics count them.
//
// Tasks and workers have [Attributes], a JSON object of your own, by which workflows
// choose queues and queues choose workers.
//
// # Services
//
// A client has one service for each kind of resource. [Client.Workspaces] is at
// the top; the others are found by the SIDs of what they are part of, as in
// client.Tasks(workspaceSID) or client.WorkerChannels(workspaceSID, workerSID).
// Services are small values: make them where they are needed.
//
// Most services have Create, Get, Update, Delete, List and Page, and those that
// have figures Statistics, RealTimeStatistics and CumulativeStatistics. What
// people do has a verb: [TasksService.Complete], [TaskReservationsService.Accept],
// [WorkersService.SetActivity].
//
// # Requests
//
// Methods take a context, then SIDs, then one struct by value, then any number
// of [CallOption]. The fields of the struct that the service requires are plain
// values. The others are pointers, filled with new:
//
//	taskrouter.UpdateTaskRequest{Priority: new(0), Reason: new("")}
//
// What is nil is not sent, and zero, false and "" are: what a field may hold is
// the service's to judge. Lists and [Attributes] are no pointers, and are sent if
// they are not empty. Nothing that is passed in is changed. Times are sent in UTC
// to the second.
//
// # Answers
//
// In an answer, a member that can be null is a pointer. Members that the service
// adds later are skipped, members that an old resource lacks stay zero, and an
// enumeration may hold a value that this package has no constant for.
// [WithResponseInto] shows the status, the headers and the raw body.
//
// # Lists
//
// List returns an iterator that requests page after page as it is ranged over,
// and anew each time that it is. A failure is its last entry:
//
//	for task, err := range client.Tasks(workspaceSID).List(ctx, taskrouter.ListTasksParams{}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(task.SID, task.AssignmentStatus)
//	}
//
// [Collect] gathers, [First] finds. Page returns a single [Page], for a user
// interface that turns them.
//
// # Errors
//
// An answer that is not a success is an [*Error], whatever its body is. Ask what
// it is about with errors.Is and a sentinel such as [ErrNotFound]. A mistake that
// can be seen beforehand, such as the SID of a task where a worker's belongs, is
// [ErrInvalidArgument], and nothing is sent. What fails on the way is wrapped, so
// that errors.Is finds [context.Canceled] and its kind.
//
// A call that fails makes further attempts where that may help and can do no
// harm; see [RetryPolicy]. [WithTimeout] bounds a call with all of them,
// [WithAttemptTimeout] a single one. [WithLimiter], [WithLogger],
// [WithCallMiddleware] and [WithAttemptMiddleware] watch over them.
//
// # Concurrency
//
// Make one client and share it: many goroutines can use it, and all that comes from it.
//
// Tasks, workers and reservations have a version, the ETag of an answer. With
// [WithIfMatch], a change happens only if the resource still has it.
// [ModifyAttributes] does so for the attributes of tasks and workers, which are
// written as a whole, and begins anew when somebody else was faster.
//
// # Beside this package
//
//   - [github.com/taskrouter-go/sdk/taskrouter/workflow] builds and checks what a workflow
//     does, with the expressions of [github.com/taskrouter-go/sdk/taskrouter/expression].
//   - [github.com/taskrouter-go/sdk/taskrouter/webhook] answers what the service calls.
//   - [github.com/taskrouter-go/sdk/taskrouter/capability] makes tokens for browsers.
//   - [github.com/taskrouter-go/sdk/taskrouter/taskroutertest] is a TaskRouter in memory, for
//     tests without an account; the examples run on it.
package taskrouter
