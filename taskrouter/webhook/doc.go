// Package webhook answers what TaskRouter calls: the assignment callbacks of
// workflows, which ask what is to be done with a reservation, and the event
// callbacks of workspaces, which tell what happened.
//
//	verifier, err := webhook.NewVerifier(authToken).With(webhook.WithBaseURL("https://example.com"))
//	if err != nil {
//		return err
//	}
//	http.Handle("/assignment", webhook.AssignmentHandler(verifier,
//		func(ctx context.Context, a webhook.Assignment) (webhook.Instruction, error) {
//			var task struct{ Language string }
//			if err := a.TaskAttributes.Decode(&task); err != nil {
//				return nil, err // status 500: the service asks the fallback URL
//			}
//			if task.Language == "es" {
//				return webhook.Dequeue{From: "+15550100100"}, nil
//			}
//			return nil, nil // decide later
//		}))
//
// Functions are called as requests come, several at once. Their context ends when the
// service no longer waits for the answer: after [AssignmentTimeout] or [EventTimeout].
//
// # Verification
//
// Whoever knows a URL can post to it. The service signs what it sends with the auth
// token of the account, and a [Verifier] accepts nothing else. It has to know the
// URL that the service was given: behind a proxy, say it by [WithBaseURL], or name
// the headers of the proxy that tell it by [WithTrustedProxy]. Requests that are
// refused are answered with 403 and nothing else; a record of level debug says why.
// [Verifier.Handler] guards what else the service requests, such as TwiML.
//
// If every callback is refused, compare the URLs in that record with the one that the
// service was given: http is not https, and host, prefix and query count. Records of
// [slog.Default] show it after slog.SetLogLoggerLevel(slog.LevelDebug), others by
// [WithLogger]. If the URL is right, the token is not the primary one of the account
// that the workspace belongs to.
//
// The signature has limits that no verifier can mend. It is made of the URL, the
// names and the values, one after the other and with nothing between them. Whoever
// gets hold of a signed callback, from a log perhaps, can therefore send it again
// with the borders elsewhere: a field becomes part of the one before it, the end of
// the URL part of the form, or the form part of the URL. If some text in it was
// theirs, as attributes of a task may be, they can have fields in it of their own,
// the time included, or by a hash in it a body that is no form. So give the service
// https URLs only, log no signatures, mount handlers at whole paths, and let nothing
// that matters depend on the query of a callback URL: its last value can be made
// shorter or longer. A callback can be sent again as it was, too; [WithMaxAge] limits
// for how long, and [EventHandler] handles an event once.
//
// # Events
//
// An [Event] has the fields that all events have, and views of what it is about. An
// [EventMux] calls functions by the type of the event, and tells which filter the
// workspace needs for the service to send these and no others.
//
// # Tests
//
// A server of package taskroutertest calls an application as the service would: each
// reservation and each event of a workspace in memory. The example of this package shows it.
//
// A [Client] sends single callbacks as the service does, over a socket or, as its example
// InMemory shows, without one, for tests in a bubble of [testing/synctest]. [Sign]
// signs what is sent in another way. [Assignment.Check] says for what the service would
// refuse an instruction.
//
// # What is not documented
//
// How the service signs a field that has several values, and whether it signs the
// port of a URL; all that the libraries of the service accept is accepted, as long
// as every value is signed. In which form it writes times; see [Event].Time. Whether
// it sends an event again. Whether it takes [Conference] as an answer.
package webhook
