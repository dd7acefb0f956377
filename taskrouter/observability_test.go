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
		"no header":            {"HTTP/1.1 200 OK\nX-PRIVATE\n\n", "malformed MIME header: missing colon:"},
		"no HTTP, with quotes": {"PRIVATE \"PRIVATE\n\n", "malformed HTTP status code"},
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
	client := offline(t, retryFails(io.EOF), book.option(), middlewareOf(taskrouter.WithCallMiddleware, func(_ http.RoundTripper, _ *http.Request) (*http.Response, error) {
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

func (h logSilent) WithGroup(string) slog.Handler { return h }

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

func TestPasswordsAreHiddenHoweverTheyAreWritten(t *testing.T) {
	for _, value := range []string{
		"https://u:p^S3CRET@host/", "https://u:p%zzS3CRET@host/", "https://u:S3CRET@host:port/", " https://u:S3CRET@host/",
		"sip:u:S3CRET@host", "https://host/?next=https://u:S3CRET@host/",
	} {
		var book logBook
		client := offline(t, inMemory(answer(200, "{}")), book.option(), taskrouter.WithLoggedValues())
		_, err := client.TaskReservations("WS1", "WT1").Update(t.Context(), "WR1", taskrouter.UpdateReservationRequest{CallURL: &value})
		require.NoError(t, err)
		assert.NotContains(t, book.text.String(), logSecret, value)
	}
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

func TestWhatIsNoCallHasNoOperation(t *testing.T) {
	operation, ok := taskrouter.OperationOf(t.Context())
	assert.False(t, ok)
	assert.Zero(t, operation)
}

// A query holds what people are looked for by.
func TestAnOperationThatIsPrintedShowsNoQuery(t *testing.T) {
	var prints strings.Builder
	text, lines := slog.New(slog.NewTextHandler(&prints, nil)), slog.New(slog.NewJSONHandler(&prints, nil))
	client := offline(t, inMemory(answer(200, suitsAll)), middlewareOf(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
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
	for level, option := range middlewareLevels {
		var seen []taskrouter.Operation
		client := offline(t, inMemory(answer(200, suitsAll)), middlewareOf(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
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
		middlewareOf(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			count("call")
			return next.RoundTrip(r)
		}),
		middlewareOf(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
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
