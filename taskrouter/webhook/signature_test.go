package webhook_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// The signatures that the service and its libraries publish, all made with the
// token 12345.
func TestThePublishedSignaturesAreMadeAndAccepted(t *testing.T) {
	tests := map[string]struct {
		host, form, want string
	}{
		"the form of the security page": {
			"example.com", "CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212",
			"L/OH5YylLD5NRKLltdqwSvS0BnU=",
		},
		"the form of the libraries": {
			"mycompany.com", "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
			"RSOYDt4T1cUTdK1PDd93/VVr8B8=",
		},
		// ReasonConferenceEnded sorts before Reason if names are sorted with their values.
		"a name that begins with another": {
			"mycompany.com", "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212" +
				"&ReasonConferenceEnded=test&Reason=Participant",
			"vOEb5UThFn24KEfnOFLQY2AE5FY=",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			form, err := url.ParseQuery(test.form)
			require.NoError(t, err)
			assert.Equal(t, test.want, webhook.Sign("12345", "https://"+test.host+"/myapp.php?foo=1&bar=2", form))

			call := incoming{host: test.host, target: "/myapp.php?foo=1&bar=2", body: test.form, header: http.Header{webhook.SignatureHeader: {test.want}}}
			assert.NoError(t, webhook.NewVerifier("12345").Verify(call.request(t)))
			call.body += "&Digits=5"
			assert.Error(t, webhook.NewVerifier("12345").Verify(call.request(t)))
		})
	}
}

func TestTheURLIsSignedAsWrittenWithoutUserAndFragment(t *testing.T) {
	tests := map[string]struct{ target, want string }{
		"nothing to leave out":         {"https://example.com/a?b=c", "https://example.com/a?b=c"},
		"user and password":            {"https://me:secret@example.com/a", "https://example.com/a"},
		"a user alone":                 {"https://me@example.com/a", "https://example.com/a"},
		"a password with an at sign":   {"https://me:s@cret@example.com/a", "https://example.com/a"},
		"an at sign in the path":       {"https://example.com/@a/b@c", "https://example.com/@a/b@c"},
		"an at sign in the query":      {"https://example.com?a=b@c", "https://example.com?a=b@c"},
		"a fragment":                   {"https://example.com/a?b=c#rc=3&ct=100", "https://example.com/a?b=c"},
		"a fragment with a user":       {"https://example.com#//me@x/", "https://example.com"},
		"a URL in the query":           {"https://example.com/?next=https://me@example.org/", "https://example.com/?next=https://me@example.org/"},
		"a URL in the query of a path": {"/a?next=https://me@example.org/", "/a?next=https://me@example.org/"},
		"a URL in the query of a name": {"example.com?next=https://me@example.org/", "example.com?next=https://me@example.org/"},
		"a URL in a path":              {"/https://me@example.org/", "/https://me@example.org/"},
		"a port":                       {"https://example.com:443/", "https://example.com:443/"},
		"escapes that need not be":     {"https://example.com/%7Ea%2fb?c=%2F+%20;", "https://example.com/%7Ea%2fb?c=%2F+%20;"},
		"what should be escaped":       {"https://example.com/ä b\"?{}", "https://example.com/ä b\"?{}"},
		"an empty query":               {"https://example.com/?", "https://example.com/?"},
		"no path":                      {"https://example.com", "https://example.com"},
		"a scheme in capitals":         {"HTTPS://me@Example.com/", "HTTPS://Example.com/"},
		"an IPv6 address":              {"http://me@[::1]:8080/a", "http://[::1]:8080/a"},
		"no host":                      {"http:///a", "http:///a"},
		"nothing":                      {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, signText("t", test.want), webhook.Sign("t", test.target, nil))
			assert.Equal(t, signText("t", test.want+"kv"), webhook.Sign("t", test.target, url.Values{"k": {"v"}}))
		})
	}
}

func TestEveryDistinctValueIsSignedInByteOrderOfTheNames(t *testing.T) {
	tests := map[string]struct {
		form url.Values
		want string
	}{
		"no form":                         {nil, ""},
		"names in byte order":             {url.Values{"b": {"1"}, "a": {"2"}, "B": {"3"}, "_": {"4"}}, "B3_4a2b1"},
		"names, not names and values":     {url.Values{"A": {"z"}, "AB": {"a"}}, "AzABa"},
		"an empty value":                  {url.Values{"a": {""}, "b": {"1"}}, "ab1"},
		"no value":                        {url.Values{"a": {}, "b": {"1"}}, "b1"},
		"values in byte order":            {url.Values{"a": {"y", "x", "Z"}}, "aZaxay"},
		"equal values once":               {url.Values{"a": {"y", "x", "y"}}, "axay"},
		"white space as it is":            {url.Values{"a": {" x\n"}, "b c": {"\t"}}, "a x\nb c\t"},
		"bytes that are no text":          {url.Values{"a": {"\xff\x00"}}, "a\xff\x00"},
		"names and values beyond English": {url.Values{"ä": {"ö"}, "z": {"日"}}, "z日äö"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, signText("t", "https://example.com/"+test.want), webhook.Sign("t", "https://example.com/", test.form))
		})
	}
}

func TestSignLeavesTheFormAsItWas(t *testing.T) {
	form := url.Values{"a": {"y", "x", "y"}}
	webhook.Sign("t", "https://example.com/", form)
	assert.Equal(t, url.Values{"a": {"y", "x", "y"}}, form)
}

// The hash is published by the service.
func TestTheHashOfABodyIsPartOfTheURLThatIsSigned(t *testing.T) {
	const body = `{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}`
	const hash = "bodySHA256=5ccde7145dfb8f56479710896586cb9d5911809d83afbe34627818790db0aec9"
	tests := map[string]struct{ target, want, signed string }{
		"without a query":          {"https://example.com/a", "https://example.com/a?" + hash, "https://example.com/a?" + hash},
		"with a query":             {"https://example.com/a?b=c", "https://example.com/a?b=c&" + hash, "https://example.com/a?b=c&" + hash},
		"without a path":           {"https://example.com", "https://example.com?" + hash, "https://example.com?" + hash},
		"before a fragment":        {"https://example.com/a#rc=3?", "https://example.com/a?" + hash + "#rc=3?", "https://example.com/a?" + hash},
		"before an empty fragment": {"https://example.com/a#", "https://example.com/a?" + hash + "#", "https://example.com/a?" + hash},
		"with a user":              {"https://me@example.com/a", "https://me@example.com/a?" + hash, "https://example.com/a?" + hash},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			target, signature := webhook.SignBody(authToken, test.target, []byte(body))
			assert.Equal(t, test.want, target)
			assert.Equal(t, signText(authToken, test.signed), signature)
		})
	}

	call := incoming{
		target: "/a?" + hash, body: body, signs: "https://example.com/a?" + hash,
		header: http.Header{"Content-Type": {"application/json"}},
	}
	assert.NoError(t, newVerifier(t).Verify(call.request(t)))
}
