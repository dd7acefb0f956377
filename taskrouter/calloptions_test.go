package taskrouter_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestWrongCallOptionsAreRefusedBeforeAnythingIsSent(t *testing.T) {
	tests := map[string]struct {
		option taskrouter.CallOption
		text   string
	}{
		"none":                       {nil, "a CallOption is nil"},
		"an ETag that is a space":    {taskrouter.WithIfMatch(" "), "WithIfMatch: the ETag is empty, which would make the call unconditional"},
		"an ETag that is empty":      {taskrouter.WithIfMatch(""), "WithIfMatch: the ETag is empty, which would make the call unconditional"},
		"an ETag of two lines":       {taskrouter.WithIfMatch("v1\r\nX-A: 1"), `WithIfMatch: "v1\r\nX-A: 1" holds a control character`},
		"a condition nobody heeds":   {taskrouter.WithIfMatch("v1"), "WithIfMatch: the service does not heed If-Match here"},
		"a response that is nil":     {taskrouter.WithResponseInto(nil), "WithResponseInto: the response to fill is nil"},
		"no time at all":             {taskrouter.WithTimeout(0), "WithTimeout: 0s is not positive"},
		"a time in the past":         {taskrouter.WithTimeout(-time.Second), "WithTimeout: -1s is not positive"},
		"a header without a name":    {taskrouter.WithHeader("", "x"), `WithHeader: "" is not the name of a header`},
		"a name of two lines":        {taskrouter.WithHeader("X-A: 1\nX-B", "2"), `WithHeader: "X-A: 1\nX-B" is not the name of a header`},
		"a name with a space":        {taskrouter.WithHeader("Authorization ", "x"), `WithHeader: "Authorization " is not the name of a header`},
		"a value of two lines":       {taskrouter.WithHeader("X-A", "1\r\nX-B: 2"), "WithHeader: the value of X-A holds a control character"},
		"a value with a zero byte":   {taskrouter.WithHeader("X-A", "\x00"), "WithHeader: the value of X-A holds a control character"},
		"a condition as a header":    {taskrouter.WithHeader("if-match", "x"), "WithHeader: use WithIfMatch for If-Match"},
		"the credentials":            {taskrouter.WithHeader("authorization", "x"), "WithHeader: Authorization is set by the client"},
		"the type of the body":       {taskrouter.WithHeader("CONTENT-TYPE", "x"), "WithHeader: Content-Type is set by the client"},
		"the length of the body":     {taskrouter.WithHeader("Content-Length", "1"), "WithHeader: Content-Length is set by the client"},
		"the host":                   {taskrouter.WithHeader("host", "elsewhere"), "WithHeader: Host is set by the client"},
		"the type that is asked for": {taskrouter.WithHeader("Accept", "text/html"), "WithHeader: Accept is set by the client"},
		"the name of the library":    {taskrouter.WithHeader("User-Agent", "x"), "WithHeader: User-Agent is set by the client"},
		"the framing of the body":    {taskrouter.WithHeader("Transfer-Encoding", "chunked"), "WithHeader: Transfer-Encoding is set by the client"},
		"the end of the connection":  {taskrouter.WithHeader("Connection", "close"), "WithHeader: Connection is set by the client"},
		"an encoding of its own":     {taskrouter.WithHeader("Accept-Encoding", "gzip"), "WithHeader: Accept-Encoding is set by the client"},
		"a change of the protocol":   {taskrouter.WithHeader("Upgrade", "h2c"), "WithHeader: Upgrade is set by the client"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service := newFakeService(t, answer(200, `{}`))
			_, err := service.tasks(t).Get(t.Context(), "WT1", taskrouter.WithTimeout(time.Minute), test.option)
			assertAbout(t, taskrouter.ErrInvalidArgument, err)
			assert.EqualError(t, err, "taskrouter: getTask: invalid argument: "+test.text)
			assert.Empty(t, service.seen())
		})
	}
}

func TestIfMatchIsSentVerbatim(t *testing.T) {
	for _, etag := range []string{"0123456789abcdef", `"0"`, `W/"3"`, "*"} {
		service := newFakeService(t, answer(200, `{}`))
		_, err := service.tasks(t).Cancel(t.Context(), "WT1", "", taskrouter.WithIfMatch(etag))
		require.NoError(t, err)
		assert.Equal(t, []string{etag}, service.seen()[0].Header["If-Match"])
	}
}

func TestHeadersAreSentVerbatimAndTheLastOfOneName(t *testing.T) {
	service := newFakeService(t, answer(200, `{}`))
	_, err := service.tasks(t).Get(t.Context(), "WT1", taskrouter.WithHeader("x-trace", "1"), taskrouter.WithHeader("X-Trace", "2"), taskrouter.WithHeader("X-Empty", ""), taskrouter.WithHeader("X-0", "é\t& z"))
	require.NoError(t, err)
	assert.Equal(t, []string{"2"}, service.seen()[0].Header["X-Trace"])
	assert.Equal(t, []string{""}, service.seen()[0].Header["X-Empty"])
	assert.Equal(t, []string{"é\t& z"}, service.seen()[0].Header["X-0"])
}

func TestAResponseIsFilledWhateverTheAnswerIs(t *testing.T) {
	tests := map[string]struct {
		handler http.HandlerFunc
		status  int
		body    string
	}{
		"a success":           {answer(200, ` {"sid":"WT1"}`, "ETag", "v1"), 200, ` {"sid":"WT1"}`},
		"a failure":           {answer(404, `{"code":20404}`, "ETag", "v1"), 404, `{"code":20404}`},
		"no JSON":             {answer(200, "<html>", "ETag", "v1"), 200, "<html>"},
		"a body cut short":    {wireText("HTTP/1.1 200 OK\nETag: v1\nTwilio-Request-Id: RQ1\nContent-Length: 30\n\n{"), 200, "{"},
		"a body that is long": {answer(200, taskOf30Bytes+".", "ETag", "v1", "Content-Length", "31"), 200, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var response taskrouter.Response
			_, _ = newFakeService(t, test.handler).tasks(t, taskrouter.WithMaxResponseBytes(30)).Get(t.Context(), "WT1", taskrouter.WithResponseInto(&response))
			assert.Equal(t, test.status, response.StatusCode)
			assert.Equal(t, "v1", response.ETag())
			assert.Equal(t, "RQ1", response.RequestID())
			assert.Equal(t, test.body, string(response.Body))
		})
	}
	t.Run("a deletion", func(t *testing.T) {
		var response taskrouter.Response
		require.NoError(t, newFakeService(t, answer(204, "")).tasks(t).Delete(t.Context(), "WT1", taskrouter.WithResponseInto(&response)))
		assert.Equal(t, 204, response.StatusCode)
		assert.Empty(t, response.ETag())
	})
}

// Nothing of an earlier call may be taken for this one's.
func TestAResponseIsEmptyIfThereWasNoAnswer(t *testing.T) {
	client := offline(t, func(*http.Request) (*http.Response, error) { return nil, errors.New("no network") })
	for name, test := range map[string]struct {
		taskSID  string
		attempts int
	}{"a failure on the way": {"WT1", 1}, "a request that was not sent": {"WK1", 0}} {
		t.Run(name, func(t *testing.T) {
			response := taskrouter.Response{StatusCode: 200, Header: http.Header{"Etag": {"v1"}}, Body: []byte("{}")}
			_, err := client.Tasks("WS1").Get(t.Context(), test.taskSID, taskrouter.WithResponseInto(&response))
			require.Error(t, err)
			assert.Equal(t, taskrouter.Response{Attempts: test.attempts}, response)
		})
	}
}

func TestAResponseIsEmptyHoweverTheCallFailed(t *testing.T) {
	service := newFakeService(t, answer(200, `{}`))
	tests := map[string]func(taskrouter.CallOption) error{
		"an option before it": func(o taskrouter.CallOption) error {
			_, err := service.tasks(t).Get(t.Context(), "WT1", taskrouter.WithTimeout(0), o)
			return err
		},
		"an option after it": func(o taskrouter.CallOption) error {
			_, err := service.tasks(t).Get(t.Context(), "WT1", o, taskrouter.WithTimeout(0))
			return err
		},
		"a condition nobody heeds": func(o taskrouter.CallOption) error {
			_, err := service.tasks(t).Get(t.Context(), "WT1", o, taskrouter.WithIfMatch("v1"))
			return err
		},
		"a nil context": func(o taskrouter.CallOption) error {
			_, err := service.tasks(t).Get(nil, "WT1", o) //nolint:staticcheck // nil is what it is about
			return err
		},
	}
	for name, call := range tests {
		t.Run(name, func(t *testing.T) {
			response := taskrouter.Response{StatusCode: 200}
			require.Error(t, call(taskrouter.WithResponseInto(&response)))
			assert.Zero(t, response)
		})
	}
	assert.Empty(t, service.seen())
}
