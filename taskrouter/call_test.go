package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestASuccessWithoutTheResourceIsAnError(t *testing.T) {
	tests := map[string]struct {
		status     int
		body, text string
	}{
		"a page for people":      {200, "<html>", `200 OK: decode the body: invalid character '<' looking for beginning of value [RQ1]`},
		"JSON that breaks off":   {200, `{"sid":"WT1`, "200 OK: decode the body: unexpected end of JSON input [RQ1]"},
		"two objects":            {200, `{"sid":"WT1"}{}`, `200 OK: decode the body: invalid character '{' after top-level value [RQ1]`},
		"a member of other type": {200, `{"sid":1,"code":7,"message":"no failure"}`, "200 OK: decode the body: json: cannot unmarshal number into Go struct field Task.sid of type string [RQ1]"},
		"null":                   {200, "null", `200 OK: the body begins with 'n', expected a JSON object [RQ1]`},
		"an array":               {201, "[]", "201 Created: decode the body: json: cannot unmarshal array into Go value of type gen.Task [RQ1]"},
		"nothing":                {200, "", "200 OK: the body is empty, expected a JSON object [RQ1]"},
		"white space":            {200, " \r\n\t", "200 OK: the body is empty, expected a JSON object [RQ1]"},
		"no content":             {204, "", "204 No Content: the body is empty, expected a JSON object [RQ1]"},
		"reset content":          {205, "", "205 Reset Content: the body is empty, expected a JSON object [RQ1]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			task, err := newFakeService(t, answer(test.status, test.body)).tasks(t).Get(t.Context(), "WT1")
			assert.Nil(t, task)
			assertAbout(t, taskrouter.ErrInvalidResponse, err)
			assert.EqualError(t, err, "taskrouter: getTask: "+test.text)
			failure := answerError(t, err)
			assert.Equal(t, test.status, failure.StatusCode)
			assert.Zero(t, failure.Code)
			assert.Equal(t, test.body, string(failure.Body))
			assert.Equal(t, []string{"GET", taskPath, "RQ1"}, []string{failure.Method, failure.Path, failure.RequestID})
		})
	}
}

func TestASuccessWithTheResourceIsOneWhateverElseItSays(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"200":                              answer(200, `{"sid":"WT1"}`),
		"201":                              answer(201, `{"sid":"WT1"}`),
		"202":                              answer(202, `{"sid":"WT1"}`),
		"another content type":             answer(200, `{"sid":"WT1"}`, "Content-Type", "text/html"),
		"white space around it":            answer(200, "\n {\"sid\":\"WT1\"}\r\n"),
		"a length that nobody announced":   flushed(answer(200, `{"sid":"WT1"}`)),
		"members that nobody knows":        answer(200, `{"sid":"WT1","new":{"a":[1]}}`),
		"early hints, before the real one": wireText("HTTP/1.1 103 Early Hints\n\nHTTP/1.1 200 OK\nContent-Length: 13\n\n{\"sid\":\"WT1\"}"),
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			task, err := newFakeService(t, handler).tasks(t).Get(t.Context(), "WT1")
			require.NoError(t, err)
			assert.Equal(t, &taskrouter.Task{SID: "WT1"}, task)
		})
	}
}

func TestADeletionNeedsNoBody(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"204": answer(204, ""), "200": answer(200, ""), "200 and a page": answer(200, "<html>")} {
		t.Run(name, func(t *testing.T) {
			assert.NoError(t, newFakeService(t, handler).tasks(t).Delete(t.Context(), "WT1"))
		})
	}
}

// What null decodes to is what an absent member leaves: zero.
func TestEveryMemberOfAnAnswerMayBeNull(t *testing.T) {
	service := newFakeService(t, func(w http.ResponseWriter, r *http.Request) {
		answer(200, `{"meta":{"key":"entries"},"`+strings.ReplaceAll(r.Header.Get("X-Members"), ",", `":null,"`)+`":null}`)(w, r)
	})
	for _, m := range methodsOf(service.client(t)) {
		if m.result == nil {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			results, err := m.call(t.Context(), m.arguments(), taskrouter.WithHeader("X-Members", strings.Join(membersOf(m.result.Elem()), ",")))
			require.NoError(t, err)
			if m.isList {
				assert.Empty(t, results)
				return
			}
			result := results[0].Elem()
			if items := result.FieldByName("Items"); items.IsValid() {
				assert.Zero(t, items.Len())
				return
			}
			assert.Zero(t, result.Interface())
		})
	}
}

// membersOf returns the names that the fields of a struct have in JSON and, for
// pages, those of the entries.
func membersOf(t reflect.Type) []string {
	names := slices.Clone(envelopeKeys)
	for field := range t.Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func TestAnAnswerMayHoldWhatTheDocumentDoesNotExpect(t *testing.T) {
	t.Run("a state that it does not know", func(t *testing.T) {
		task, err := newFakeService(t, answer(200, `{"assignment_status":"parked"}`)).tasks(t).Get(t.Context(), "WT1")
		require.NoError(t, err)
		assert.Equal(t, taskrouter.TaskStatus("parked"), task.AssignmentStatus)
		assert.False(t, task.AssignmentStatus.Valid())
	})
	t.Run("an empty URL", func(t *testing.T) {
		workspace, err := newFakeService(t, answer(200, `{"event_callback_url":""}`)).client(t).Workspaces.Get(t.Context(), "WS1")
		require.NoError(t, err)
		assert.Equal(t, new(""), workspace.EventCallbackURL)
	})
	t.Run("links that lead nowhere", func(t *testing.T) {
		task, err := newFakeService(t, answer(200, `{"links":{"workflow":null,"workspace":"https://host/"}}`)).tasks(t).Get(t.Context(), "WT1")
		require.NoError(t, err)
		assert.Equal(t, taskrouter.Links{"workflow": nil, "workspace": new("https://host/")}, task.Links)
	})
	t.Run("attributes that are null", func(t *testing.T) {
		task, err := newFakeService(t, answer(200, `{"attributes":null}`)).tasks(t).Get(t.Context(), "WT1")
		require.NoError(t, err)
		assert.Equal(t, taskrouter.Attributes(""), task.Attributes)
	})
}

func TestARedirectIsNotFollowed(t *testing.T) {
	elsewhere := newFakeService(t, answer(200, `{"sid":"WT1"}`))
	for _, status := range []int{301, 302, 303, 307, 308} {
		for name, location := range map[string]string{"to another host": elsewhere.URL + taskPath, "on the same host": mount + taskPath, "to nowhere": ""} {
			t.Run(http.StatusText(status)+" "+name, func(t *testing.T) {
				service := newFakeService(t, answer(status, "moved", "Location", location))
				client := service.client(t, taskrouter.WithHTTPClient(&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}))
				_, get := client.Tasks("WS1").Get(t.Context(), "WT1")
				_, post := client.Tasks("WS1").Cancel(t.Context(), "WT1", "why")
				for _, err := range []error{get, post} {
					assertAbout(t, nil, err)
					failure := answerError(t, err)
					assert.Equal(t, status, failure.StatusCode)
					assert.Equal(t, location, failure.Header.Get("Location"))
					assert.Equal(t, "moved", string(failure.Body))
				}
				assert.Len(t, service.seen(), 2)
			})
		}
	}
	assert.Empty(t, elsewhere.seen())
}

func TestAFailureOnTheWayIsWrappedWithoutTheQuery(t *testing.T) {
	broken := errors.New("the cable is cut")
	client := offline(t, func(*http.Request) (*http.Response, error) { return nil, broken })
	_, err := taskrouter.First(client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{EvaluateTaskAttributes: new("phone == 'PRIVATE'")}))
	assertAbout(t, nil, err)
	assert.ErrorIs(t, err, broken)
	assert.EqualError(t, err, "taskrouter: listTasks: GET /v1/Workspaces/WS1/Tasks: the cable is cut")

	t.Run("nobody listens", func(t *testing.T) {
		_, err := newTestClient(t, taskrouter.WithBaseURL("http://127.0.0.1:1")).Tasks("WS1").Cancel(t.Context(), "WT1", "PRIVATE")
		assert.ErrorIs(t, err, syscall.ECONNREFUSED)
		assert.ErrorContains(t, err, "taskrouter: updateTask: POST /v1/Workspaces/WS1/Tasks/WT1: ")
		assert.NotContains(t, err.Error(), "PRIVATE")
	})
	for name, test := range map[string]struct {
		wire string
		want error
	}{
		"nothing arrives":            {"", io.EOF},
		"the headers break off":      {"HTTP/1.1 200 OK\nContent-Type: ", io.ErrUnexpectedEOF},
		"the status line breaks off": {"HTTP/1.1 200", io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newFakeService(t, wireText(test.wire)).tasks(t).Get(t.Context(), "WT1")
			assertAbout(t, nil, err)
			assert.ErrorIs(t, err, test.want)
			assert.ErrorContains(t, err, "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: ")
		})
	}
}

// A call that is given up ends at once, wherever it is, and leaves no goroutine
// and no connection behind: the bubble would fail.
func TestACallEndsWithItsContext(t *testing.T) {
	canceledAfter := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(d, cancel)
			return ctx, cancel
		}
	}
	endsAfter := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
	}
	tests := map[string]struct {
		context func(context.Context) (context.Context, context.CancelFunc)
		options []taskrouter.CallOption
		client  time.Duration // timeout of the http.Client
		after   time.Duration
		want    error
	}{
		"canceled":                           {context: canceledAfter(3 * time.Second), after: 3 * time.Second, want: context.Canceled},
		"its deadline":                       {context: endsAfter(3 * time.Second), after: 3 * time.Second, want: context.DeadlineExceeded},
		"a timeout":                          {context: context.WithCancel, options: []taskrouter.CallOption{taskrouter.WithTimeout(4 * time.Second)}, after: 4 * time.Second, want: context.DeadlineExceeded},
		"a deadline before the timeout":      {context: endsAfter(3 * time.Second), options: []taskrouter.CallOption{taskrouter.WithTimeout(4 * time.Second)}, after: 3 * time.Second, want: context.DeadlineExceeded},
		"the last timeout of two":            {context: context.WithCancel, options: []taskrouter.CallOption{taskrouter.WithTimeout(time.Second), taskrouter.WithTimeout(2 * time.Second)}, after: 2 * time.Second, want: context.DeadlineExceeded},
		"canceled before the timeout":        {context: canceledAfter(time.Second), options: []taskrouter.CallOption{taskrouter.WithTimeout(4 * time.Second)}, after: time.Second, want: context.Canceled},
		"the timeout of the caller's client": {context: context.WithCancel, client: 5 * time.Second, after: 5 * time.Second, want: context.DeadlineExceeded},
	}
	for phase, handler := range stalls {
		for name, test := range tests {
			t.Run(name+" "+phase, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					service := newFakeServiceInBubble(t, handler)
					tasks := service.tasks(t, taskrouter.WithHTTPClient(&http.Client{Transport: service.transport, Timeout: test.client}))
					ctx, cancel := test.context(t.Context())
					defer cancel()
					start := time.Now()
					task, err := tasks.Get(ctx, "WT1", test.options...)
					assert.Equal(t, test.after, time.Since(start))
					assert.Nil(t, task)
					assert.ErrorIs(t, err, test.want)
					assertAbout(t, nil, err) // it is no fault of the answer
					assert.ErrorContains(t, err, "taskrouter: getTask: ")
				})
			})
		}
	}
	t.Run("canceled before it begins", func(t *testing.T) {
		service := newFakeService(t, answer(200, suitsAll))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, m := range methodsOf(service.client(t)) {
			_, err := m.call(ctx, m.arguments())
			assert.ErrorIs(t, err, context.Canceled, m.name)
		}
		assert.Empty(t, service.seen())
	})
}

func TestANilContextIsAnError(t *testing.T) {
	service := newFakeService(t, answer(http.StatusOK, suitsAll))
	for _, m := range methodsOf(service.client(t)) {
		t.Run(m.name, func(t *testing.T) {
			_, err := m.call(nil, m.arguments())
			assertAbout(t, taskrouter.ErrInvalidArgument, err)
			assert.ErrorContains(t, err, "the context is nil")
		})
	}
	assert.Empty(t, service.seen())
}

func TestNothingThatIsPassedInIsChanged(t *testing.T) {
	service := newFakeService(t, answer(http.StatusOK, suitsAll))
	for _, m := range methodsOf(service.client(t)) {
		t.Run(m.name, func(t *testing.T) {
			arguments := m.arguments()
			options := append(make([]taskrouter.CallOption, 0, 8), taskrouter.WithHeader("X-Trace", "1"))
			_, err := m.call(t.Context(), arguments, options...)
			require.NoError(t, err)
			for i, unused := range m.arguments() {
				assert.Equal(t, unused.Interface(), arguments[i].Interface())
			}
			assert.Nil(t, options[:2][1], "written behind the options")
		})
	}
}

// The race detector watches.
func TestClientArgumentsAndOptionsCanBeSharedByGoroutines(t *testing.T) {
	service := newFakeService(t, answer(http.StatusOK, suitsAll))
	methods := methodsOf(service.client(t))
	options := []taskrouter.CallOption{taskrouter.WithHeader("X-Trace", "1"), taskrouter.WithTimeout(time.Minute)}
	arguments := make([][]reflect.Value, len(methods))
	for i, m := range methods {
		arguments[i] = m.arguments()
	}
	const goroutines = 4
	results := make(chan error)
	for range goroutines {
		go func() {
			var failures []error
			for i, m := range methods {
				_, err := m.call(t.Context(), arguments[i], options...)
				failures = append(failures, err)
			}
			results <- errors.Join(failures...)
		}()
	}
	for range goroutines {
		assert.NoError(t, <-results)
	}
	for _, request := range service.seen() {
		assert.Equal(t, "1", request.Header.Get("X-Trace"))
	}
}

// What follows a 101 is no body but the connection, which the other side may
// hold for ever.
func TestASwitchOfProtocolsDoesNotHoldTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeServiceInBubble(t, func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
			<-time.After(time.Hour)
			_ = connection.Close()
		})
		start := time.Now()
		_, err := service.tasks(t).Get(t.Context(), "WT1")
		assert.Zero(t, time.Since(start))
		assert.Equal(t, http.StatusSwitchingProtocols, answerError(t, err).StatusCode)
		<-time.After(2 * time.Hour) // of the bubble, until the handler has ended
	})
}

// Who looks for a resource and creates it if there is none must be able to rely
// on an empty list.
func TestAnAnswerThatIsNoListIsNotAnEmptyOne(t *testing.T) {
	for name, body := range map[string]string{"an empty object": "{}", "another list": `{"workers":[{"sid":"WK1"}]}`, "nulls": `{"tasks":null,"meta":null}`} {
		t.Run(name, func(t *testing.T) {
			_, err := taskrouter.First(newFakeService(t, answer(200, body)).tasks(t).List(t.Context(), taskrouter.ListTasksParams{}))
			assertAbout(t, taskrouter.ErrInvalidResponse, err)
		})
	}
	for name, body := range map[string]string{"no entries": `{"tasks":[]}`, "metadata alone": `{"meta":{"key":"tasks"}}`} {
		t.Run(name, func(t *testing.T) {
			_, err := taskrouter.First(newFakeService(t, answer(200, body)).tasks(t).List(t.Context(), taskrouter.ListTasksParams{}))
			assertAbout(t, taskrouter.ErrNotFound, err)
		})
	}
}

// A status that has arrived is not lost because the rest is late: a task whose
// creation was answered with 201 exists.
func TestTheStatusOutlivesTheContext(t *testing.T) {
	for status, sentinel := range map[int]error{503: taskrouter.ErrServer, 201: nil} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := newFakeServiceInBubble(t, func(w http.ResponseWriter, r *http.Request) {
					w.WriteHeader(status)
					_, _ = io.WriteString(w, "{")
					_ = http.NewResponseController(w).Flush()
					<-r.Context().Done()
				})
				_, err := service.tasks(t).Create(t.Context(), taskrouter.CreateTaskRequest{}, taskrouter.WithTimeout(time.Second))
				assertAbout(t, sentinel, err)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, status, answerError(t, err).StatusCode)
				assert.Equal(t, "{", string(answerError(t, err).Body))
			})
		})
	}
}

// uncomparable makes errors.Is panic where it compares without care.
type uncomparable struct{ detail any }

func (uncomparable) Error() string { return "several" }

// net/http reports the cause alone.
func TestAContextThatEndsForACauseIsFoundByBoth(t *testing.T) {
	cause := errors.New("shutting down")
	list := func(ctx context.Context, tasks taskrouter.TasksService) error {
		_, err := taskrouter.First(tasks.List(ctx, taskrouter.ListTasksParams{WorkflowName: new("PRIVATE")}))
		return err
	}
	for phase, handler := range stalls {
		t.Run(phase, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tasks := newFakeServiceInBubble(t, handler).tasks(t)
				canceled, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(cause) })
				err := list(canceled, tasks)
				assertAbout(t, nil, err)
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, cause)
				assert.NotContains(t, err.Error(), "PRIVATE")

				late, stop := context.WithTimeoutCause(t.Context(), time.Second, cause)
				defer stop()
				err = list(late, tasks)
				assertAbout(t, nil, err)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.ErrorIs(t, err, cause)
				assert.NotContains(t, err.Error(), "PRIVATE")

				odd, cancelOdd := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancelOdd(uncomparable{[]int{1}}) })
				assert.ErrorIs(t, list(odd, tasks), context.Canceled)
			})
		})
	}
}

// What a round tripper of the caller's says is not cut down to its innermost
// error.
func TestWhatATransportSaysIsKept(t *testing.T) {
	client := offline(t, func(*http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("fetch a token: %w", &url.Error{Op: "Post", URL: "https://auth.test/token", Err: io.ErrClosedPipe})
	})
	_, err := client.Tasks("WS1").Get(t.Context(), "WT1")
	assert.EqualError(t, err, `taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: fetch a token: Post "https://auth.test/token": io: read/write on closed pipe`)
}
