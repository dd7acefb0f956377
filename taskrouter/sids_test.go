package taskrouter_test

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// asWritten returns a request as a server reads it off the wire.
func asWritten(t *testing.T, r *http.Request) *http.Request {
	t.Helper()
	var wire bytes.Buffer
	require.NoError(t, r.Write(&wire))
	reader := bufio.NewReader(&wire)
	read, err := http.ReadRequest(reader)
	require.NoError(t, err)
	assert.Zero(t, reader.Buffered(), "there is more than one request")
	return read
}

// namesOneResource tells whether a text can stand in a path.
func namesOneResource(text string) bool {
	return text != "" && text != "." && text != ".." && utf8.ValidString(text) && !strings.ContainsAny(text, `/\?#`) && !strings.ContainsFunc(text, unicode.IsControl)
}

// Whatever stands for a SID or a unique name is refused, and nothing is sent; or
// it arrives as one segment of the path, in its place below the base path.
func FuzzSIDs(f *testing.F) {
	for _, text := range []string{
		"", ".", "..", "/", "WS", "WT1", "ws1", " ", "voice", "très bien", "100%", "%2e%2e", "%2F", "WS1%2F..%2FWS2", "..%2F", "...", "../../../v1/Workspaces/WS2?x=1#", `..\..`,
		"WS1/Tasks", "WT1?x=1", "WT1#x", "WT1\x00", "WT1\r\nX: 1", "WT\xff", "WT1;a=b", "WT1\u2028", "WT1\u0085", "WT1 HTTP/1.1", "WS\u202e1", "a:b@c", "+", "[::1]",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, test := range []struct {
			prefix string
			path   []string // below /v1
			call   func(context.Context, *taskrouter.Client) error
		}{
			{"WS", []string{"Workspaces", text, "Tasks", "WT1"}, func(ctx context.Context, c *taskrouter.Client) error {
				_, err := c.Tasks(text).Get(ctx, "WT1")
				return err
			}},
			{"WS", []string{"Workspaces", text}, func(ctx context.Context, c *taskrouter.Client) error {
				return c.Workspaces.Delete(ctx, text)
			}},
			{"WT", []string{"Workspaces", "WS1", "Tasks", text}, func(ctx context.Context, c *taskrouter.Client) error {
				_, err := c.Tasks("WS1").Update(ctx, text, taskrouter.UpdateTaskRequest{})
				return err
			}},
			{"WT", []string{"Workspaces", "WS1", "Tasks", text, "Reservations"}, func(ctx context.Context, c *taskrouter.Client) error {
				_, err := taskrouter.First(c.TaskReservations("WS1", text).List(ctx, taskrouter.ListTaskReservationsParams{}))
				return err
			}},
			{"", []string{"Workspaces", "WS1", "TaskChannels", text}, func(ctx context.Context, c *taskrouter.Client) error {
				_, err := c.TaskChannels("WS1").Get(ctx, text)
				return err
			}},
		} {
			var sent []*http.Request
			client := offline(t, func(r *http.Request) (*http.Response, error) {
				sent = append(sent, r)
				return inMemory(answer(http.StatusNotFound, "{}"))(r)
			})
			err := test.call(context.Background(), client)
			if !namesOneResource(text) || !strings.HasPrefix(text, test.prefix) {
				assertAbout(t, taskrouter.ErrInvalidArgument, err)
				assert.Empty(t, sent)
				continue
			}
			assertAbout(t, taskrouter.ErrNotFound, err)
			require.Len(t, sent, 1)
			written := asWritten(t, sent[0])
			assert.Equal(t, []string{"https", "service.test"}, []string{sent[0].URL.Scheme, written.Host})
			assert.Empty(t, strings.Trim(written.URL.RawQuery, "&"))
			below, found := strings.CutPrefix(written.URL.EscapedPath(), mount+"/v1/")
			require.True(t, found, written.RequestURI)
			segments := strings.Split(below, "/")
			for i, segment := range segments {
				segments[i], err = url.PathUnescape(segment)
				require.NoError(t, err)
			}
			assert.Equal(t, test.path, segments)
			assert.Equal(t, path.Clean(written.URL.Path), written.URL.Path, "it leads elsewhere when it is resolved")
		}
	})
}
