// Package taskroutertest is a TaskRouter in memory, for the tests of programs that
// use the service. It answers all 61 operations over state of its own, and holds what
// it is sent against the rules of the service: what a mock would echo, it refuses.
//
//	server := taskroutertest.NewServer()
//	defer server.Close()
//	client := server.Client() // a *taskrouter.Client like any other
//
//	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{
//		FriendlyName: "Support",
//		Template:     new(taskrouter.WorkspaceTemplateFIFO),
//	})
//
// As with the service, a new worker is Offline and takes one task of a channel at a time,
// whoever does not answer for two minutes is Offline again, and a task is canceled that
// nobody accepts within 24 hours.
//
// Tasks go through their workflow from target to target, wait in queues, and are
// reserved for workers by availability, capacity, expressions and order; reservations,
// targets and tasks time out. When a call is answered, the routing that it caused is done:
//
//	task, err := client.Tasks(workspace.SID).Create(ctx, taskrouter.CreateTaskRequest{…}) // pending, as the service answers
//	task, err = client.Tasks(workspace.SID).Get(ctx, task.SID)                            // reserved, if somebody can do it
//
// Applications are called back: asked what is to be done with a reservation when it is made,
// and told of events. What answers at a URL is a handler or a function of the test, see
// [Server.Handle]; all of it happens outside of the calls that led to it, until
// [Server.Drain] returns:
//
//	server.HandleAssignments("https://app.test/assignment", func(ctx context.Context, a webhook.Assignment) (webhook.Instruction, error) {
//		return webhook.Accept{}, nil
//	})
//
// There is no socket and no waiting. A server that is made inside a bubble of
// testing/synctest lives in the time of the bubble, where the 24 hours of a task pass in
// no time. Whatever is due happens at its own time, whether a call comes or not, until
// [Server.Close]; a call at that moment finds it done. A server lives by one clock. One
// that is made in a bubble is used and closed there, as by t.Cleanup of the t that the
// bubble has; not to close one does no harm, unless it is calling back. One that was used
// outside of a bubble panics inside when it notices. With [WithListener] it has a port, for
// programs in other languages; it is also an [net/http.Handler], which below a path needs
// [WithBasePath].
//
// The same calls, one after the other, give the same SIDs in every run, see [WithSeed]. [Server.Load] begins
// with a state that stands in a file, and [Server.Dump] writes one for people to read.
// [Server.Fail] lets calls fail, [WithBefore] and [WithAfter] look at them.
//
// # What is not simulated
//
//   - Calls. Instructions are checked and have their effect, and who is called is taken
//     to answer at once, and to talk until the task is completed. No TwiML is asked for, and
//     no status of a call or a conference is reported.
//   - Transfers of tasks, and their events.
//   - Passwords in URLs of callbacks are sent at once, not when they are asked for.
//   - Delay. The service routes some moments after it has answered, and calls back some
//     moments after that.
//   - Limits on requests, unless [WithRateLimits] is given; bearer tokens; add-ons;
//     Flex; operating units; headers for browsers (Access-Control-…).
//   - The service's own words for what is wrong, where nobody has published them. Codes
//     and the words that are known are the service's.
//
// # Where the service's answer is not known
//
// The documentation leaves the following open. These are the choices of this package;
// those of the routing language and of configurations are in packages expression and
// workflow.
//
//	Requests
//	what is looked at first                  credentials, rate limits, the query (400), what the path leads to (404),
//	                                         If-Match (412), the form (400)
//	wrong credentials                        as none, 401 with code 20003
//	another method, HEAD too                 405 with code 20004, and the methods of the path in Allow
//	a flag                                   true, 1 and yes are true whatever their case, everything else is false
//	a field that is given twice              400
//	a name that is not in the document       ignored
//	an empty filter                          as if it were not there
//	a filter with a SID of another kind      400; a SID or a name that is not there matches nothing
//	TaskChannel as a filter                  400 if there is no such channel
//	a filter by name                         exact, though names of workers are unique whatever their case
//	values of another case, as Pending       400
//	empty Attributes                         as if they were not there
//	an empty ActivitySid and the like        400
//	an update without fields                 changes nothing, neither version nor dates
//	a value that was there already           a change like any other, but a worker that stays in its activity
//	                                         has no event of it, and keeps its date_status_changed
//	a body of another Content-Type           400
//	a body of more than 4 MiB                413
//	times below a second                     kept, and answered as whole seconds
//	lengths                                  count characters, not bytes; NUL is one
//	EventsFilter                             kept as it is
//
//	Versions and lists
//	a version                                0 at first, and one more with each change; date_updated moves with it
//	a task that is put into a queue          has changed: its version grows, and again when it is reserved
//	another name of an activity, a queue …   changes no version of what shows it
//	ETag                                     the bare number; that of a list is the highest on the page
//	If-Match that is no version              400
//	412 and 410                              a message without a code
//	X-Rate-Limit headers                     100 requests a second for the account, 5 for bulk statistics
//	Page without PageToken                   400 with code 40153 in all lists
//	PageSize beyond 1 to 1000, a page token
//	that no page of the list gave            400
//	a page token of an entry that was removed
//	since                                    leads on from where it was, for 2,000 removals at least
//	a page that is empty by then             has no links to others
//	lists without Ordering                   in the order of creation, events newest first
//	equal in an Ordering                     in the order of creation, whatever the direction
//
//	Names and limits
//	names of workspaces, activities, queues
//	and workflows                            need not be unique; unique names of channels must be
//	capacity of a worker channel             50 at most; lowering it ends nothing
//	timeouts                                 1 second at least
//	100 activities, 5,000 queues, 15,000
//	workers                                  one more is 400
//	an expression that cannot be parsed      400, in the words of package expression
//	a configuration                          400 if it cannot be read, lacks something, has a number out of range or
//	                                         names a queue that is not there, also at creation; what can be read
//	                                         and cannot work is taken
//
//	What is in use
//	an activity of a worker or a queue, the
//	default and the timeout activity         cannot be deleted
//	a task channel that a task is of, and
//	those of every workspace                 cannot be deleted
//	a task queue that a workflow names, or
//	that has unfinished tasks                cannot be deleted, also if only a configuration names it that was
//	                                         replaced and still leads tasks; finished ones forget it
//	a workflow that leads pending or
//	reserved tasks                           cannot be deleted; others forget it
//	a worker who holds a task                cannot be deleted; reservations of another go with it, and what it is
//	                                         asked for waits again
//	the routing target of a task that waits  cannot be deleted
//	a task                                   can be deleted in any state, its reservations go with it
//
//	Workspaces
//	a single-tasking workspace               has the same activities; going back to one needs another one
//	the workflow of the template FIFO        has a default filter and no filters
//	channels of a new workspace              default, voice, chat, sms and video; none is optimized
//	activities of a queue                    null unless set; empty is 400
//	document_content_type of a workflow      null
//
//	Tasks
//	no WorkflowSid                           that of RoutingTarget, or the only workflow there is, else 400
//	AssignmentStatus at creation             ignored
//	AssignmentStatus pending, reserved or
//	assigned in an update                    400, unless the task is in it
//	Attributes beside wrapping or completed  400: the documentation wants two requests
//	other changes of a finished task         allowed, until it is gone
//	a task that is over                      is gone after 5 minutes, with its reservations
//	Reason without AssignmentStatus          is kept, and deletes nothing
//	IgnoreCapacity without a worker as
//	RoutingTarget                            false
//	age                                      since creation, whatever the state
//
//	Routing
//	the answer to a creation                 shows the queue that the task will come into, with task_queue_entered_date
//	                                         null and the priority that was sent; the workflow's comes with the queue
//	TaskQueueSid of a new task               is shown in its place, and is the queue of a task whose RoutingTarget is a
//	                                         worker; otherwise the workflow leads the task all the same
//	a worker as RoutingTarget                is asked even if busy or away, unless IgnoreCapacity is false: then it is
//	                                         waited for, 30 seconds at most; the workflow does not lead the task, but
//	                                         where it would come in is its queue and priority, unless TaskQueueSid is
//	                                         another one
//	a workflow as RoutingTarget              is the one of the task, also beside another WorkflowSid
//	a task queue as RoutingTarget            the task waits there until its time to live ends
//	no filter takes the task                 event workflow.skipped, canceled with a reason of this package
//	several tasks for one worker             first the preferred kind of queue, then by priority and virtual start
//	                                         time, of all queues together
//	several idle workers                     who was asked least recently, whenever it was done with that, who never
//	                                         was first, then by creation
//	skip_if                                  is judged when a task comes to a target or comes back to it, and nobody
//	                                         can be asked
//	a target that ends while somebody is
//	asked                                    goes on until that one has answered, also beyond its timeout
//	a target that ends at the moment at
//	which a reservation does                 has ended
//	the default filter                       not after any timeout; its own timeout and skip_if do not count
//	a timeout of a target that is followed
//	by one with the same queue               event task-queue.timeout, but the task has not moved
//	other Attributes of a pending task       lead it through the configuration of now, from the beginning
//	ReEvaluateTasks                          does so with all pending tasks, not with reserved ones
//	TaskReservationTimeout changed           counts for reservations to come
//	MaxReservedWorkers                       as many as can be asked at that moment; nobody joins later
//	1,000 reservations in vain               cancel the task when the last one ends
//	a task that is assigned for 24 hours     is deleted, also if it is wrapping by then; its reservation is completed
//	a worker whose reservation times out     goes to the timeout activity, whatever it does by then
//	in a single-tasking workspace            one task at a time over all channels; rejected, canceled and rescinded
//	                                         reservations take the worker back to what it did before, unless it is
//	                                         in another activity than the one of those who are asked, or is asked
//	                                         for another task
//	an activity after the work               is entered when the task is completed
//	worker_call_sid                          a SID of no call
//	changes at the same moment               reservations end before tasks and targets, then by creation
//
//	Reservations
//	a ReservationStatus that is not
//	documented                               wrapping from accepted, completed from these two, else 400
//	accepting what is not pending            410 if it is rescinded, else 400
//	completing or wrapping up a reservation  does so with the task
//	ReservationStatus beside Instruction     both are checked, and the status acts first
//	dequeue and conference                   accept at once; call and redirect if they are told to
//	what an instruction requires             DequeueFrom, and call_sid in the task; CallFrom and CallUrl;
//	                                         RedirectCallSid and RedirectUrl; Supervisor; conference needs no From;
//	                                         an address of the worker, there or as its contact_uri
//
//	Callbacks
//	a URL that no handler answers            is left alone: nobody is told, and the reservation waits for the API
//	when they are made                       at once; an application may be asked about a reservation before it is told
//	                                         of the events before that
//	events                                   those of a workspace one after the other, each once, whatever is answered;
//	                                         an application that does not answer is told of the next after 15 seconds
//	EventsFilter                             whole types; spaces around them do not count; of an empty one all are told
//	fields                                   those of event_data, as WorkerSid for worker_sid; times in seconds and
//	                                         milliseconds since 1970; ResourceType as in the Events resource
//	workspace.deleted                        is told, though nobody can ask for it any more
//	no AssignmentCallbackUrl                 nobody is asked, also if there is a fallback
//	an answer in time that cannot be carried
//	out                                      is reported, see [WithAfterCallback]; nobody else is asked, and the
//	                                         reservation waits
//	neither URL answers in time, with 200
//	and as JSON                              the reservation is canceled, and the task waits again, also for the worker,
//	                                         after a second, and each time twice as long, up to 16
//	an answer that comes too late            is reported; nobody is asked at a fallback about what is over
//	redirect without accept                  does not accept
//	dequeue without from                     is allowed, unlike in a request
//
//	Events and statistics
//	events                                   one for each thing of a new workspace, too; the actor is the workspace;
//	                                         none of a change of a worker's name
//	their order                              task.created, workflow.entered, workflow.target-matched,
//	                                         task-queue.entered, reservation.created; task-queue.timeout comes
//	                                         before where the task goes, task-queue.moved is of the queue it leaves
//	reservation.failed                       is of a reservation that nobody can get
//	task.updated                             for any change but a mere cancellation or wrap-up; after task.completed
//	resource_type                            task-queue and task-channel for these, in small letters
//	Minutes                                  not beside dates; beyond 30 days they are 30 days
//	EndDate without StartDate                from 30 days ago
//	StartDate after EndDate                  400; one in the future finds nothing
//	finished tasks                           count in total_tasks, tasks_by_status and tasks_by_priority, until they
//	                                         are gone
//	tasks_deleted                            by a call or after 24 hours with a worker, not those that are gone
//	the end of a window                      counts as a whole second, as dates are answered
//	waits in statistics                      whole seconds, as task_age in events; avg_task_acceptance_time is cut to
//	                                         whole ones, and the stays in activities have fractions
//	an event in statistics                   counts for the queue, workflow and channel that the task had then
//	SplitByWaitTime                          a wait of as many seconds is above; what is no list of numbers is 400
//	statistics in statistics                 have the members of the published examples only
//	statistics of workers                    of those who are there; 400 in a workspace with more than 100
//	bulk statistics                          in the order of the request
package taskroutertest
