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
// There is no socket and no waiting. A server that is made inside a bubble of
// testing/synctest lives in the time of the bubble. With [WithListener] it has a port,
// for programs in other languages; it is also an [net/http.Handler], which below a path
// needs [WithBasePath].
//
// The same calls give the same SIDs in every run, see [WithSeed]. [Server.Load] begins
// with a state that stands in a file, and [Server.Dump] writes one for people to read.
// [Server.Fail] lets calls fail, [WithBefore] and [WithAfter] look at them.
//
// # What is not simulated
//
//   - Routing. Tasks wait in the state pending and in no queue, unless a request or a
//     file puts them into one. Reservations are those that a file brings; what is done
//     to one has its effect on the task, on other reservations and on the worker.
//   - Time. Nothing ends by a timeout, and tasks that are over stay, while the service
//     forgets them after some minutes.
//   - Callbacks. Events are kept for the Events resource and posted to nobody, and
//     nobody is asked about an assignment.
//   - Calls. Instructions are checked, who is called is taken to answer at once, and
//     neither worker_call_sid nor an activity after the call is set.
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
//	another method, HEAD too                 405 with code 20004
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
//	capacity of a worker channel             50 at most
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
//	that has unfinished tasks                cannot be deleted; finished ones forget it
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
//	other changes of a finished task         allowed
//	Reason without AssignmentStatus          is kept, and deletes nothing
//	IgnoreCapacity without a worker as
//	RoutingTarget                            false
//	age                                      since creation, whatever the state
//
//	Reservations
//	a ReservationStatus that is not
//	documented                               wrapping from accepted, completed from these two, else 400
//	accepting what is not pending            410 if it is rescinded, else 400
//	completing or wrapping up a reservation  does so with the task
//	ReservationStatus beside Instruction     both are checked, and the status acts first
//	dequeue and conference                   accept at once; call and redirect if they are told to
//	what an instruction requires             DequeueFrom; CallFrom and CallUrl; RedirectCallSid and RedirectUrl;
//	                                         Supervisor; conference needs no From
//	a rejection in a single-tasking
//	workspace                                without an activity takes the worker back to the one before
//
//	Events and statistics
//	events                                   one for each thing of a new workspace, too; the actor is the workspace;
//	                                         none of a change of a worker's name
//	task.updated                             for any change but a mere cancellation or wrap-up; after task.completed
//	resource_type                            task-queue and task-channel for these, in small letters
//	Minutes                                  not beside dates; beyond 30 days they are 30 days
//	EndDate without StartDate                from 30 days ago
//	StartDate after EndDate                  400; one in the future finds nothing
//	finished tasks                           count in total_tasks, tasks_by_status and tasks_by_priority
//	SplitByWaitTime                          a wait of as many seconds is above; what is no list of numbers is 400
//	statistics in statistics                 have the members of the published examples only
//	statistics of workers                    of those who are there; 400 in a workspace with more than 100
//	bulk statistics                          in the order of the request
package taskroutertest
