package runtime_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen/internal/runtime"
)

func taskURL(server, taskSID string) (string, error) {
	return runtime.URL(server, "/v1/Workspaces/{WorkspaceSid}/Tasks/{TaskSid}", "WS1", taskSID)
}

func TestPathsStandBelowTheServer(t *testing.T) {
	tests := map[string]string{
		"https://host":         "https://host/v1/Workspaces/WS1/Tasks/WT1",
		"https://host/":        "https://host/v1/Workspaces/WS1/Tasks/WT1",
		"https://host/prefix":  "https://host/prefix/v1/Workspaces/WS1/Tasks/WT1",
		"https://host/prefix/": "https://host/prefix/v1/Workspaces/WS1/Tasks/WT1",
		"https://host/empty//": "https://host/empty//v1/Workspaces/WS1/Tasks/WT1",
		"https://host/a%2Fb/":  "https://host/a%2Fb/v1/Workspaces/WS1/Tasks/WT1",
		"":                     "/v1/Workspaces/WS1/Tasks/WT1",
	}
	for server, want := range tests {
		t.Run(server, func(t *testing.T) {
			got, err := taskURL(server, "WT1")
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

func TestPathsWithoutParametersOrThatGoOnBehindThemAreWhole(t *testing.T) {
	got, err := runtime.URL("https://host", "/v1/Workspaces")
	require.NoError(t, err)
	assert.Equal(t, "https://host/v1/Workspaces", got)

	got, err = runtime.URL("https://host", "/v1/Workspaces/{WorkspaceSid}/Tasks", "WS1")
	require.NoError(t, err)
	assert.Equal(t, "https://host/v1/Workspaces/WS1/Tasks", got)
}

// Paths would become a part of it, and requests go to another one.
func TestServersWithAQueryOrAFragmentAreRefused(t *testing.T) {
	for _, server := range []string{"https://host/?secret=1", "https://host#secret"} {
		_, err := taskURL(server, "WT1")
		assert.EqualError(t, err, "the URL of the server has a query or a fragment")
	}
}

func TestPathParameterIsOneSegment(t *testing.T) {
	tests := map[string]struct {
		value string
		want  string
	}{
		"a SID":                       {"WT0123", "WT0123"},
		"a name with a space":         {"voice calls", "voice%20calls"},
		"a percent sign":              {"100%", "100%25"},
		"dots spelled with percent":   {"%2e%2e", "%252e%252e"},
		"a slash spelled with it":     {"a%2Fb", "a%252Fb"},
		"separators of parameters":    {"a;b,c", "a%3Bb%2Cc"},
		"reserved but harmless signs": {"a:b&c=d+e", "a:b&c=d+e"},
		"more than two dots":          {"...", "..."},
		"dots beside text":            {"..a", "..a"},
		"unicode":                     {"é☃", "%C3%A9%E2%98%83"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := taskURL("https://host/prefix", test.value)
			require.NoError(t, err)
			assert.Equal(t, "https://host/prefix/v1/Workspaces/WS1/Tasks/"+test.want, got)
		})
	}
}

func TestPathParameterIsRefused(t *testing.T) {
	tests := map[string]struct {
		value string
		want  string
	}{
		"when empty":           {"", `parameter "TaskSid": is empty`},
		"when a dot":           {".", `parameter "TaskSid": is "."`},
		"when it would climb":  {"..", `parameter "TaskSid": is ".."`},
		"with a slash":         {"W S/1", `parameter "TaskSid": "W S/1" contains '/'`},
		"with a backslash":     {`a\b`, `parameter "TaskSid": "a\\b" contains '\\'`},
		"with a question mark": {"a?b", `parameter "TaskSid": "a?b" contains '?'`},
		"with a hash":          {"a#b", `parameter "TaskSid": "a#b" contains '#'`},
		"with a line break":    {"a\nb", `parameter "TaskSid": "a\nb" contains '\n'`},
		"with NUL":             {"a\x00", `parameter "TaskSid": "a\x00" contains '\x00'`},
		"with DEL":             {"a\x7f", `parameter "TaskSid": "a\x7f" contains '\x7f'`},
		"with a C1 control":    {"a\u0085", `parameter "TaskSid": "a\u0085" contains '\u0085'`},
		"when not UTF-8":       {"a\xff", `parameter "TaskSid": "a\xff" is not UTF-8`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := taskURL("https://host/prefix", test.value)
			assert.EqualError(t, err, test.want)
			assert.Empty(t, got)
			fault, ok := errors.AsType[*runtime.PathParameterError](err)
			require.True(t, ok)
			assert.Equal(t, "TaskSid", fault.Name)
			require.Error(t, errors.Unwrap(fault))
			assert.Equal(t, test.want, `parameter "TaskSid": `+errors.Unwrap(fault).Error())
		})
	}
}

func FuzzPathParameter(f *testing.F) {
	for _, s := range []string{"", ".", "..", "WS1", "W S/1", "a?b#c%2F", "%2e%2e", `..\`, "a\x7f", "\xff", "é☃", "a;b", "//host", "a\u0085"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		forbidden := value == "" || value == "." || value == ".." || !utf8.ValidString(value) ||
			strings.ContainsAny(value, `/\?#`) || strings.ContainsFunc(value, unicode.IsControl)

		text, err := taskURL("https://host/prefix/", value)
		if forbidden {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		segment, ok := strings.CutPrefix(text, "https://host/prefix/v1/Workspaces/WS1/Tasks/")
		require.True(t, ok)
		assert.NotContains(t, segment, "/")

		decoded, err := url.PathUnescape(segment)
		require.NoError(t, err)
		assert.Equal(t, value, decoded)

		request, err := http.NewRequest(http.MethodDelete, text, nil) // as a generated client does
		require.NoError(t, err)
		target := request.URL
		assert.Equal(t, "/prefix/v1/Workspaces/WS1/Tasks/"+segment, target.EscapedPath())
		assert.Equal(t, "/prefix/v1/Workspaces/WS1/Tasks/"+value, target.Path)
		assert.Empty(t, target.RawQuery)
		assert.Empty(t, target.Fragment)
	})
}
