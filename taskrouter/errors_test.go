package taskrouter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestAnAnswerThatIsNoSuccessIsAnErrorWhateverItsBodyIs(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		about  error            // the sentinel
		want   taskrouter.Error // what the body tells
		text   string           // after the name of the operation
	}{
		"a refused value": {
			400, `{"code":20001,"message":"Invalid Attributes","more_info":"https://www.twilio.com/docs/errors/20001","status":400}`,
			taskrouter.ErrInvalid, taskrouter.Error{Code: 20001, Message: "Invalid Attributes", MoreInfo: "https://www.twilio.com/docs/errors/20001"},
			"400 Bad Request: Invalid Attributes (code 20001) [RQ1]",
		},
		"wrong credentials, as recorded": {
			401, `{"code":20003,"detail":"Your AccountSid or AuthToken was incorrect.","message":"Authentication Error - No credentials provided","more_info":"https://www.twilio.com/docs/errors/20003","status":401}`,
			taskrouter.ErrUnauthorized, taskrouter.Error{
				Code: 20003, Message: "Authentication Error - No credentials provided",
				MoreInfo: "https://www.twilio.com/docs/errors/20003", Detail: "Your AccountSid or AuthToken was incorrect.",
			},
			"401 Unauthorized: Authentication Error - No credentials provided: Your AccountSid or AuthToken was incorrect. (code 20003) [RQ1]",
		},
		"nothing at all":             {401, "", taskrouter.ErrUnauthorized, taskrouter.Error{}, "401 Unauthorized [RQ1]"},
		"a forbidden request":        {403, `{"code":20403}`, taskrouter.ErrForbidden, taskrouter.Error{Code: 20403}, `403 Forbidden: "{\"code\":20403}" (code 20403) [RQ1]`},
		"a code that is a string":    {404, `{"code":"20404","message":"The requested resource was not found"}`, taskrouter.ErrNotFound, taskrouter.Error{Code: 20404, Message: "The requested resource was not found"}, "404 Not Found: The requested resource was not found (code 20404) [RQ1]"},
		"a code beyond any":          {400, `{"code":99999999999999999999,"message":"Odd:"}`, taskrouter.ErrInvalid, taskrouter.Error{Message: "Odd:"}, "400 Bad Request: Odd: [RQ1]"},
		"members of other types":     {409, `{"code":1,"message":2,"more_info":[3],"detail":{"4":5},"details":"6"}`, taskrouter.ErrConflict, taskrouter.Error{Code: 1}, `409 Conflict: "{\"code\":1,\"message\":2,\"more_info\":[3],\"detail\":{\"4\":5},\"details\":\"6\"}" (code 1) [RQ1]`},
		"members that are null":      {410, `{"code":null,"message":null,"more_info":null,"detail":null,"details":null}`, taskrouter.ErrGone, taskrouter.Error{}, `410 Gone: "{\"code\":null,\"message\":null,\"more_info\":null,\"detail\":null,\"details\":null}" [RQ1]`},
		"details":                    {412, `{"message":"Changed","details":{"version":3}}`, taskrouter.ErrPreconditionFailed, taskrouter.Error{Message: "Changed", Details: map[string]any{"version": 3.0}}, "412 Precondition Failed: Changed [RQ1]"},
		"an empty object":            {429, `{}`, taskrouter.ErrRateLimited, taskrouter.Error{}, `429 Too Many Requests: "{}" [RQ1]`},
		"the page of a gateway":      {503, "<html>\n<h1>503</h1>", taskrouter.ErrServer, taskrouter.Error{}, `503 Service Unavailable: "<html>\n<h1>503</h1>" [RQ1]`},
		"a string":                   {500, `"oops"`, taskrouter.ErrServer, taskrouter.Error{}, `500 Internal Server Error: "\"oops\"" [RQ1]`},
		"an array":                   {502, `[{"code":1}]`, taskrouter.ErrServer, taskrouter.Error{}, `502 Bad Gateway: "[{\"code\":1}]" [RQ1]`},
		"null":                       {504, `null`, taskrouter.ErrServer, taskrouter.Error{}, `504 Gateway Timeout: "null" [RQ1]`},
		"text that is not UTF-8":     {500, "\xff{", taskrouter.ErrServer, taskrouter.Error{}, `500 Internal Server Error: "\xff{" [RQ1]`},
		"a status without a name":    {599, "x", taskrouter.ErrServer, taskrouter.Error{}, `599: "x" [RQ1]`},
		"a status without sentinel":  {418, "", nil, taskrouter.Error{}, "418 I'm a teapot [RQ1]"},
		"a long text, cut in prints": {500, strings.Repeat("x", 500), taskrouter.ErrServer, taskrouter.Error{}, `500 Internal Server Error: "` + strings.Repeat("x", 120) + `" [RQ1]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service := newFakeService(t, answer(test.status, test.body))
			task, err := service.tasks(t).Get(t.Context(), "WT1")
			assert.Nil(t, task)
			assert.Len(t, service.seen(), 1)
			assertAbout(t, test.about, err)
			assert.EqualError(t, err, "taskrouter: getTask: "+test.text)

			got := answerError(t, err)
			assert.Equal(t, test.body, string(got.Body))
			assert.Equal(t, "RQ1", got.Header.Get("Twilio-Request-Id"))
			want := test.want
			want.StatusCode, want.RequestID, want.Operation, want.Method, want.Path = test.status, "RQ1", "getTask", "GET", taskPath
			want.Header, want.Body, want.Attempts = got.Header, got.Body, 1
			assert.Equal(t, want, *got)
		})
	}
}

func TestAnErrorKeepsAMebibyteOfTheBodyAndUnderstandsAllOfIt(t *testing.T) {
	body := `{"padding":"` + strings.Repeat("x", 2<<20) + `","code":20001}`
	_, err := newFakeService(t, answer(http.StatusBadRequest, body)).tasks(t).Get(t.Context(), "WT1")
	failure := answerError(t, err)
	assert.Equal(t, 20001, failure.Code)
	assert.True(t, body[:1<<20] == string(failure.Body), "%d bytes", len(failure.Body)) //nolint:testifylint // a difference of a MiB helps nobody
}

// In the bubble it is midnight of the first of January 2000.
func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	tests := map[string]struct {
		header string
		want   time.Duration
	}{
		"absent":                 {"", 0},
		"seconds":                {"7", 7 * time.Second},
		"no time":                {"0", 0},
		"negative":               {"-7", 0},
		"nonsense":               {"soon", 0},
		"nonsense after digits":  {"20000000000000000000A", 0},
		"a fraction":             {"1.5", 0},
		"longer than a duration": {"9223372036854775807", 9223372036 * time.Second},
		"longer than an integer": {"99999999999999999999", 9223372036 * time.Second},
		"as long ago":            {"-99999999999999999999", 0},
		"a date":                 {"Sat, 01 Jan 2000 00:01:30 GMT", 90 * time.Second},
		"an old form of a date":  {"Saturday, 01-Jan-00 00:01:30 GMT", 90 * time.Second},
		"a date in the past":     {"Fri, 31 Dec 1999 23:59:59 GMT", 0},
		"a date in a far future": {"Fri, 31 Dec 9999 23:59:59 GMT", 1<<63 - 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := offline(t, inMemory(answer(http.StatusTooManyRequests, "{}", "Retry-After", test.header)))
				_, err := client.Tasks("WS1").Get(t.Context(), "WT1")
				assert.Equal(t, test.want, answerError(t, err).RetryAfter)
				assertAbout(t, taskrouter.ErrRateLimited, err)
			})
		})
	}
}

func TestAnErrorIsNothingThatItDoesNotName(t *testing.T) {
	failure := &taskrouter.Error{StatusCode: http.StatusTeapot}
	for name, target := range map[string]error{
		"nil":                       nil,
		"a twin of a sentinel":      errors.New("not found"),
		"a target without an order": incomparable{"not found"},
		"the end of a file":         io.EOF,
	} {
		assert.False(t, failure.Is(target), name)
		assert.False(t, (&taskrouter.Error{StatusCode: http.StatusNotFound}).Is(target), name)
	}
	assert.False(t, failure.Is(taskrouter.ErrServer))
	assert.NoError(t, errors.Unwrap(failure))
}

type incomparable []string

func (e incomparable) Error() string { return e[0] }

func TestAnErrorUnwrapsToWhatIsWrongWithTheBody(t *testing.T) {
	cause := errors.New("cut short")
	failure := &taskrouter.Error{StatusCode: http.StatusOK, Operation: "getTask", Err: cause}
	assert.ErrorIs(t, failure, cause)
	assert.EqualError(t, failure, "taskrouter: getTask: 200 OK: cut short")
}

func TestAnErrorSaysWhatWasAnsweredAndWhyNothingFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := inMemory(answer(429, `{"code":20429,"message":"Too many requests"}`, "Retry-After", "5"))
		err := retryGet(t.Context(), retryClient(t, taskrouter.RetryPolicy{}, limited), taskrouter.WithTimeout(time.Second))
		assertAbout(t, taskrouter.ErrRateLimited, err)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Regexp(t, `^taskrouter: getTask: 429 Too Many Requests: Too many requests: wait 5\.?\d*s for the next attempt: context deadline exceeded \(code 20429\), retry after 5s \[RQ1\]$`, err.Error())
	})
}

// logged returns what a logger makes of an error.
func logged(err error) string {
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 {
			return slog.Attr{} // time, level, message
		}
		return a
	}})).Error("", "e", err)
	return strings.TrimSpace(out.String())
}

func TestALoggerIsGivenTheFactsAndNotTheBody(t *testing.T) {
	tests := map[string]struct {
		failure taskrouter.Error
		want    string
	}{
		"all there is": {
			taskrouter.Error{
				Operation: "getTask", Method: "GET", Path: taskPath, StatusCode: 429, Code: 20429, Message: "Too many", RequestID: "RQ1",
				RetryAfter: 7 * time.Second, Err: io.ErrUnexpectedEOF, MoreInfo: "PRIVATE", Detail: "Wait",
				Details: map[string]any{"PRIVATE": 1}, Header: http.Header{"PRIVATE": {""}}, Body: []byte("PRIVATE"),
			},
			`e.operation=getTask e.method=GET e.path=/v1/Workspaces/WS1/Tasks/WT1 e.status=429 e.code=20429 e.message="Too many" e.detail=Wait e.request_id=RQ1 e.retry_after=7s e.cause="unexpected EOF"`,
		},
		"the least there is": {
			taskrouter.Error{Operation: "getTask", Method: "GET", Path: taskPath, StatusCode: 503, Body: []byte("PRIVATE")},
			"e.operation=getTask e.method=GET e.path=/v1/Workspaces/WS1/Tasks/WT1 e.status=503",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, logged(&test.failure)) })
	}
}

func FuzzErrorBody(f *testing.F) {
	f.Add(503, []byte("<html>"))
	f.Add(429, []byte("{}"))
	f.Add(401, []byte(`{"code":20003,"detail":"d","message":"m","more_info":"i","status":401,"details":{"a":[1]}}`))
	f.Add(404, []byte(`{"code":"20404","message":null,"details":[]}`))
	f.Add(400, []byte("\xff\x00"))
	about := map[int]error{
		400: taskrouter.ErrInvalid, 401: taskrouter.ErrUnauthorized, 403: taskrouter.ErrForbidden, 404: taskrouter.ErrNotFound,
		409: taskrouter.ErrConflict, 410: taskrouter.ErrGone, 412: taskrouter.ErrPreconditionFailed, 429: taskrouter.ErrRateLimited,
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		status = 300 + int(uint(status)%300)
		requests := 0
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			requests++
			return inMemory(answer(status, string(body)))(r)
		})
		task, err := client.Tasks("WS1").Update(context.Background(), "WT1", taskrouter.UpdateTaskRequest{})
		assert.Nil(t, task)
		assert.Equal(t, 1, requests)
		want := about[status]
		if status >= 500 {
			want = taskrouter.ErrServer
		}
		assertAbout(t, want, err)

		failure := answerError(t, err)
		assert.Equal(t, status, failure.StatusCode)
		assert.True(t, bytes.Equal(body[:min(len(body), 1<<20)], failure.Body))
		assert.Equal(t, []any{"updateTask", "POST", taskPath, "RQ1", 1}, []any{failure.Operation, failure.Method, failure.Path, failure.RequestID, failure.Attempts})
		code, message := codeAndMessage(body)
		assert.Equal(t, code, failure.Code)
		assert.Equal(t, message, failure.Message)

		for _, text := range []string{failure.Error(), logged(err)} {
			assert.Contains(t, text, strconv.Itoa(status))
			assert.True(t, utf8.ValidString(text))
			assert.NotContains(t, text, "\n")
			assert.NotContains(t, text, "\x1b")
			assert.Less(t, len(text), 3000)
		}
	})
}

// codeAndMessage returns what a body has of them, a code in quotes or not.
func codeAndMessage(body []byte) (code int, message string) {
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if !json.Valid(body) || decoder.Decode(&members) != nil {
		return 0, ""
	}
	switch member := members["code"].(type) {
	case json.Number:
		code, _ = strconv.Atoi(member.String()) // one that is no integer is none
	case string:
		if json.Valid([]byte(member)) { // as in 007 or +7, which are no numbers
			code, _ = strconv.Atoi(member)
		}
	}
	message, _ = members["message"].(string)
	return code, message
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "7", "-7", "soon", "9223372036854775807", "Sat, 01 Jan 2000 00:01:30 GMT", "+7", " 7", "7s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		synctest.Test(t, func(t *testing.T) {
			attempts := 0
			client := offline(t, func(*http.Request) (*http.Response, error) {
				attempts++
				response := httptest.NewRecorder().Result()
				response.StatusCode, response.Header = http.StatusTooManyRequests, http.Header{"Retry-After": {header}}
				return response, nil
			}, taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 2}))
			start := time.Now()
			_, err := client.Tasks("WS1").Get(context.Background(), "WT1")
			passed := time.Since(start)
			require.ErrorIs(t, err, taskrouter.ErrRateLimited)
			wait := answerError(t, err).RetryAfter
			assert.GreaterOrEqual(t, wait, time.Duration(0))
			if passed > 0 { // a date has come nearer
				assert.Equal(t, 2, attempts)
				assert.LessOrEqual(t, passed, time.Minute+500*time.Millisecond)
			}
			seconds, err := strconv.ParseUint(header, 10, 32)
			date, notDate := http.ParseTime(header)
			switch {
			case err == nil:
				assert.Equal(t, time.Duration(seconds)*time.Second, wait)
				assert.Equal(t, seconds <= 60, attempts == 2)
				if attempts == 2 {
					assert.GreaterOrEqual(t, passed, wait)
				}
			case notDate == nil:
				assert.Equal(t, max(time.Until(date), 0), wait)
			case strings.Trim(header, "+-0123456789") != "":
				assert.Zero(t, wait)
			}
		})
	})
}

// A message comes from outside: in a log it stays one short line.
func TestAMessageIsBriefInTextAndLog(t *testing.T) {
	failure := &taskrouter.Error{StatusCode: 400, Operation: "getTask", Message: "two\nlines\x1b[31m " + strings.Repeat("é", 1000)}
	assert.True(t, strings.HasPrefix(failure.Error(), "taskrouter: getTask: 400 Bad Request: two lines [31m éé"), failure.Error())
	assert.Less(t, len(failure.Error()), 400)
	assert.True(t, utf8.ValidString(failure.Error()))

	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("failed", "err", failure)
	assert.Contains(t, log.String(), `"message":"two lines [31m éé`)
	assert.Less(t, log.Len(), 600)
}

func TestAnErrorKeepsNoMoreMemoryThanItShows(t *testing.T) {
	_, err := newFakeService(t, wireText("HTTP/1.1 500 Oh no\nContent-Length: 3000000\n\nx")).tasks(t).Get(t.Context(), "WT1")
	body := answerError(t, err).Body
	assert.Equal(t, "x", string(body))
	assert.Less(t, cap(body), 1000)
}
