package taskrouter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// logBook is what a logger has written.
type logBook struct{ text bytes.Buffer }

// option writes everything down, whatever its level is.
func (b *logBook) option() taskrouter.Option {
	return taskrouter.WithLogger(slog.New(slog.NewJSONHandler(&b.text, &slog.HandlerOptions{Level: slog.LevelDebug - 100})))
}

// records returns the records so far, without their time.
func (b *logBook) records(t testing.TB) (records []map[string]any) {
	t.Helper()
	for line := range strings.Lines(b.text.String()) {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		assert.Contains(t, record, "time")
		delete(record, "time")
		records = append(records, record)
	}
	return records
}

// logRecord is a record that the usual call leaves behind.
func logRecord(message string, took time.Duration, facts map[string]any) map[string]any {
	record := map[string]any{
		"level": "DEBUG", "msg": message, "operation": "getTask", "method": "GET",
		"path": "/v1/Workspaces/{WorkspaceSid}/Tasks/{TaskSid}", "duration": float64(took),
	}
	for name, fact := range facts {
		record[name] = fact
	}
	return record
}

func TestThereIsARecordForEachAttemptAndForEachCall(t *testing.T) {
	type facts = map[string]any
	tests := map[string]struct {
		answers []transport
		want    []facts // of each attempt; those of the last are the call's
	}{
		"a success": {
			[]transport{inMemory(answer(200, "{}"))},
			[]facts{{"status": 200.0, "request_id": "RQ1"}},
		},
		"a failure": {
			[]transport{inMemory(answer(404, "{}", "Twilio-Request-Id", "RQ4"))},
			[]facts{{"status": 404.0, "request_id": "RQ4"}},
		},
		"no answer": {
			[]transport{retryFails(io.ErrClosedPipe)},
			[]facts{{"error": "io: read/write on closed pipe"}},
		},
		"several attempts": {
			[]transport{inMemory(answer(503, "", "Twilio-Request-Id", "RQ2")), retryFails(io.ErrUnexpectedEOF), inMemory(answer(200, "{}"))},
			[]facts{{"status": 503.0, "request_id": "RQ2"}, {"error": "unexpected EOF"}, {"status": 200.0, "request_id": "RQ1"}},
		},
		"an answer without the name of the request": {
			[]transport{func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("{}"))}, nil
			}},
			[]facts{{"status": 200.0, "request_id": ""}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var book logBook
				attempts := 0
				policy := taskrouter.RetryPolicy{MaxAttempts: len(test.answers)}
				client := retryClient(t, policy, func(r *http.Request) (*http.Response, error) {
					attempts++
					<-time.After(time.Duration(attempts) * time.Second)
					return test.answers[attempts-1](r)
				}, book.option())
				start := time.Now()
				_ = retryGet(t.Context(), client) // the log is what counts

				var want []facts
				for i, attempt := range test.want {
					record := logRecord("taskrouter attempt", time.Duration(i+1)*time.Second, attempt)
					record["attempt"] = float64(i + 1)
					want = append(want, record)
				}
				record := logRecord("taskrouter call", time.Since(start), test.want[attempts-1])
				record["attempts"] = float64(attempts)
				assert.Equal(t, append(want, record), book.records(t))
			})
		})
	}
}

func TestABodyThatBrokeOffIsAnErrorInTheLogToo(t *testing.T) {
	var book logBook
	service := newFakeService(t, wireText("HTTP/1.1 200 OK\nContent-Length: 1000\nTwilio-Request-Id: RQ1\n\n{\"sid\":"))
	assertAbout(t, taskrouter.ErrInvalidResponse, retryGet(t.Context(), service.client(t, book.option())))
	records := book.records(t)
	require.Len(t, records, 2)
	for _, record := range records {
		assert.Equal(t, []any{200.0, "RQ1", "read the body after 7 bytes: unexpected EOF"}, []any{record["status"], record["request_id"], record["error"]})
	}
}

// The errors of net/http repeat it in quotes.
func TestNoLogHoldsWhatWasNoAnswer(t *testing.T) {
	for name, test := range map[string]struct{ wire, text string }{
		"no HTTP":              {`{"phone":"PRIVATE"}` + "\n\n", "malformed HTTP response"},
		"another version":      {"HTTP/PRIVATE 200 OK\n\n", "malformed HTTP version"},
		"no number for status": {"HTTP/1.1 PRIVATE OK\n\n", "malformed HTTP status code"},
		"no number for length": {"HTTP/1.1 200 OK\nContent-Length: PRIVATE\n\n", "bad Content-Length"},
	} {
		t.Run(name, func(t *testing.T) {
			var book logBook
			service := newFakeService(t, wireText(test.wire))
			err := retryGet(t.Context(), service.client(t, book.option(), taskrouter.WithLoggedValues()))
			require.ErrorContains(t, err, logPrivate, "the error is the caller's to keep")
			records := book.records(t)
			require.Len(t, records, 2)
			for _, record := range records {
				assert.Contains(t, record["error"], test.text+` "…"`)
			}
			assert.NotContains(t, book.text.String(), logPrivate)
		})
	}
}

func TestTheTimeOfALimiterIsThatOfTheCallAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var book logBook
		client := offline(t, inMemory(answer(200, "{}")), book.option(), taskrouter.WithLimiter(limitFunc(func(context.Context) error {
			<-time.After(time.Minute)
			return nil
		})))
		require.NoError(t, retryGet(t.Context(), client))
		records := book.records(t)
		require.Len(t, records, 2)
		assert.Equal(t, []any{0.0, 6e10}, []any{records[0]["duration"], records[1]["duration"]}, "a minute, in nanoseconds")
	})
}

// What comes from outside must not fill a log or pass for another record.
func TestARecordIsBrief(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for name, f := range map[string]transport{
		"the name of the request": func(r *http.Request) (*http.Response, error) {
			response, err := inMemory(answer(200, "{}"))(r)
			response.Header.Set("Twilio-Request-Id", "two\nlines\x1b "+long)
			return response, err
		},
		"a failure": retryFails(fmt.Errorf("two\nlines\x1b %s: %w", long, io.ErrClosedPipe)),
	} {
		t.Run(name, func(t *testing.T) {
			var book logBook
			err := retryGet(t.Context(), offline(t, f, book.option()))
			records := book.records(t)
			require.Len(t, records, 2)
			for _, record := range records {
				text, _ := record["request_id"].(string)
				if name == "a failure" {
					text = record["error"].(string)
					assert.ErrorIs(t, err, io.ErrClosedPipe, "which is not shortened to nothing")
				}
				assert.True(t, strings.HasPrefix(text, "two lines  xxx"), text)
				assert.Less(t, len(text), 400)
			}
		})
	}
}

func TestEveryOperationIsLoggedByItsTemplate(t *testing.T) {
	var book logBook
	client := offline(t, inMemory(answer(200, suitsAll)), book.option())
	for _, m := range methodsOf(client) {
		t.Run(m.name, func(t *testing.T) {
			book.text.Reset()
			_, err := m.call(t.Context(), m.arguments())
			require.NoError(t, err)
			records := book.records(t)
			require.Len(t, records, 2)
			for i, message := range []string{"taskrouter attempt", "taskrouter call"} {
				assert.Equal(t, message, records[i]["msg"])
				assert.Equal(t, "DEBUG", records[i]["level"])
				assert.Regexp(t, `^[a-z][A-Za-z]+$`, records[i]["operation"])
				assert.Regexp(t, `^(GET|POST|DELETE)$`, records[i]["method"])
				assert.Regexp(t, `^/v1/Workspaces(/\{?[A-Za-z]+\}?)*$`, records[i]["path"])
			}
			assert.NotContains(t, book.text.String(), "filled")
			assert.NotRegexp(t, `\bW[A-Z]1|EV1|TC1`, book.text.String())
		})
	}
}

func TestACallThatIsNotSentLeavesNoRecordOfAnAttempt(t *testing.T) {
	var book logBook
	client := offline(t, retryFails(io.EOF), book.option(), logAround(taskrouter.WithCallMiddleware, func(_ http.RoundTripper, _ *http.Request) (*http.Response, error) {
		return nil, errors.New("not today")
	}))
	require.Error(t, retryGet(t.Context(), client))
	records := book.records(t)
	require.Len(t, records, 1)
	delete(records[0], "duration")
	want := logRecord("taskrouter call", 0, map[string]any{"attempts": 0.0, "error": "not today"})
	delete(want, "duration")
	assert.Equal(t, want, records[0])
}

// logSilent is a handler for which nothing is worth a record.
type logSilent struct {
	t       *testing.T
	enabled slog.Level
	asked   *int
}

func (h logSilent) Enabled(_ context.Context, level slog.Level) bool {
	*h.asked++
	return level >= h.enabled
}

func (h logSilent) Handle(_ context.Context, record slog.Record) error {
	h.t.Errorf("a record was made: %v", record)
	return nil
}

func (h logSilent) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h logSilent) WithGroup(string) slog.Handler      { return h }

// The body is not read, which is what costs.
func TestNothingIsMadeOfWhatTheLevelExcludes(t *testing.T) {
	count := func(options ...taskrouter.Option) (reads int) {
		read := func() (io.ReadCloser, error) {
			reads++
			return io.NopCloser(strings.NewReader("a=1")), nil
		}
		client := offline(t, inMemory(answer(200, "{}")), append(options, retryBody(func() io.ReadCloser { return http.NoBody }, read))...)
		require.NoError(t, retryCalls[http.MethodPost](t.Context(), client))
		require.Error(t, retryCalls[http.MethodPost](t.Context(), client, taskrouter.WithTimeout(0)))
		return reads
	}
	asked := 0
	silent := taskrouter.WithLogger(slog.New(logSilent{t, slog.LevelDebug + 1, &asked}))
	without := count()
	assert.Equal(t, without, count(taskrouter.WithLoggedValues()))
	assert.Equal(t, without, count(taskrouter.WithLogger(nil), taskrouter.WithLoggedValues()))
	assert.Equal(t, without, count(silent, taskrouter.WithLoggedValues()))
	assert.Equal(t, 2, asked, "once for the attempt, once for the call")

	var book logBook
	assert.Equal(t, without+1, count(book.option(), taskrouter.WithLoggedValues()))
}

type logKey struct{}

// logContext is a handler for those contexts that say so.
type logContext struct {
	slog.Handler
	seen *[]any
}

func (h logContext) Enabled(ctx context.Context, _ slog.Level) bool {
	return ctx.Value(logKey{}) != nil
}

func (h logContext) Handle(ctx context.Context, record slog.Record) error {
	*h.seen = append(*h.seen, ctx.Value(logKey{}))
	return h.Handler.Handle(ctx, record)
}

func TestAHandlerIsGivenTheContextOfTheCall(t *testing.T) {
	var seen []any
	handler := logContext{slog.DiscardHandler, &seen}
	client := offline(t, inMemory(answer(200, "{}")), taskrouter.WithLogger(slog.New(handler)))
	require.NoError(t, retryGet(t.Context(), client))
	assert.Empty(t, seen)
	require.NoError(t, retryGet(context.WithValue(t.Context(), logKey{}, "trace 1"), client))
	assert.Equal(t, []any{"trace 1", "trace 1"}, seen)
}

func TestWithoutALoggerNothingIsLogged(t *testing.T) {
	standard := slog.Default()
	defer slog.SetDefault(standard)
	asked := 0
	slog.SetDefault(slog.New(logSilent{t, slog.LevelDebug, &asked}))
	for name, options := range map[string][]taskrouter.Option{
		"no option":             nil,
		"a logger that is none": {taskrouter.WithLogger(nil)},
		"values for no log":     {taskrouter.WithLoggedValues()},
		"one that is taken back": {
			taskrouter.WithLogger(slog.New(logSilent{t, slog.LevelDebug, &asked})), taskrouter.WithLogger(nil),
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, retryGet(t.Context(), offline(t, inMemory(answer(200, "{}")), options...)))
			assert.Zero(t, asked)
		})
	}
}

// logSecret stands in everything that no log is to show, and logPrivate in what
// only WithLoggedValues lets it show.
const logSecret, logPrivate = "S3CRET", "PRIVATE"

// logPlanted makes calls that hold both wherever a caller or the service can put
// them.
func logPlanted(t *testing.T, client *taskrouter.Client) {
	ctx := context.WithValue(t.Context(), logKey{}, logSecret)
	options := []taskrouter.CallOption{
		taskrouter.WithHeader("X-Secret", logSecret), taskrouter.WithParam("New", logPrivate), taskrouter.WithParam("Also", "https://u:"+logSecret+"@host"),
	}
	address := func(path string) *string {
		return new("https://user:" + logSecret + "@host/" + path + "?" + logPrivate)
	}
	_, _ = client.Tasks("WS1").Update(ctx, "WT"+logSecret, taskrouter.UpdateTaskRequest{Reason: new(logPrivate), Attributes: `{"phone":"PRIVATE"}`},
		append(options, taskrouter.WithIfMatch(logSecret))...)
	_, _ = client.TaskReservations("WS1", "WT1").Update(ctx, "WR1", taskrouter.UpdateReservationRequest{
		SIPAuthUsername: new(logPrivate), SIPAuthPassword: new(logSecret), CallURL: address("call"), CallStatusCallbackURL: address("status"),
		ConferenceStatusCallback: address("conference"),
	}, options...)
	_, _ = client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{FriendlyName: logPrivate, EventCallbackURL: address("")}, options...)
	_, _ = client.Tasks("WS"+logSecret).Page(ctx, taskrouter.ListTasksParams{
		EvaluateTaskAttributes: new("phone == 'PRIVATE'"), WorkflowName: address("name"),
	}, options...)
	_ = client.Workers("WS1").Delete(ctx, "WK"+logSecret, options...)
}

// logPlantedAnswers are what the service may say of it.
var logPlantedAnswers = map[string]transport{
	"a success":            inMemory(answer(200, `{"sid":"S3CRET","attributes":"S3CRET","meta":{"key":"S3CRET"}}`, "X-Answer", logSecret, "ETag", logSecret)),
	"no object":            inMemory(answer(200, logSecret)),
	"a refusal":            inMemory(answer(400, `{"code":20001,"message":"S3CRET","detail":"S3CRET","more_info":"S3CRET","details":{"S3CRET":1}}`, "X-Answer", logSecret)),
	"a page for people":    inMemory(answer(401, "<html>S3CRET", "WWW-Authenticate", logSecret)),
	"too many requests":    inMemory(answer(429, `{"message":"S3CRET"}`, "X-Rate-Limit-Config", logSecret)),
	"another place":        inMemory(answer(302, logSecret, "Location", "https://S3CRET")),
	"a body that is large": inMemory(answer(200, strings.Repeat(logSecret, 1000))),
	"a failure":            retryFails(io.ErrUnexpectedEOF),
	"one that names a URL": retryFails(&url.Error{Op: "Get", URL: "", Err: io.EOF}),
}

// logAuthentications are all ways to authenticate, with secrets.
func logAuthentications(source taskrouter.TokenSource) map[string][]taskrouter.Option {
	return map[string][]taskrouter.Option{
		"a token":            {taskrouter.WithAuthToken("AC"+logSecret, logSecret)},
		"a key":              {taskrouter.WithAPIKey("AC"+logSecret, "SK"+logSecret, logSecret)},
		"a source of tokens": {taskrouter.WithTokenSource(source)},
		"client credentials": {taskrouter.WithClientCredentials(logSecret, logSecret), taskrouter.WithTokenURL("https://auth.test/token")},
	}
}

func TestNoLogHoldsWhatIsSecretOrPersonal(t *testing.T) {
	source := func(context.Context) (string, time.Time, error) { return logSecret, time.Time{}, nil }
	for authentication, credentials := range logAuthentications(source) {
		for said, answers := range logPlantedAnswers {
			for _, values := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, values %t", authentication, said, values), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var book logBook
						var secrets, tokens int
						network := transport(func(r *http.Request) (*http.Response, error) {
							if strings.Contains(r.Header.Get("Authorization")+r.Header.Get("X-Secret"), logSecret) {
								secrets++
							}
							if r.URL.Host == "auth.test" {
								tokens++
								return inMemory(answer(200, `{"access_token":"S3CRET","token_type":"bearer"}`, "X-Answer", logSecret))(r)
							}
							return answers(r)
						})
						options := append([]taskrouter.Option{
							taskrouter.WithBaseURL("https://service.test" + mount), taskrouter.WithHTTPClient(&http.Client{Transport: network}),
							taskrouter.WithMaxResponseBytes(5000), taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 2}), book.option(),
						}, credentials...)
						if values {
							options = append(options, taskrouter.WithLoggedValues())
						}
						client, err := taskrouter.NewClient(options...)
						require.NoError(t, err)
						logPlanted(t, client)

						assert.GreaterOrEqual(t, secrets, 5, "they were sent")
						text := book.text.String()
						assert.NotContains(t, text, logSecret)
						assert.Equal(t, values, strings.Contains(text, logPrivate))
						for _, form := range []string{"WS1", "WT1", "WR1", `\u003chtml`, "grant_type", "Bearer", "Basic", "Authorization"} {
							assert.NotContains(t, text, form)
						}
						attempts, calls := 0, 0
						for _, record := range book.records(t) {
							keys := []string{"duration", "level", "method", "msg", "operation", "path"}
							if record["msg"] == "taskrouter call" {
								calls++
								keys = append(keys, "attempts")
							} else {
								attempts++
								keys = append(keys, "attempt")
								if values && record["operation"] != "createToken" {
									keys = append(keys, "form", "query")
								}
							}
							if record["error"] != nil {
								keys = append(keys, "error")
							}
							if record["error"] == nil || record["status"] != nil { // both, if the body broke off
								keys = append(keys, "request_id", "status")
							}
							assert.ElementsMatch(t, keys, logKeys(record))
						}
						assert.Equal(t, 5+tokens, calls)
						assert.GreaterOrEqual(t, attempts, 5+tokens)
					})
				})
			}
		}
	}
}

func logKeys(record map[string]any) (keys []string) {
	for key := range record {
		keys = append(keys, key)
	}
	return keys
}

func TestLoggedValuesAreThoseOfEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var book logBook
		client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(inTurn(answer(429, ""), answer(200, "{}"), answer(200, suitsAll), answer(200, `{}`))), book.option(), taskrouter.WithLoggedValues())
		_, err := client.TaskReservations("WS1", "WT1").Update(t.Context(), "WR1", taskrouter.UpdateReservationRequest{
			Instruction: new("call & wait"), SIPAuthPassword: new(logSecret), CallURL: new("https://u:S3CRET@host/path"),
		}, taskrouter.WithParam("New", "é"))
		require.NoError(t, err)
		_, err = client.Tasks("WS1").Page(t.Context(), taskrouter.ListTasksParams{WorkflowName: new("Jamie & co")}, taskrouter.WithParam("New", "1"))
		require.NoError(t, err)
		_, err = client.TaskQueues("WS1").BulkRealTimeStatistics(t.Context(), taskrouter.TaskQueueBulkRealTimeStatisticsRequest{QueueSIDs: []string{"WQ1"}})
		require.NoError(t, err)

		records := book.records(t)
		require.Len(t, records, 7)
		for i, want := range [][]any{
			{"", "CallUrl=https%3A%2F%2Fu%3Axxxxx%40host%2Fpath&Instruction=call+%26+wait&New=%C3%A9&SipAuthPassword=xxxxx"},
			{"", "CallUrl=https%3A%2F%2Fu%3Axxxxx%40host%2Fpath&Instruction=call+%26+wait&New=%C3%A9&SipAuthPassword=xxxxx"},
			{nil, nil},
			{"New=1&WorkflowName=Jamie+%26+co", ""},
			{nil, nil},
		} {
			assert.Equal(t, want, []any{records[i]["query"], records[i]["form"]})
		}
		assert.Contains(t, records[5]["form"], "WQ1")
		assert.Empty(t, records[5]["query"])
	})
}

// The error of a call quotes it, for those who look at the error.
func TestNoLogHoldsTheAnswerThatRefusesAToken(t *testing.T) {
	var book logBook
	client, err := taskrouter.NewClient(
		taskrouter.WithHTTPClient(&http.Client{Transport: inMemory(answer(400, `{"error":"invalid_client","echo":"S3CRET"}`))}),
		taskrouter.WithClientCredentials("id", "secret"), book.option())
	require.NoError(t, err)
	err = retryGet(t.Context(), client)
	assert.Equal(t, "createToken", answerError(t, err).Operation)
	assert.ErrorContains(t, err, logSecret)
	assert.NotContains(t, book.text.String(), logSecret)
	assert.Len(t, book.records(t), 4, "of the call and of the one for the token")
}

func TestNoLogHoldsWhatNetHTTPCannotRead(t *testing.T) {
	for name, text := range map[string]string{
		"a header":      "HTTP/1.1 200 OK\nX-S3CRET\n\n",
		"a status":      "HTTP/1.1 S3CRET OK\n\n",
		"a status line": "S3CRET \"S3CRET\n\n",
		"a length":      "HTTP/1.1 200 OK\nContent-Length: S3CRET\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			var book logBook
			err := retryGet(t.Context(), newFakeService(t, wireText(text)).client(t, book.option()))
			assert.ErrorContains(t, err, logSecret)
			assert.NotContains(t, book.text.String(), logSecret)
			assert.Contains(t, book.text.String(), "HTTP/1.x transport connection broken")
		})
	}
}

// logAround makes middleware of a function.
func logAround(option func(taskrouter.Middleware) taskrouter.Option, f func(http.RoundTripper, *http.Request) (*http.Response, error)) taskrouter.Option {
	return option(func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) { return f(next, r) })
	})
}

// logLevels are both places where middleware can stand.
var logLevels = map[string]func(taskrouter.Middleware) taskrouter.Option{
	"call": taskrouter.WithCallMiddleware, "attempt": taskrouter.WithAttemptMiddleware,
}

func TestMiddlewareIsCalledInOrderForEachCallOrEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []string
		named := func(option func(taskrouter.Middleware) taskrouter.Option, name string) taskrouter.Option {
			return logAround(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				operation, ok := taskrouter.OperationOf(r.Context())
				assert.True(t, ok)
				assert.Equal(t, []string{"listTasks", "GET", "/v1/Workspaces/{WorkspaceSid}/Tasks"}, []string{operation.ID, operation.Method, operation.Path})
				events = append(events, fmt.Sprintf("%s in, attempt %d", name, operation.Attempt))
				response, err := next.RoundTrip(r)
				operation, _ = taskrouter.OperationOf(r.Context())
				events = append(events, fmt.Sprintf("%s out, attempt %d, status %d", name, operation.Attempt, response.StatusCode))
				return response, err
			})
		}
		service := inMemory(inTurn(answer(503, ""), pageOfTasks(tasksPath+"?Page=1"), pageOfTasks("")))
		client := retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
			operation, ok := taskrouter.OperationOf(r.Context())
			assert.True(t, ok)
			events = append(events, fmt.Sprintf("send, attempt %d", operation.Attempt))
			return service(r)
		}, named(taskrouter.WithAttemptMiddleware, "c"), named(taskrouter.WithCallMiddleware, "a"), named(taskrouter.WithAttemptMiddleware, "d"), named(taskrouter.WithCallMiddleware, "b"))
		_, err := sidsOf(t, client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{}))
		require.NoError(t, err)
		assert.Equal(t, []string{
			"a in, attempt 0", "b in, attempt 0",
			"c in, attempt 1", "d in, attempt 1", "send, attempt 1", "d out, attempt 1, status 503", "c out, attempt 1, status 503",
			"c in, attempt 2", "d in, attempt 2", "send, attempt 2", "d out, attempt 2, status 200", "c out, attempt 2, status 200",
			"b out, attempt 2, status 200", "a out, attempt 2, status 200",
			// The page after it is a call of its own.
			"a in, attempt 0", "b in, attempt 0",
			"c in, attempt 1", "d in, attempt 1", "send, attempt 1", "d out, attempt 1, status 200", "c out, attempt 1, status 200",
			"b out, attempt 1, status 200", "a out, attempt 1, status 200",
		}, events)
	})
}

func TestMiddlewareIsMadeOnceForAClient(t *testing.T) {
	for level, option := range logLevels {
		t.Run(level, func(t *testing.T) {
			made := 0
			client := offline(t, inMemory(answer(200, "{}")), option(func(next http.RoundTripper) http.RoundTripper {
				made++
				return next
			}))
			for range 3 {
				require.NoError(t, retryGet(t.Context(), client))
			}
			assert.Equal(t, 1, made)
		})
	}
}

func TestMiddlewareSeesTheRequestAsItIsSentButForTheCredentials(t *testing.T) {
	source := func(context.Context) (string, time.Time, error) { return logSecret, time.Time{}, nil }
	for authentication, credentials := range logAuthentications(source) {
		t.Run(authentication, func(t *testing.T) {
			var seen, sent []http.Header
			see := func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				seen = append(seen, r.Header.Clone())
				assert.Equal(t, "https://service.test"+mount+taskPath+"?New=1", r.URL.String())
				return next.RoundTrip(r)
			}
			network := transport(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host == "auth.test" {
					return inMemory(answer(200, `{"access_token":"S3CRET"}`))(r)
				}
				sent = append(sent, r.Header.Clone())
				return inMemory(answer(200, "{}"))(r)
			})
			client, err := taskrouter.NewClient(append(credentials,
				taskrouter.WithBaseURL("https://service.test"+mount), taskrouter.WithHTTPClient(&http.Client{Transport: network}),
				logAround(taskrouter.WithCallMiddleware, see), logAround(taskrouter.WithAttemptMiddleware, see))...)
			require.NoError(t, err)
			require.NoError(t, retryGet(t.Context(), client, taskrouter.WithHeader("X-Trace", "1"), taskrouter.WithParam("New", "1")))
			require.Len(t, sent, 1)
			require.Len(t, seen, 2)
			assert.NotEmpty(t, sent[0].Get("Authorization"))
			sent[0].Del("Authorization")
			assert.Equal(t, []http.Header{sent[0], sent[0]}, seen)
			for _, name := range []string{"User-Agent", "Accept", "X-Trace"} {
				assert.NotEmpty(t, sent[0].Get(name), name)
			}
		})
	}
}

func TestMiddlewareMayChangeWhatIsSent(t *testing.T) {
	for level, option := range logLevels {
		t.Run(level, func(t *testing.T) {
			service := newFakeService(t, answer(200, "{}"))
			client := service.client(t, logAround(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				r = r.Clone(r.Context())
				r.Header.Set("Traceparent", "1")
				r.Header.Set("Authorization", "Basic nobody")
				r.URL.RawQuery = "by=middleware"
				return next.RoundTrip(r)
			}))
			require.NoError(t, retryGet(t.Context(), client))
			request := service.seen()[0]
			assert.Equal(t, "1", request.Header.Get("Traceparent"))
			assert.Equal(t, "by=middleware", request.Query)
			user, password, _ := (&http.Request{Header: request.Header}).BasicAuth()
			assert.Equal(t, []string{account, secretToken}, []string{user, password}, "but not who asks")
		})
	}
}

func TestMiddlewareMayAnswerItself(t *testing.T) {
	tests := map[string]struct {
		answer   http.HandlerFunc
		about    error // nil for none
		repeated bool  // if it stands around attempts
	}{
		"a success":              {answer(200, `{"sid":"WT1","reason":"cached"}`), nil, false},
		"a failure":              {answer(404, "{}"), taskrouter.ErrNotFound, false},
		"a failure that may end": {answer(503, "{}"), taskrouter.ErrServer, true},
		"no object":              {answer(200, "[]"), taskrouter.ErrInvalidResponse, false},
	}
	for name, test := range tests {
		for level, option := range logLevels {
			t.Run(name+", "+level, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					answered := 0
					client := retryClient(t, taskrouter.RetryPolicy{}, func(*http.Request) (*http.Response, error) {
						t.Error("it was sent")
						return nil, io.EOF
					}, logAround(option, func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
						answered++
						return inMemory(test.answer)(r)
					}))
					var response taskrouter.Response
					task, err := client.Tasks("WS1").Get(t.Context(), "WT1", taskrouter.WithResponseInto(&response))
					if test.about == nil {
						require.NoError(t, err)
						assert.Equal(t, new("cached"), task.Reason)
					} else {
						assertAbout(t, test.about, err)
					}
					want := map[string]int{"call": 0, "attempt": 1}[level]
					if test.repeated && level == "attempt" {
						want = 4
					}
					assert.Equal(t, want, response.Attempts)
					assert.Equal(t, max(want, 1), answered)
				})
			})
		}
	}
}

// logSpy tells whether it was closed.
type logSpy struct {
	io.Reader
	closed int
}

func (s *logSpy) Close() error { s.closed++; return nil }

func TestMiddlewareMayReplaceTheBodyOfAnAnswer(t *testing.T) {
	for level, option := range logLevels {
		replaced := func(t *testing.T, text string, length int64) (*taskrouter.Task, *logSpy, error) {
			body := &logSpy{Reader: strings.NewReader(text)}
			client := offline(t, inMemory(answer(200, `{"sid":"WT1"}`)), taskrouter.WithMaxResponseBytes(int64(len(taskOf30Bytes))),
				logAround(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					response, err := next.RoundTrip(r)
					original, failure := io.ReadAll(response.Body)
					assert.NoError(t, failure)
					assert.Equal(t, `{"sid":"WT1"}`, string(original), "which it could read")
					response.Body, response.ContentLength = body, length
					return response, err
				}))
			task, err := client.Tasks("WS1").Get(t.Context(), "WT1")
			return task, body, err
		}
		t.Run("which is decoded and closed, "+level, func(t *testing.T) {
			for _, length := range []int64{-1, int64(len(taskOf30Bytes)), 13, 0} {
				task, body, err := replaced(t, taskOf30Bytes, length)
				require.NoError(t, err)
				assert.Equal(t, new("later"), task.Reason)
				assert.Equal(t, 1, body.closed)
			}
		})
		t.Run("within the limit of any, "+level, func(t *testing.T) {
			for _, length := range []int64{-1, 31, 13} {
				_, body, err := replaced(t, taskOf30Bytes+" ", length)
				assertAbout(t, taskrouter.ErrInvalidResponse, err)
				assert.ErrorContains(t, err, "more than the limit of 30")
				assert.Equal(t, 1, body.closed)
			}
		})
	}
}

func TestMiddlewareMayFail(t *testing.T) {
	refusal := errors.New("not today")
	for level, option := range logLevels {
		for method, call := range retryCalls {
			t.Run(level+", "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					failed := 0
					client := retryClient(t, taskrouter.RetryPolicy{}, retryFails(io.EOF), logAround(option, func(http.RoundTripper, *http.Request) (*http.Response, error) {
						failed++
						return nil, refusal
					}))
					err := call(t.Context(), client)
					assert.ErrorIs(t, err, refusal)
					assert.NotErrorIs(t, err, io.EOF)
					assert.ErrorContains(t, err, method+" "+taskPath+": ")
					assertAbout(t, nil, err)
					want := 1
					if level == "attempt" && method != http.MethodPost { // like any failure on the way
						want = 4
					}
					assert.Equal(t, want, failed)
				})
			})
		}
	}
}

func TestMiddlewareThatBreaksTheRulesIsAnError(t *testing.T) {
	tests := map[string]struct {
		middleware taskrouter.Middleware
		text       string
		sent       bool
	}{
		"no round tripper": {
			func(http.RoundTripper) http.RoundTripper { return nil },
			"middleware made no round tripper", false,
		},
		"no response": {
			func(http.RoundTripper) http.RoundTripper {
				return transport(func(*http.Request) (*http.Response, error) { return nil, nil })
			},
			"middleware returned neither an error nor a response with a body", false,
		},
		"a response without a body": {
			func(next http.RoundTripper) http.RoundTripper {
				return transport(func(r *http.Request) (*http.Response, error) {
					response, err := next.RoundTrip(r)
					response.Body = nil
					return response, err
				})
			},
			"middleware returned neither an error nor a response with a body", true,
		},
		"another context": {
			func(next http.RoundTripper) http.RoundTripper {
				return transport(func(r *http.Request) (*http.Response, error) {
					return next.RoundTrip(r.WithContext(context.Background()))
				})
			},
			"middleware sent a request without the context of its call", false,
		},
		"another request": {
			func(next http.RoundTripper) http.RoundTripper {
				return transport(func(r *http.Request) (*http.Response, error) {
					other, err := http.NewRequest(r.Method, r.URL.String(), nil)
					if err != nil {
						return nil, err
					}
					return next.RoundTrip(other)
				})
			},
			"middleware sent a request without the context of its call", false,
		},
	}
	for name, test := range tests {
		for level, option := range logLevels {
			for method, call := range retryCalls {
				t.Run(strings.Join([]string{name, level, method}, ", "), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						sent := 0
						client := retryClient(t, taskrouter.RetryPolicy{RepeatUnsafe: true}, func(r *http.Request) (*http.Response, error) {
							sent++
							return inMemory(answer(200, "{}"))(r)
						}, option(test.middleware))
						err := call(t.Context(), client)
						assert.ErrorContains(t, err, test.text)
						assert.ErrorContains(t, err, method+" "+taskPath+": ")
						assertAbout(t, nil, err)
						assert.Equal(t, map[bool]int{true: 1}[test.sent], sent, "and not repeated")
					})
				})
			}
		}
	}
}

// Between those that do not, the rules hold: what one returns is what the other
// is given.
func TestMiddlewareIsNotGivenWhatOtherMiddlewareShouldNotReturn(t *testing.T) {
	for level, option := range logLevels {
		t.Run(level, func(t *testing.T) {
			var seen error
			client := offline(t, retryFails(io.EOF),
				logAround(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					response, err := next.RoundTrip(r)
					seen = err
					return response, err
				}),
				logAround(option, func(http.RoundTripper, *http.Request) (*http.Response, error) { return nil, nil }))
			require.Error(t, retryGet(t.Context(), client))
			assert.EqualError(t, seen, "middleware returned neither an error nor a response with a body")
		})
	}
}

func TestMiddlewareMayMakeAContextFromTheOneItWasGiven(t *testing.T) {
	for level, option := range logLevels {
		t.Run(level, func(t *testing.T) {
			client := offline(t, func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, "span", r.Context().Value(logKey{}))
				return inMemory(answer(200, "{}"))(r)
			}, logAround(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				return next.RoundTrip(r.WithContext(context.WithValue(r.Context(), logKey{}, "span")))
			}))
			require.NoError(t, retryGet(t.Context(), client))
		})
	}
}

func TestAttemptMiddlewareMayUseTheContextOfTheCall(t *testing.T) {
	var ctx context.Context
	client := offline(t, inMemory(answer(200, "{}")),
		logAround(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			ctx = r.Context()
			return next.RoundTrip(r)
		}),
		logAround(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			return next.RoundTrip(r.WithContext(ctx))
		}))
	require.NoError(t, retryGet(t.Context(), client))
}

// Whether a resource is already gone is known of the answer that said so.
func TestMiddlewareMayAnswerForADeletionThatFoundNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(inTurn(answer(503, ""), answer(404, ""))),
			logAround(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				response, err := next.RoundTrip(r)
				if err == nil && response.StatusCode == http.StatusNotFound {
					return inMemory(answer(403, "{}"))(r)
				}
				return response, err
			}))
		assertAbout(t, taskrouter.ErrForbidden, client.Tasks("WS1").Delete(t.Context(), "WT1"))
	})
}

// The race detector watches.
func TestCallMiddlewareMaySendACallTwiceAtOnce(t *testing.T) {
	for method, call := range retryCalls {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(answer(429, "")),
					logAround(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
						responses := make(chan *http.Response, 2)
						for range 2 {
							go func() {
								response, _ := next.RoundTrip(r.Clone(r.Context())) // the other one may do better
								responses <- response
							}()
						}
						return <-responses, nil
					}))
				assertAbout(t, taskrouter.ErrRateLimited, call(t.Context(), client, taskrouter.WithTimeout(time.Minute)))
				<-time.After(time.Hour) // of the bubble, until the other one has ended
			})
		})
	}
}

// Credentials are for the base URL, whoever chooses the address.
func TestMiddlewareCannotTakeCredentialsElsewhere(t *testing.T) {
	source := func(context.Context) (string, time.Time, error) { return logSecret, time.Time{}, nil }
	tests := map[string]func(*url.URL){
		"to another host":        func(u *url.URL) { u.Host = "elsewhere.test" },
		"to a host below it":     func(u *url.URL) { u.Host = "a." + u.Host },
		"to another port":        func(u *url.URL) { u.Host += ":8443" },
		"to where all can read":  func(u *url.URL) { u.Scheme = "http" },
		"to nowhere":             func(u *url.URL) { *u = url.URL{} },
		"to an address of a box": func(u *url.URL) { u.Host, u.Scheme = "", "unix" },
	}
	for name, direct := range tests {
		for level, option := range logLevels {
			for authentication, credentials := range logAuthentications(source) {
				t.Run(strings.Join([]string{name, level, authentication}, ", "), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var book logBook
						client, err := taskrouter.NewClient(append(slices.Clone(credentials), book.option(),
							taskrouter.WithRetry(taskrouter.RetryPolicy{RepeatUnsafe: true}),
							taskrouter.WithBaseURL("https://service.test"+mount),
							taskrouter.WithHTTPClient(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
								t.Errorf("%s was requested", r.URL)
								return nil, io.EOF
							})}),
							logAround(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
								r = r.Clone(r.Context())
								direct(r.URL)
								return next.RoundTrip(r)
							}))...)
						require.NoError(t, err)
						for method, call := range retryCalls {
							err = call(t.Context(), client)
							assert.ErrorContains(t, err, method+" "+taskPath+": the credentials are for https://service.test, and middleware has directed the request elsewhere")
							assertAbout(t, nil, err)
							assert.NotContains(t, err.Error(), logSecret)
						}
						assert.NotContains(t, book.text.String(), logSecret)
					})
				})
			}
		}
	}
	t.Run("but to another path", func(t *testing.T) {
		for level, option := range logLevels {
			service := newFakeService(t, answer(200, "{}"))
			client := service.client(t, logAround(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				r = r.Clone(r.Context())
				r.URL.Path = mount + "/v2/elsewhere"
				return next.RoundTrip(r)
			}))
			require.NoError(t, retryGet(t.Context(), client), level)
			assert.Equal(t, []string{"GET /v2/elsewhere"}, service.targets())
		}
	})
}

func TestMiddlewareThatIsNilIsAnError(t *testing.T) {
	for text, option := range map[string]taskrouter.Option{
		"WithCallMiddleware: the middleware is nil":    taskrouter.WithCallMiddleware(nil),
		"WithAttemptMiddleware: the middleware is nil": taskrouter.WithAttemptMiddleware(nil),
	} {
		_, err := taskrouter.NewClient(taskrouter.WithAuthToken(account, secretToken), option)
		assert.EqualError(t, err, "taskrouter: new client: "+text)
	}
}

func TestWhatIsNoCallHasNoOperation(t *testing.T) {
	operation, ok := taskrouter.OperationOf(t.Context())
	assert.False(t, ok)
	assert.Zero(t, operation)
}

// A query holds what people are looked for by.
func TestAnOperationThatIsPrintedShowsNoQuery(t *testing.T) {
	var prints strings.Builder
	text, lines := slog.New(slog.NewTextHandler(&prints, nil)), slog.New(slog.NewJSONHandler(&prints, nil))
	client := offline(t, inMemory(answer(200, suitsAll)), logAround(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		operation, _ := taskrouter.OperationOf(r.Context())
		assert.True(t, operation.Uses("EvaluateTaskAttributes"))
		assert.Contains(t, r.URL.RawQuery, logPrivate)
		for _, value := range []any{operation, &operation, []any{operation}} {
			for _, verb := range []string{"%v", "%+v", "%#v"} {
				fmt.Fprintf(&prints, verb+"\n", value)
			}
			text.Info("sent", "operation", value)
			lines.Info("sent", "operation", value)
		}
		return next.RoundTrip(r)
	}))
	_, err := client.Tasks("WS1").Page(t.Context(), taskrouter.ListTasksParams{EvaluateTaskAttributes: new("phone == 'PRIVATE'")})
	require.NoError(t, err)
	assert.Contains(t, prints.String(), "listTasks")
	assert.NotContains(t, prints.String(), logPrivate)
}

func TestEveryOperationIsKnownByItsContext(t *testing.T) {
	for level, option := range logLevels {
		var seen []taskrouter.Operation
		client := offline(t, inMemory(answer(200, suitsAll)), logAround(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			operation, ok := taskrouter.OperationOf(r.Context())
			assert.True(t, ok)
			assert.Equal(t, r.Method, operation.Method)
			seen = append(seen, operation)
			return next.RoundTrip(r)
		}))
		methods := methodsOf(client)
		for _, m := range methods {
			_, err := m.call(t.Context(), m.arguments())
			require.NoError(t, err)
		}
		assert.Len(t, seen, len(methods), level)
		for _, operation := range seen {
			value := reflect.ValueOf(operation)
			for i := range 3 {
				assert.NotEmpty(t, value.Field(i).String())
			}
		}
	}
}

// The race detector watches.
func TestLogLimitsAndMiddlewareAreSharedByCallsAtTheSameTime(t *testing.T) {
	var mutex sync.Mutex
	counts := map[string]int{}
	count := func(name string) {
		mutex.Lock()
		defer mutex.Unlock()
		counts[name]++
	}
	var book logBook
	client := offline(t, inMemory(answer(200, suitsAll)), book.option(), taskrouter.WithLoggedValues(),
		logAround(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			count("call")
			return next.RoundTrip(r)
		}),
		logAround(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			count("attempt")
			return next.RoundTrip(r)
		}),
		taskrouter.WithLimiter(limitFunc(func(context.Context) error { count("limiter"); return nil })))
	methods := methodsOf(client)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, m := range methods {
				_, err := m.call(t.Context(), m.arguments())
				assert.NoError(t, err)
			}
		})
	}
	group.Wait()
	calls := 4 * len(methods)
	assert.Equal(t, map[string]int{"call": calls, "attempt": calls, "limiter": calls}, counts)
	assert.Len(t, book.records(t), 2*calls)
}
