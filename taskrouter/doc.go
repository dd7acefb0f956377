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
// # Services
//
// A client has one service for each kind of resource. [Client.Workspaces] is at
// the top; the others are found by the SIDs of what they are part of, as in
// client.Tasks(workspaceSID) or client.WorkerChannels(workspaceSID, workerSID).
// Services are small values: make them where they are needed. A client and all
// that comes from it can be used by many goroutines.
//
// Most services have Create, Get, Update, Delete, List and Page, and those that
// have figures Statistics, RealTimeStatistics and CumulativeStatistics. What
// people do has a verb: [TasksService.Complete], Accept of a reservation,
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
// the service's to judge. Nothing that is passed in is changed. Times are sent in
// UTC to the second.
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
// and anew each time that it is. [Collect] gathers, [First] finds:
//
//	queue, err := taskrouter.First(client.TaskQueues(ws).List(ctx, taskrouter.ListTaskQueuesParams{
//		FriendlyName: new("Sales"),
//	}))
//
// Page returns a single page, for a user interface that turns them.
//
// # Errors
//
// An answer that is not a success is an [*Error], whatever its body is. Ask what
// it is about with errors.Is and a sentinel such as [ErrNotFound]. A mistake that
// can be seen beforehand, such as the SID of a task where a worker's belongs, is
// [ErrInvalidArgument], and nothing is sent. What fails on the way is wrapped, so
// that errors.Is finds [context.Canceled] and its kind.
//
// # Workflows
//
// Package workflow builds the configuration of a workflow, and tells what is wrong
// with it and what it does before the service has it. Package expression reads the
// expressions in it, and those of task queues.
//
// # Callbacks and tokens
//
// Package webhook answers what the service calls: who asks what is to be done with
// a reservation, and who tells what happened. Package capability makes the tokens
// with which programs in a browser use the service.
//
// # Trouble on the way
//
// A call that fails makes further attempts where that may help and can do no
// harm; see [RetryPolicy]. [WithTimeout] bounds a call with all of them,
// [WithAttemptTimeout] a single one. [WithLimiter], [WithLogger],
// [WithCallMiddleware] and [WithAttemptMiddleware] watch over them.
//
// # Concurrent changes
//
// Tasks, workers and reservations have a version, the ETag of an answer. With
// [WithIfMatch], a change happens only if the resource still has it.
// [ModifyAttributes] does so for the attributes of tasks and workers, which are
// written as a whole, and begins anew when somebody else was faster.
package taskrouter
