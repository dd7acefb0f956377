// Package gen holds the types and the client of the TaskRouter API, generated
// from openapi/taskrouter.yaml, for those who want the wire and nothing else: a
// request goes out right, and the answer is an [net/http.Response]. Most programs
// use package taskrouter instead, whose types these are.
//
//	client, err := gen.NewClient("https://taskrouter.twilio.com", gen.WithRequestEditorFn(
//		func(_ context.Context, r *http.Request) error {
//			r.SetBasicAuth(accountSID, authToken)
//			return nil
//		}))
//	if err != nil {
//		return err
//	}
//	response, err := client.GetTask(ctx, workspaceSID, taskSID) // an error only if there is no answer
//	if err != nil {
//		return err
//	}
//	defer response.Body.Close()
//	var task gen.Task // if response.StatusCode is 200; of a failure the body is a gen.Error
//	err = json.NewDecoder(response.Body).Decode(&task)
//
// # Names
//
// What an operation is called in the document, such as createTask, names the rest:
//
//   - [OperationCreateTask] describes it, and [Operations] are all of them.
//   - [Client.ListTasks] makes the request, with [ListTasksParams] for its query.
//   - [Client.CreateTaskWithFormdataBody] is the same with a form, made from a
//     [CreateTaskRequest].
//
// Optional scalars are pointers: nil is not sent, and false, 0 and "" are. Times in
// requests go out in UTC to the second. [Attributes] are JSON in a text.
//
// # What it leaves to the caller
//
// Credentials, deadlines, further attempts, the status of an answer and its size. A
// request whose path would lead elsewhere is not sent: see [PathParameterError]. Many
// goroutines can use a client.
//
// The files named *.gen.go are never edited; see generate.go in the root.
package gen
