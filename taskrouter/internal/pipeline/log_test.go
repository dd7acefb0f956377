package pipeline

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValuesAreLoggedWithoutPasswords(t *testing.T) {
	const secret = "S3CRET"
	tests := map[string]struct{ encoded, want string }{
		"nothing":                       {"", ""},
		"what is no password":           {"FriendlyName=Jamie&Attributes=%7B%22a%22%3A1%7D", "Attributes=%7B%22a%22%3A1%7D&FriendlyName=Jamie"},
		"several of one name":           {"Event=b&Event=a", "Event=b&Event=a"},
		"a time is no user":             {"StartDate=2026-03-01T09%3A30%3A00Z", "StartDate=2026-03-01T09%3A30%3A00Z"},
		"a password of its own":         {"SipAuthPassword=S3CRET&SipAuthUsername=u", "SipAuthPassword=xxxxx&SipAuthUsername=u"},
		"each of two":                   {"SipAuthPassword=S3CRET&SipAuthPassword=https%3A%2F%2Fu%3AS3CRET%40h", "SipAuthPassword=xxxxx&SipAuthPassword=xxxxx"},
		"an empty one, which tells not": {"SipAuthPassword=", "SipAuthPassword=xxxxx"},
		"one in a URL":                  {"CallUrl=https%3A%2F%2Fu%3AS3CRET%40host%2Fpath", "CallUrl=https%3A%2F%2Fu%3Axxxxx%40host%2Fpath"},
		"one in the second URL":         {"Url=https%3A%2F%2Fhost&Url=https%3A%2F%2Fu%3AS3CRET%40host", "Url=https%3A%2F%2Fhost&Url=https%3A%2F%2Fu%3Axxxxx%40host"},
		"a URL without one":             {"CallUrl=https%3A%2F%2Fhost%2F%7Eu", "CallUrl=https%3A%2F%2Fhost%2F~u"},
		"what does not parse":           {"a=%zz&SipAuthPassword=S3CRET", "(does not parse)"},
		"semicolons":                    {"a=1;SipAuthPassword=S3CRET", "(does not parse)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := withoutSecrets(test.encoded)
			assert.Equal(t, test.want, got)
			assert.NotContains(t, got, secret)
		})
	}
}

func FuzzWithoutSecrets(f *testing.F) {
	f.Add("CallUrl", "u", "p", "host/path?query")
	f.Add("SipAuthPassword", "", "é&=;%", "")
	f.Add("", "a:b", "@/?#", "[::1]:80")
	f.Fuzz(func(t *testing.T, name, user, password, rest string) {
		const marker = "S3CRET"
		if strings.Contains(name+user+rest, marker) {
			t.Skip("what is no secret is not hidden")
		}
		address := url.URL{Scheme: "https", User: url.UserPassword(user, marker+password+marker), Host: "host", Path: "/" + rest}
		got := withoutSecrets(url.Values{name: {address.String()}, "SipAuthPassword": {marker + password}}.Encode())
		assert.NotContains(t, got, marker)
		parameters, err := url.ParseQuery(got)
		require.NoError(t, err)
		assert.True(t, parameters.Has(name))
		assert.NotEmpty(t, parameters.Get("SipAuthPassword"))
	})
}

// spyBody tells whether it was closed.
type spyBody struct {
	io.Reader
	closed bool
}

func (b *spyBody) Close() error { b.closed = true; return nil }

func TestTheBodyIsReadForTheLogWithoutTakingItFromTheService(t *testing.T) {
	sent, copied := &spyBody{Reader: strings.NewReader("a=1")}, &spyBody{Reader: strings.NewReader("a=1")}
	request := &http.Request{Body: sent, GetBody: func() (io.ReadCloser, error) { return copied, nil }}
	assert.Equal(t, "a=1", bodyOf(request))
	assert.True(t, copied.closed)

	left, err := io.ReadAll(request.Body)
	require.NoError(t, err)
	assert.Equal(t, "a=1", string(left))
	assert.False(t, sent.closed)
}

func TestABodyThatCannotBeReadTwiceIsNotLogged(t *testing.T) {
	assert.Empty(t, bodyOf(&http.Request{Body: &spyBody{Reader: strings.NewReader("a=1")}}))
	assert.Empty(t, bodyOf(&http.Request{GetBody: func() (io.ReadCloser, error) {
		return &spyBody{Reader: strings.NewReader("a=1")}, errors.New("gone")
	}}))
}
