package pipeline

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParametersAreAppendedToWhatIsEncodedAlready(t *testing.T) {
	tests := map[string]struct {
		encoded     string
		added       url.Values
		followsLink bool
		want, fault string
	}{
		"to nothing":                        {"", url.Values{"b": {"2"}}, false, "b=2", ""},
		"to something":                      {"a=1", url.Values{"b": {"2"}}, false, "a=1&b=2", ""},
		"what is there keeps its form":      {"z=%7e&a", url.Values{"b": {"2", "é"}}, false, "z=%7e&a&b=2&b=%C3%A9", ""},
		"what is there already":             {"a=1", url.Values{"a": {"2"}}, false, "", "WithParam: the request itself sets a"},
		"what is there without a value":     {"a", url.Values{"a": {"2"}}, false, "", "WithParam: the request itself sets a"},
		"what is there in other letters":    {"A=1", url.Values{"a": {"2"}}, false, "A=1&a=2", ""},
		"what is there, spelt otherwise":    {"%61=1", url.Values{"a": {"2"}}, false, "", "WithParam: the request itself sets a"},
		"to what does not parse":            {"a=%zz", url.Values{"b": {"2"}}, false, "", `WithParam: what the request holds does not parse: invalid URL escape "%zz"`},
		"to a link that lacks it":           {"a=1", url.Values{"b": {"2"}}, true, "a=1&b=2", ""},
		"to a link that has it":             {"a=1", url.Values{"a": {"2", "3"}}, true, "a=1", ""},
		"to a link that has one of two":     {"a=1", url.Values{"a": {"2"}, "b": {"3"}}, true, "a=1&b=3", ""},
		"to a link without a query":         {"", url.Values{"b": {"2"}}, true, "b=2", ""},
		"to a link that does not all parse": {"a=%zz&b=1", url.Values{"b": {"2"}, "c": {"3"}}, true, "a=%zz&b=1&c=3", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := appended(test.encoded, &Call{FollowsLink: test.followsLink, Options: Options{Parameters: test.added}})
			assert.Equal(t, test.want, got)
			if test.fault != "" {
				assert.EqualError(t, err, test.fault)
			} else {
				assert.NoError(t, err)
			}
		})
	}
}

func TestAFormThatCannotBeReadIsNotSent(t *testing.T) {
	broken := errors.New("gone")
	request := formRequest(t, iotest.ErrReader(broken))
	_, err := addParameters(func(*http.Request) (*http.Response, error) {
		t.Error("it was sent")
		return nil, broken
	})(request)
	require.ErrorIs(t, err, broken)
	assert.EqualError(t, err, "WithParam: read the form: gone")
}

// The length is announced, and each attempt reads the form anew.
func TestAFormIsReplacedAltogether(t *testing.T) {
	request := formRequest(t, strings.NewReader("a=1"))
	request.ContentLength = 3
	_, err := addParameters(func(r *http.Request) (*http.Response, error) {
		const want = "a=1&b=2"
		assert.EqualValues(t, len(want), r.ContentLength)
		for range 2 {
			copied, err := r.GetBody()
			require.NoError(t, err)
			text, err := io.ReadAll(copied)
			require.NoError(t, err)
			assert.Equal(t, want, string(text))
		}
		text, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
		return &http.Response{}, nil
	})(request)
	require.NoError(t, err)
}

// formRequest returns a request with a form whose call adds b=2 to it.
func formRequest(t *testing.T, body io.Reader) *http.Request {
	call := &Call{Options: Options{Parameters: url.Values{"b": {"2"}}}}
	request, err := http.NewRequestWithContext(WithCall(t.Context(), call), http.MethodPost, "https://service.test", body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}
