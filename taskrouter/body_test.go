package taskrouter_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// taskOf30Bytes is a task, as long as the limits that are tried on it.
const taskOf30Bytes = `{"sid":"WT1","reason":"later"}`

func TestABodyThatIsCutShortIsAnError(t *testing.T) {
	const length, chunked = "Content-Type: application/json\nContent-Length: 30\n\n", "Content-Type: application/json\nTransfer-Encoding: chunked\n\n"
	tests := map[string]struct {
		wire, body string
		about      error
	}{
		"before its announced length":            {"HTTP/1.1 200 OK\n" + length + `{"sid":"WT1"}`, `{"sid":"WT1"}`, taskrouter.ErrInvalidResponse},
		"before its first byte":                  {"HTTP/1.1 200 OK\n" + length, "", taskrouter.ErrInvalidResponse},
		"between two chunks":                     {"HTTP/1.1 200 OK\n" + chunked + "d\n{\"sid\":\"WT1\"}\n", `{"sid":"WT1"}`, taskrouter.ErrInvalidResponse},
		"within a chunk":                         {"HTTP/1.1 200 OK\n" + chunked + "1e\n{\"sid\":", `{"sid":`, taskrouter.ErrInvalidResponse},
		"of a failure, whose status still tells": {"HTTP/1.1 404 Not Found\n" + length + `{"code":20404`, `{"code":20404`, taskrouter.ErrNotFound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			task, err := newFakeService(t, wireText(test.wire)).tasks(t).Get(t.Context(), "WT1")
			assert.Nil(t, task)
			assertAbout(t, test.about, err)
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
			assert.ErrorContains(t, err, "read the body after ")
			assert.Equal(t, test.body, string(answerError(t, err).Body))
		})
	}
	t.Run("but not of a deletion, which needs none", func(t *testing.T) {
		assert.NoError(t, newFakeService(t, wireText("HTTP/1.1 200 OK\n"+length)).tasks(t).Delete(t.Context(), "WT1"))
	})
}

func TestABodyBeyondTheLimitIsAnError(t *testing.T) {
	tests := map[string]struct {
		limit   int64
		handler http.HandlerFunc
		body    string // what the error keeps
		text    string // "" for no error
	}{
		"as long as the limit":           {30, answer(200, taskOf30Bytes, "Content-Length", "30"), "", ""},
		"as long, unannounced":           {30, flushed(answer(200, taskOf30Bytes)), "", ""},
		"a byte more":                    {29, answer(200, taskOf30Bytes, "Content-Length", "30"), "", "200 OK: the body has 30 bytes, more than the limit of 29 [RQ1]"},
		"a byte more, unannounced":       {29, flushed(answer(200, taskOf30Bytes)), taskOf30Bytes[:29], "200 OK: the body has more than the limit of 29 bytes [RQ1]"},
		"a failure's":                    {3, flushed(answer(404, taskOf30Bytes)), taskOf30Bytes[:3], "404 Not Found: the body has more than the limit of 3 bytes [RQ1]"},
		"small, and large once unpacked": {1 << 20, gzipped(strings.Repeat(" ", 1<<20+1)), strings.Repeat(" ", 1<<20), "200 OK: the body has more than the limit of 1048576 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service := newFakeService(t, test.handler)
			_, err := service.tasks(t, taskrouter.WithMaxResponseBytes(test.limit)).Get(t.Context(), "WT1")
			if test.text == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, "taskrouter: getTask: "+test.text)
			failure := answerError(t, err)
			assert.Equal(t, test.body, string(failure.Body))
			assert.Equal(t, failure.StatusCode == 200, errors.Is(err, taskrouter.ErrInvalidResponse))
		})
	}
}

// endless is a body without an end, that counts what is read of it.
type endless int

func (e *endless) Read(p []byte) (int, error) {
	*e += endless(len(p))
	return copy(p, bytes.Repeat([]byte{' '}, len(p))), nil
}

func (*endless) Close() error { return nil }

func TestAnEndlessBodyIsNotReadToTheEnd(t *testing.T) {
	var body endless
	client := offline(t, func(r *http.Request) (*http.Response, error) {
		response, err := inMemory(answer(200, ""))(r)
		response.Body = &body
		return response, err
	}, taskrouter.WithMaxResponseBytes(1000))
	_, err := client.Tasks("WS1").Get(t.Context(), "WT1")
	assertAbout(t, taskrouter.ErrInvalidResponse, err)
	assert.LessOrEqual(t, int(body), 1001)
}

func TestTheLimitIs32MiBUnlessSet(t *testing.T) {
	tasks := newFakeService(t, answer(200, `{"sid":"WT1"}`+strings.Repeat(" ", 32<<20-13))).tasks(t)
	_, err := tasks.Get(t.Context(), "WT1")
	require.NoError(t, err)
	tasks = newFakeService(t, answer(200, `{"sid":"WT1"}`+strings.Repeat(" ", 32<<20-12))).tasks(t)
	_, err = tasks.Get(t.Context(), "WT1")
	assertAbout(t, taskrouter.ErrInvalidResponse, err)
}

// flushed sends the headers first, and so no length.
func flushed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		next(flushingWriter{w}, r)
	}
}

type flushingWriter struct{ http.ResponseWriter }

func (w flushingWriter) WriteHeader(status int) {
	w.ResponseWriter.WriteHeader(status)
	w.ResponseWriter.(http.Flusher).Flush()
}

func gzipped(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		var packed bytes.Buffer
		writer := gzip.NewWriter(&packed)
		_, _ = io.WriteString(writer, body)
		_ = writer.Close()
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}
}

func TestAPackedBodyIsUnpacked(t *testing.T) {
	task, err := newFakeService(t, gzipped(taskOf30Bytes)).tasks(t).Get(t.Context(), "WT1")
	require.NoError(t, err)
	assert.Equal(t, "WT1", task.SID)
}

// In a bubble, because on a busy machine net/http gives up a connection whose
// request it has not seen written 50 milliseconds after the answer.
func TestTheConnectionIsUsedAgainAfterEveryAnswerThatWasReadToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := strings.Repeat("x", 1<<20)
		service := newFakeServiceInBubble(t, inTurn(
			answer(200, `{"sid":"WT1"}`), answer(404, `{"code":20404,"message":"`+long+`"}`), answer(503, "<html>"+long), flushed(answer(500, long)),
			answer(302, long, "Location", "/elsewhere"), answer(401, ""), answer(200, "no JSON"+long), answer(200, ""), answer(200, "null"),
			answer(204, ""), answer(201, `{"sid":"WT1"}`), gzipped(taskOf30Bytes), answer(200, `{"sid":"WT1"}`),
		))
		tasks := service.tasks(t)
		for range 12 {
			_, _ = tasks.Get(t.Context(), "WT1") // some fail
		}
		_, err := tasks.Get(t.Context(), "WT1")
		require.NoError(t, err)
		assert.Len(t, service.seen(), 13)
		assert.Equal(t, 1, service.connections())
	})
}

func TestTheConnectionIsUsedAgainAfterADeletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeServiceInBubble(t, inTurn(answer(204, ""), answer(200, "<html>"+strings.Repeat("x", 1<<20)), answer(404, `{"code":20404}`), answer(204, "")))
		tasks := service.tasks(t)
		require.NoError(t, tasks.Delete(t.Context(), "WT1"))
		require.NoError(t, tasks.Delete(t.Context(), "WT1"))
		require.ErrorIs(t, tasks.Delete(t.Context(), "WT1"), taskrouter.ErrNotFound)
		require.NoError(t, tasks.Delete(t.Context(), "WT1"))
		assert.Equal(t, 1, service.connections())
	})
}

// closeCounter counts the bodies that were closed.
type closeCounter struct {
	io.Reader
	closed *int
}

func (c closeCounter) Close() error {
	*c.closed++
	return nil
}

func TestEveryBodyIsClosed(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"of a success":        answer(200, `{"sid":"WT1"}`),
		"of a failure":        answer(503, "<html>"),
		"of no JSON":          answer(200, "<html>"),
		"beyond the limit":    answer(200, taskOf30Bytes+"."),
		"announced beyond it": answer(200, taskOf30Bytes+".", "Content-Length", "31"),
		"of a redirect":       answer(302, "", "Location", "https://elsewhere.test/"),
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			closed := 0
			client := offline(t, func(r *http.Request) (*http.Response, error) {
				response, err := inMemory(handler)(r)
				response.Body = closeCounter{response.Body, &closed}
				return response, err
			}, taskrouter.WithMaxResponseBytes(30))
			_, _ = client.Tasks("WS1").Get(t.Context(), "WT1")
			assert.Equal(t, 1, closed)
		})
	}
}

func TestTheLimitMayBeAsLargeAsCanBe(t *testing.T) {
	_, err := newFakeService(t, answer(200, `{"sid":"WT1"}`)).tasks(t, taskrouter.WithMaxResponseBytes(math.MaxInt64)).Get(t.Context(), "WT1")
	assert.NoError(t, err)
}

// The length may be a lie, and memory for it more than there is.
func TestAnAnnouncedLengthIsNotBelieved(t *testing.T) {
	service := newFakeService(t, wireText("HTTP/1.1 200 OK\nContent-Length: 4611686018427387904\n\n{}"))
	_, err := service.tasks(t, taskrouter.WithMaxResponseBytes(1<<62)).Get(t.Context(), "WT1")
	assertAbout(t, taskrouter.ErrInvalidResponse, err)
}
