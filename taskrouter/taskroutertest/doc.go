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
// for programs in other languages; it is also an [net/http.Handler].
//
// The same calls give the same SIDs in every run, see [WithSeed]. [Server.Load] begins
// with a state that stands in a file, and [Server.Dump] writes one for people to read.
// [Server.Fail] lets calls fail, [WithBefore] and [WithAfter] look at them.
//
// # What is not simulated
//
//   - Routing. Tasks wait in the state pending, and reservations are those that a file
//     brings; what is done to a reservation has its effect on task and worker. Timeouts
//     do not end anything yet.
//   - Callbacks. Events are kept for the Events resource and posted to nobody, and
//     nobody is asked about an assignment.
//   - Calls. Instructions are checked, and who is called is taken to answer at once.
//   - Limits on requests, unless [WithRateLimits] is given; bearer tokens; add-ons;
//     Flex; operating units.
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
//	wrong credentials                        as none, 401 with code 20003
//	a field that is given twice              400
//	a name that is not in the document       ignored
//	an empty filter                          as if it were not there
//	a filter with a SID of another kind      400; a SID that is not there matches nothing
//	empty Attributes                         as if they were not there
//	an empty ActivitySid and the like        400
//	an update without fields                 changes nothing, neither version nor dates
//	a value that was there already           a change like any other
//	a body of another Content-Type           400
//	times below a second                     kept, and answered as whole seconds
//
//	Versions and lists
//	a version                                0 at first, and one more with each change
//	ETag                                     the bare number; that of a list is the highest on the page
//	If-Match that is no version              400
//	412 and 410                              a message without a code
//	Page without PageToken                   400 with code 40153 in all lists
//	a page token of an entry that was removed
//	since                                    leads on from where it was, for 4,000 removals at least
//	lists without Ordering                   in the order of creation, events newest first
//
//	Names and limits
//	names of workspaces, activities, queues
//	and workflows                            need not be unique; unique names of channels must be
//	capacity of a worker channel             50 at most
//	100 activities, 5,000 queues, 15,000
//	workers                                  one more is 400
//	an expression that cannot be parsed      400, in the words of package expression
//	a configuration                          what package workflow calls an error is 400, also at creation;
//	                                         the task queues it names must be there
//
//	What is in use
//	an activity of a worker or a queue, the
//	default and the timeout activity         cannot be deleted
//	a task channel that a task is of, and
//	those of every workspace                 cannot be deleted
//	a task queue that a workflow names, or
//	that has unfinished tasks                cannot be deleted
//	a workflow that leads pending or
//	reserved tasks                           cannot be deleted; others forget it
//	a worker with an accepted task           cannot be deleted; reservations of another go with it,
//	                                         and what it is asked for waits again
//	a task                                   can be deleted in any state, its reservations go with it
//
//	Workspaces
//	a single-tasking workspace               has the same activities; going back to one needs another one
//	the workflow of the template FIFO        has a default filter and no filters
//	channels of a new workspace              default, voice, chat, sms and video; none is optimized
//	activities of a queue                    null unless set
//
//	Tasks
//	no WorkflowSid                           that of RoutingTarget, or the only workflow there is, else 400
//	AssignmentStatus pending, reserved or
//	assigned in an update                    400, unless the task is in it
//	Attributes beside wrapping or completed  400: the documentation wants two requests
//	Reason without AssignmentStatus          is kept, and deletes nothing
//	IgnoreCapacity without a worker as
//	RoutingTarget                            false
//
//	Reservations
//	a ReservationStatus that is not
//	documented                               wrapping from accepted, completed from these two, else 400
//	accepting what is not pending            410 if it is rescinded, else 400
//	completing the reservation               completes the task
//	dequeue and conference                   accept at once; call and redirect if they are told to
package taskroutertest
