// Package taskroutertest is a TaskRouter in memory, for the tests of programs that
// use the service. It answers all 61 operations over state of its own, and holds what
// it is sent against the rules of the service: what a mock would echo, it refuses.
//
//	func TestSupportIsSetUp(t *testing.T) {
//		server := taskroutertest.NewServer()
//		defer server.Close()
//		client := server.Client() // a *taskrouter.Client like any other
//
//		workspace, err := client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{
//			FriendlyName: "Support",
//			Template:     new(taskrouter.WorkspaceTemplateFIFO), // with a queue and a workflow
//		})
//		…
//	}
//
// A program that makes its own client is given [Server.HTTPClient], or by [WithListener] a
// port with [Server.URL], [Server.AccountSID] and [Server.AuthToken]. The server is also a
// [net/http.Handler], which below a path needs [WithBasePath].
//
// # Routing
//
// Tasks go through their workflow from target to target, wait in queues, and are
// reserved for workers by availability, capacity, expressions and order; reservations,
// targets and tasks time out. When a call is answered, the routing that it caused is done:
//
//	task, err := client.Tasks(workspace.SID).Create(ctx, taskrouter.CreateTaskRequest{…}) // pending, as the service answers
//	task, err = client.Tasks(workspace.SID).Get(ctx, task.SID)                            // reserved, if somebody can do it
//
// As with the service, a new worker is Offline and takes one task of a channel at a time,
// whoever does not answer for two minutes is Offline again, and a task is canceled that
// nobody accepts within 24 hours.
//
// # Time
//
// There is no socket and no waiting. A server that is made inside a bubble of
// [testing/synctest] lives in the time of the bubble, where the 24 hours of a task pass in
// no time:
//
//	synctest.Test(t, func(t *testing.T) {
//		server := taskroutertest.NewServer()
//		defer server.Close()
//		… // a task is reserved for a worker
//		<-time.After(2 * time.Minute) // of the bubble
//		… // and now the worker is Offline
//	})
//
// Whatever is due happens at its own time, whether a call comes or not, until
// [Server.Close]; a call at that moment finds it done. A server lives by one clock. One
// that is made in a bubble is used and closed there, as by t.Cleanup of the t that the
// bubble has; not to close one does no harm, unless it is calling back. One that was used
// outside of a bubble panics inside when it notices. [WithSpeed] is for programs that
// somebody looks at.
//
// # The application
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
// [WithAfterCallback] sees each callback, and why the service would complain.
//
// # Failures
//
// [Server.Fail] lets the next calls of an operation fail, by a status, a broken connection
// or a delay, before or after they are carried out. [WithBefore] and [WithAfter] see each
// call and its answer. [WithRateLimits] refuses what comes too often.
//
//	server.Fail("createTask", 1, taskroutertest.Failure{Status: 503, Message: "Busy"})
//
// # State
//
// [Server.Load] begins with a state that stands in a file, where a worker is a line, and
// [Server.Dump] writes one for people to read. The same calls, one after the other, give
// the same SIDs in every run, see [WithSeed].
//
// # What is not simulated
//
// Calls: instructions are checked and have their effect, and who is called is taken to
// answer at once, and to talk until the task is completed. Transfers of tasks. The moments
// that the service takes to route after it has answered, and to call back. Bearer tokens,
// add-ons, Flex and operating units. [DECISIONS.md], in the folder of this package, has the
// whole list, and what was decided where the documentation of the service does not say
// what it does.
//
// Command [github.com/taskrouter-go/sdk/taskrouter/cmd/taskrouter-emulator] is the same as
// a program, for other languages.
//
// [DECISIONS.md]: https://github.com/taskrouter-go/sdk/blob/main/taskrouter/taskroutertest/DECISIONS.md
package taskroutertest
