package webhook_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

const verifyHook = "https://example.com/hook" // the URL of a verifyCall

func TestEveryFieldOfAFormIsSigned(t *testing.T) {
	tests := map[string]struct {
		contentType string // of a form unless set
		body        string
		signs       string // after the URL
		why         string // it is refused
	}{
		"one field":                          {body: "a=b", signs: "ab"},
		"names in byte order":                {body: "b=1&a=2&B=3", signs: "B3a2b1"},
		"names, not names and values":        {body: "AB=a&A=z", signs: "AzABa"},
		"names and values, as it is not":     {body: "AB=a&A=z", signs: "ABaAz", why: "fits none"},
		"an empty value":                     {body: "a=&b=1", signs: "ab1"},
		"a name without a value":             {body: "a&b=1", signs: "ab1"},
		"a value that was added":             {body: "a=1&b=2", signs: "a1", why: "fits none"},
		"a value that was removed":           {body: "a=1", signs: "a1b2", why: "fits none"},
		"a value that was changed":           {body: "a=1", signs: "a2", why: "fits none"},
		"a name that was changed":            {body: "b=1", signs: "a1", why: "fits none"},
		"white space is kept":                {body: "a=+x%0a%20&b=%09", signs: "a x\n b\t"},
		"a plus":                             {body: "a=%2B1+2", signs: "a+1 2"},
		"bytes that are no text":             {body: "a=%ff%00\xfe", signs: "a\xff\x00\xfe"},
		"an escape that is none":             {body: "a=%zz", signs: "a%zz", why: `read the form: invalid URL escape "%zz"`},
		"an escape that is none in a name":   {body: "a=1&%zz=1", signs: "a1", why: `read the form: invalid URL escape "%zz"`},
		"a semicolon, which is no separator": {body: "a=1;b=2", signs: "a1b2", why: "read the form: invalid semicolon separator"},
		"a semicolon, escaped":               {body: "a=1%3Bb=2", signs: "a1;b=2"},
		"nothing but separators":             {body: "&&", signs: ""},

		"several values in byte order":        {body: "a=y&a=x", signs: "axay"},
		"several values as sent":              {body: "a=y&a=x", signs: "ayax"},
		"equal values signed once":            {body: "a=y&a=y", signs: "ay"},
		"equal values as sent":                {body: "a=y&a=y&a=x", signs: "ayayax"},
		"equal values signed once, in order":  {body: "a=y&a=x&a=y", signs: "axay"},
		"the first value alone":               {body: "a=y&a=x", signs: "ay", why: "fits none"},
		"the last value alone":                {body: "a=y&a=x", signs: "ax", why: "fits none"},
		"a value that was added to another":   {body: "a=y&a=x&a=z", signs: "axay", why: "fits none"},
		"a value that was removed of several": {body: "a=y", signs: "axay", why: "fits none"},
		"values in an order that nobody has":  {body: "a=z&a=x&a=y", signs: "ayaxaz", why: "fits none"},
		"values of names in between":          {body: "a=2&b=1&a=1", signs: "a1a2b1"},

		"a charset":                      {contentType: verifyForm + "; charset=ISO-8859-1", body: "a=%e4", signs: "a\xe4"},
		"a charset that cannot be read":  {contentType: verifyForm + "; charset", body: "a=1", signs: "a1"},
		"a type in capitals":             {contentType: "Application/X-WWW-Form-URLencoded", body: "a=1", signs: "a1"},
		"JSON":                           {contentType: "application/json", body: "a=1", signs: "a1", why: "the body is no form, and the URL has 0 values of bodySHA256"},
		"JSON, with a signature without": {contentType: "application/json", body: "a=1", signs: "", why: "the body is no form, and the URL has 0 values of bodySHA256"},
		"parts":                          {contentType: "multipart/form-data; boundary=x", body: "--x--", signs: "", why: "the body is no form"},
		"no type":                        {contentType: "-", body: "a=1", signs: "a1", why: "the body is no form"},
		"a type that is none":            {contentType: ";", body: "a=1", signs: "a1", why: "the body is no form"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			call := verifyCall{body: test.body, signs: verifyHook + test.signs, header: http.Header{}}
			switch test.contentType {
			case "":
			case "-":
				call.header["Content-Type"] = nil
			default:
				call.header.Set("Content-Type", test.contentType)
			}
			err := verifyWith(t).Verify(call.request(t))
			if test.why != "" {
				verifyRefused(t, err, test.why)
				return
			}
			assert.NoError(t, err)
		})
	}
}

func TestARequestWithoutABodyIsSignedByItsURL(t *testing.T) {
	for _, call := range []verifyCall{
		{method: "GET", target: "/hook?a=b", signs: verifyHook + "?a=b"},
		{method: "POST", target: "/hook?a=b", signs: verifyHook + "?a=b"},
		{method: "POST", target: "/hook?a=b", signs: verifyHook + "?a=b", header: http.Header{"Content-Type": {verifyForm}}},
		{method: "POST", target: "/hook?a=b", signs: verifyHook + "?a=b", header: http.Header{"Content-Type": {"application/json"}}},
	} {
		assert.NoError(t, verifyWith(t).Verify(call.request(t)), "%+v", call)
		call.target += "c"
		verifyRefused(t, verifyWith(t).Verify(call.request(t)), "fits none")
	}
	r := verifyCall{method: "GET", signs: verifyHook}.request(t)
	r.Body = nil
	assert.NoError(t, verifyWith(t).Verify(r))
}

func TestOnlyWhatTheServiceUsesIsAccepted(t *testing.T) {
	for _, method := range []string{"PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "post", "FOO"} {
		call := verifyCall{method: method, body: "a=b", signs: verifyHook + "ab"}
		verifyRefused(t, verifyWith(t).Verify(call.request(t)), "the method is "+method+", expected POST or GET")
		call.body, call.signs = "", verifyHook
		verifyRefused(t, verifyWith(t).Verify(call.request(t)), "the method is "+method+", expected POST or GET")
	}
	call := verifyCall{method: "GET", body: "a=b", signs: verifyHook + "ab"}
	verifyRefused(t, verifyWith(t).Verify(call.request(t)), "a GET has a body")
}

func TestABodyThatIsNoFormIsSignedByItsHash(t *testing.T) {
	const body = `{"CallSid":"CA1"}`
	hash := verifyHash(body)
	tests := map[string]struct {
		query       string
		contentType string // JSON unless set
		body        string // as above unless set
		why         string // it is refused
	}{
		"the hash":                        {query: "bodySHA256=" + hash},
		"after other parameters":          {query: "a=b&bodySHA256=" + hash},
		"before other parameters":         {query: "bodySHA256=" + hash + "&a=b"},
		"after what cannot be read":       {query: "a=%zz&b;c&bodySHA256=" + hash},
		"in capitals":                     {query: "bodySHA256=" + strings.ToUpper(hash)},
		"another type":                    {query: "bodySHA256=" + hash, contentType: "text/plain"},
		"no type":                         {query: "bodySHA256=" + hash, contentType: "-"},
		"of another body":                 {query: "bodySHA256=" + hash, body: `{"CallSid":"CA2"}`, why: "the body is not the one that bodySHA256 is of"},
		"of a body that goes on":          {query: "bodySHA256=" + hash, body: body + " ", why: "the body is not the one that bodySHA256 is of"},
		"of a body that is missing":       {query: "bodySHA256=" + hash, body: "-", why: "the body is not the one that bodySHA256 is of"},
		"of no body":                      {query: "bodySHA256=" + verifyHash(""), body: "-"},
		"twice":                           {query: "bodySHA256=" + hash + "&bodySHA256=" + hash, why: "the URL has 2 values of bodySHA256, expected one"},
		"twice, and once wrong":           {query: "bodySHA256=" + hash + "&bodySHA256=00", why: "the URL has 2 values of bodySHA256, expected one"},
		"twice, without a body":           {query: "bodySHA256=" + hash + "&bodySHA256=00", body: "-", why: "the URL has 2 values of bodySHA256, expected one"},
		"none":                            {query: "a=b", why: "the URL has 0 values of bodySHA256, expected one"},
		"an empty one":                    {query: "bodySHA256=", why: "the body is not the one that bodySHA256 is of"},
		"the beginning of it":             {query: "bodySHA256=" + hash[:62], why: "the body is not the one that bodySHA256 is of"},
		"more than it":                    {query: "bodySHA256=" + hash + "00", why: "the body is not the one that bodySHA256 is of"},
		"what is none":                    {query: "bodySHA256=" + hash[:63] + "g", why: "bodySHA256: encoding/hex: invalid byte"},
		"in another spelling of the name": {query: "bodysha256=" + hash, why: "the URL has 0 values of bodySHA256"},
		"in a value that cannot be read":  {query: "bodySHA256=%zz", why: "the URL has 0 values of bodySHA256"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			call := verifyCall{
				target: "/hook?" + test.query, body: body, signs: verifyHook + "?" + test.query,
				header: http.Header{"Content-Type": {"application/json"}},
			}
			switch test.contentType {
			case "":
			case "-":
				call.header["Content-Type"] = nil
			default:
				call.header.Set("Content-Type", test.contentType)
			}
			switch test.body {
			case "":
			case "-":
				call.body = ""
			default:
				call.body = test.body
			}
			err := verifyWith(t).Verify(call.request(t))
			if test.why != "" {
				verifyRefused(t, err, test.why)
				return
			}
			assert.NoError(t, err)
			call.signs += "a"
			verifyRefused(t, verifyWith(t).Verify(call.request(t)), "fits none")
		})
	}
}

// The text of a message that a customer sent may be a hash, and the signature of
// the callback that brings it be known from a log. All of that, sent as a URL, must
// not have another form accepted.
func TestAHashInTheURLDoesNotStandForAForm(t *testing.T) {
	forged := "AccountSid=AC1&TaskSid=WT9&Timestamp=1700000000"
	recorded := "?a=b" + "AccountSid" + "AC1" + "TaskAttributes" + "x&bodySHA256=" + verifyHash(forged) + "&y" + "TaskSid" + "WT1"

	call := verifyCall{target: "/hook" + recorded, body: forged, signs: verifyHook + recorded}
	verifyRefused(t, verifyWith(t).Verify(call.request(t)), "fits none")

	call.signs += "AccountSidAC1TaskSidWT9Timestamp1700000000"
	assert.NoError(t, verifyWith(t).Verify(call.request(t)), "as the service would sign a form, if such a URL was given to it")
}

// That it is so is stated in the comment of the package; a change has to be there,
// too.
func TestTheSignatureDoesNotTellWhereTheURLAndTheFieldsEnd(t *testing.T) {
	recorded := verifyHook + "?tenant=12" + "AccountSid" + "AC1" + "TaskAge" + "3" + "TaskSid" + "WT1"
	for _, call := range []verifyCall{
		{target: "/hook?tenant=12", body: "AccountSid=AC1&TaskAge=3&TaskSid=WT1"},
		{target: "/hook?tenant=1", body: "2AccountSid=AC1&TaskAge=3&TaskSid=WT1"},
		{target: "/hook?tenant=12", body: "AccountSid=AC1TaskAge3&TaskSid=WT1"},
		{method: "GET", target: "/hook?tenant=12AccountSidAC1TaskAge3TaskSidWT1"},
	} {
		call.signs = recorded
		assert.NoError(t, verifyWith(t).Verify(call.request(t)))
	}
}

func TestASignatureThatTheServiceDidNotMakeIsRefused(t *testing.T) {
	right := verifyMAC(verifyToken, verifyHook+"ab")
	raw, err := base64.StdEncoding.DecodeString(right)
	require.NoError(t, err)
	tests := map[string]struct {
		headers []string
		why     string
	}{
		"none":                     {nil, "expected one header X-Twilio-Signature, found 0"},
		"an empty one":             {[]string{""}, "header X-Twilio-Signature: it has 0 bytes, expected 20"},
		"two":                      {[]string{right, right}, "expected one header X-Twilio-Signature, found 2"},
		"a wrong one and it":       {[]string{verifyMAC("x", "y"), right}, "expected one header X-Twilio-Signature, found 2"},
		"both in one":              {[]string{right + ", " + right}, "header X-Twilio-Signature: illegal base64 data at input byte 28"},
		"of another token":         {[]string{verifyMAC("12346", verifyHook+"ab")}, "the signature fits none of 1 tokens"},
		"of an empty token":        {[]string{verifyMAC("", verifyHook+"ab")}, "the signature fits none of 1 tokens"},
		"of another form":          {[]string{verifyMAC(verifyToken, verifyHook+"ac")}, "the signature fits none of 1 tokens"},
		"of the URL alone":         {[]string{verifyMAC(verifyToken, verifyHook)}, "the signature fits none of 1 tokens"},
		"with a bit less":          {[]string{base64.StdEncoding.EncodeToString(raw[:19])}, "it has 19 bytes, expected 20"},
		"with a byte more":         {[]string{base64.StdEncoding.EncodeToString(append(raw[:20:20], 0))}, "it has 21 bytes, expected 20"},
		"with the last bits wrong": {[]string{right[:26] + string(right[26]+1) + "="}, "header X-Twilio-Signature: illegal base64 data"},
		"without padding":          {[]string{strings.TrimSuffix(right, "=")}, "header X-Twilio-Signature: illegal base64 data"},
		"in the alphabet of URLs":  {[]string{"-_-_-_-_-_-_-_-_-_-_-_-_-_8="}, "header X-Twilio-Signature: illegal base64 data"},
		"in hexadecimal":           {[]string{"da39a3ee5e6b4b0d3255bfef95601890afd80709"}, "it has 30 bytes, expected 20"},
		"with white space before":  {[]string{"\u00a0" + right}, "header X-Twilio-Signature: illegal base64 data"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := verifyCall{body: "a=b"}.request(t)
			r.Header[webhook.SignatureHeader] = test.headers
			verifyRefused(t, verifyWith(t).Verify(r), test.why)
		})
	}
	r := verifyCall{body: "a=b"}.request(t)
	r.Header[webhook.SignatureHeader] = []string{right}
	assert.NoError(t, verifyWith(t).Verify(r))
}

func TestACallbackForAnotherURLIsRefused(t *testing.T) {
	call := verifyCall{body: "a=b", signs: "https://example.org/hook" + "ab"}
	verifyRefused(t, verifyWith(t).Verify(call.request(t)), `the signature fits none of 1 tokens with any of ["https://example.com/hook" "https://example.com:443/hook"]`)

	call.host = "example.org" // which its sender can write as well
	assert.NoError(t, verifyWith(t).Verify(call.request(t)))
	verifyRefused(t, verifyWith(t, webhook.WithBaseURL("https://example.com")).Verify(call.request(t)), "fits none")
}

func TestEachOfSeveralTokensVerifies(t *testing.T) {
	tokens := []string{"first", "second", "third"}
	verifier := webhook.NewVerifier(tokens...)
	for _, token := range []string{"first", "second", "third"} {
		assert.NoError(t, verifier.Verify(verifyCall{body: "a=b", signs: verifyHook + "ab", token: token}.request(t)), token)
	}
	err := verifier.Verify(verifyCall{body: "a=b", signs: verifyHook + "ab", token: "fourth"}.request(t))
	verifyRefused(t, err, "the signature fits none of 3 tokens")

	tokens[0] = "fourth" // must not change the verifier
	assert.Error(t, verifier.Verify(verifyCall{body: "a=b", signs: verifyHook + "ab", token: "fourth"}.request(t)))
}

func TestAVerifierThatCannotVerifyRefusesNothingAsForged(t *testing.T) {
	tests := map[string]struct {
		verifier *webhook.Verifier
		why      string
	}{
		"none":                   {nil, "the verifier is nil"},
		"the zero value":         {&webhook.Verifier{}, "there is no auth token to verify with"},
		"no token":               {webhook.NewVerifier(), "there is no auth token to verify with"},
		"an empty token":         {webhook.NewVerifier(""), "an auth token is empty"},
		"an empty token beside":  {webhook.NewVerifier(verifyToken, ""), "an auth token is empty"},
		"an empty token, copied": {func() *webhook.Verifier { v := *webhook.NewVerifier(""); return &v }(), "an auth token is empty"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, token := range []string{verifyToken, ""} {
				mac := verifyMAC(token, verifyHook+"ab")
				r := verifyCall{body: "a=b", header: http.Header{webhook.SignatureHeader: {mac}}}.request(t)
				err := test.verifier.Verify(r)
				assert.EqualError(t, err, "webhook: verify a request: "+test.why)
				assert.NotErrorIs(t, err, webhook.ErrUnverified)

				answer := httptest.NewRecorder()
				test.verifier.Handler(neverServed(t)).ServeHTTP(answer, r)
				assert.Equal(t, http.StatusInternalServerError, answer.Code)
				assert.Equal(t, "Internal Server Error\n", answer.Body.String())
			}
		})
	}
}

func neverServed(t *testing.T) http.Handler {
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request was served") })
}

func TestRequestWithoutAnAccountIsToldFromOneOfAnUnknownAccount(t *testing.T) {
	verifier := verifyWith(t, webhook.WithTokenSource(func(context.Context, string) ([]string, error) { return nil, nil }))
	call := verifyCall{body: "a=b", signs: verifyHook + "ab"}
	verifyRefused(t, verifier.Verify(call.request(t)), "there is no auth token, as neither a form nor the URL has an AccountSid")
	call = verifyCall{body: "AccountSid=AC9", signs: verifyHook + "AccountSidAC9"}
	verifyRefused(t, verifier.Verify(call.request(t)), `there is no auth token of the account "AC9"`)
}

func TestTheTokensOfASourceAreThoseOfTheAccount(t *testing.T) {
	tokens := map[string][]string{"AC1": {"one", "one new"}, "AC2": {"two"}, "AC3": {""}, "": {"of none"}}
	verifier := verifyWith(t, webhook.WithTokenSource(func(_ context.Context, account string) ([]string, error) {
		return tokens[account], nil
	}))
	tests := map[string]struct {
		call verifyCall
		why  string
	}{
		"its token":                        {call: verifyCall{body: "AccountSid=AC1", signs: verifyHook + "AccountSidAC1", token: "one"}},
		"its new token":                    {call: verifyCall{body: "AccountSid=AC1", signs: verifyHook + "AccountSidAC1", token: "one new"}},
		"another account":                  {call: verifyCall{body: "AccountSid=AC2", signs: verifyHook + "AccountSidAC2", token: "two"}},
		"the token of another account":     {call: verifyCall{body: "AccountSid=AC2", signs: verifyHook + "AccountSidAC2", token: "one"}, why: "fits none of 1 tokens"},
		"the token of the verifier before": {call: verifyCall{body: "AccountSid=AC2", signs: verifyHook + "AccountSidAC2"}, why: "fits none of 1 tokens"},
		"an unknown account":               {call: verifyCall{body: "AccountSid=AC9", signs: verifyHook + "AccountSidAC9", token: "one"}, why: `there is no auth token of the account "AC9"`},
		"an empty token":                   {call: verifyCall{body: "AccountSid=AC3", header: http.Header{webhook.SignatureHeader: {verifyMAC("", verifyHook+"AccountSidAC3")}}}, why: "fits none of 1 tokens"},
		"no account":                       {call: verifyCall{body: "a=b", signs: verifyHook + "ab", token: "of none"}},
		"no account, but a token":          {call: verifyCall{body: "a=b", signs: verifyHook + "ab", token: "one"}, why: "fits none of 1 tokens"},
		"an account in the query":          {call: verifyCall{method: "GET", target: "/hook?AccountSid=AC1", signs: verifyHook + "?AccountSid=AC1", token: "one"}},
		"another account in the query":     {call: verifyCall{method: "GET", target: "/hook?AccountSid=AC2", signs: verifyHook + "?AccountSid=AC2", token: "one"}, why: "fits none of 1 tokens"},
		"an account in the query of a form": {
			call: verifyCall{target: "/hook?AccountSid=AC1", body: "a=b", signs: verifyHook + "?AccountSid=AC1ab", token: "one"},
		},
		"the account of the form, not of the query": {
			call: verifyCall{target: "/hook?AccountSid=AC1", body: "AccountSid=AC2", signs: verifyHook + "?AccountSid=AC1AccountSidAC2", token: "two"},
		},
		"the account of the query, not of the form": {
			call: verifyCall{target: "/hook?AccountSid=AC1", body: "AccountSid=AC2", signs: verifyHook + "?AccountSid=AC1AccountSidAC2", token: "one"},
			why:  "fits none of 1 tokens",
		},
		"an empty account of the form": {
			call: verifyCall{target: "/hook?AccountSid=AC1", body: "AccountSid=", signs: verifyHook + "?AccountSid=AC1AccountSid", token: "one"},
			why:  "fits none of 1 tokens",
		},
		"an account that is there twice": {call: verifyCall{body: "AccountSid=AC1&AccountSid=AC1", signs: verifyHook + "AccountSidAC1", token: "one"}},
		"two accounts": {
			call: verifyCall{body: "AccountSid=AC1&AccountSid=AC2", signs: verifyHook + "AccountSidAC1AccountSidAC2", token: "one"},
			why:  "AccountSid is there with different values",
		},
		"two accounts in the query": {
			call: verifyCall{method: "GET", target: "/hook?AccountSid=AC1&AccountSid=AC2", signs: verifyHook + "?AccountSid=AC1&AccountSid=AC2", token: "one"},
			why:  "AccountSid is there with different values",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := verifier.Verify(test.call.request(t))
			if test.why != "" {
				verifyRefused(t, err, test.why)
				return
			}
			assert.NoError(t, err)
		})
	}
}

func TestTheErrorOfATokenSourceIsNotTheSendersFault(t *testing.T) {
	broken := errors.New("the database is away")
	verifier := verifyWith(t, webhook.WithTokenSource(func(context.Context, string) ([]string, error) {
		return []string{verifyToken}, broken
	}))
	err := verifier.Verify(verifyCall{body: "a=b", signs: verifyHook + "ab"}.request(t))
	assert.EqualError(t, err, "webhook: look up the auth tokens: the database is away")
	assert.ErrorIs(t, err, broken)
	assert.NotErrorIs(t, err, webhook.ErrUnverified)

	answer := httptest.NewRecorder()
	verifier.Handler(neverServed(t)).ServeHTTP(answer, verifyCall{body: "a=b", signs: verifyHook + "ab"}.request(t))
	assert.Equal(t, http.StatusInternalServerError, answer.Code)
	assert.Equal(t, "Internal Server Error\n", answer.Body.String())
}

func TestATokenSourceIsNotAskedWithoutASignature(t *testing.T) {
	verifier := verifyWith(t, webhook.WithTokenSource(func(context.Context, string) ([]string, error) {
		t.Error("it was asked")
		return nil, nil
	}))
	assert.Error(t, verifier.Verify(verifyCall{body: "a=b"}.request(t)))
}

func TestABodyIsReadNoFurtherThanItMayBeLong(t *testing.T) {
	body := func(length int) string { return "a=" + strings.Repeat("b", length-2) }
	tests := map[string]struct {
		options []webhook.Option
		length  int
		why     string // with a Content-Length
		chunked string // and without
	}{
		"as long as may be":       {[]webhook.Option{webhook.WithMaxBody(100)}, 100, "", ""},
		"a byte more":             {[]webhook.Option{webhook.WithMaxBody(100)}, 101, "read the body: it has 101 bytes, more than 100", "read the body: http: request body too large"},
		"a mebibyte":              {nil, 1 << 20, "", ""},
		"a byte more than that":   {nil, 1<<20 + 1, "read the body: it has 1048577 bytes, more than 1048576", "read the body: http: request body too large"},
		"with any number allowed": {[]webhook.Option{webhook.WithMaxBody(math.MaxInt64)}, 1<<20 + 1, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := body(test.length)
			request := func() (*http.Request, *verifyReader) {
				r := verifyCall{signs: verifyHook + "a" + text[2:], header: http.Header{"Content-Type": {verifyForm}}}.request(t)
				reader := &verifyReader{Reader: strings.NewReader(text)}
				r.Body, r.ContentLength = reader, int64(len(text))
				return r, reader
			}
			verifier := verifyWith(t, test.options...)
			r, reader := request()
			if err := verifier.Verify(r); test.why == "" {
				assert.NoError(t, err)
			} else {
				verifyRefused(t, err, test.why)
				assert.Zero(t, reader.read)
			}

			r, reader = request()
			r.ContentLength = -1
			if err := verifier.Verify(r); test.chunked == "" {
				assert.NoError(t, err)
			} else {
				verifyRefused(t, err, test.chunked)
				assert.LessOrEqual(t, reader.read, test.length)
			}
		})
	}
}

// A verifyReader counts the bytes that are read.
type verifyReader struct {
	io.Reader
	read int
}

func (r *verifyReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += n
	return n, err
}

func (r *verifyReader) Close() error { return nil }

func TestABodyThatDoesNotEndIsNotReadOn(t *testing.T) {
	reader := &verifyReader{Reader: endless{}}
	r := verifyCall{signs: verifyHook, header: http.Header{"Content-Type": {verifyForm}}}.request(t)
	r.Body, r.ContentLength = reader, -1
	verifyRefused(t, verifyWith(t, webhook.WithMaxBody(1000)).Verify(r), "read the body: http: request body too large")
	assert.Equal(t, 1001, reader.read)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestABodyThatCannotBeReadIsRefused(t *testing.T) {
	r := verifyCall{body: "a=b", signs: verifyHook + "ab"}.request(t)
	r.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
	err := verifyWith(t).Verify(r)
	verifyRefused(t, err, "read the body: unexpected EOF")
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)

	// A body that is shorter than announced.
	r, err = http.ReadRequest(bufio.NewReader(strings.NewReader("POST /hook HTTP/1.1\r\nHost: example.com\r\n" +
		"Content-Type: " + verifyForm + "\r\nContent-Length: 9\r\n\r\na=b")))
	require.NoError(t, err)
	r.Header.Set(webhook.SignatureHeader, verifyMAC(verifyToken, "http://example.com/hook"+"ab"))
	verifyRefused(t, verifyWith(t).Verify(r), "read the body: unexpected EOF")
}

// Otherwise it would look like a wrong signature.
func TestABodyThatWasReadBeforeIsSaidToBe(t *testing.T) {
	r := verifyCall{body: "a=b", signs: verifyHook + "ab"}.request(t)
	require.NoError(t, r.ParseForm())
	verifyRefused(t, verifyWith(t).Verify(r), "read the body: nothing is left of it: it was read before")

	r = verifyCall{body: "a=b", signs: verifyHook + "ab"}.request(t)
	require.NoError(t, verifyWith(t).Verify(r))
	require.NoError(t, r.ParseForm())
	assert.Equal(t, "b", r.PostForm.Get("a"))
}

func TestABodyInChunksIsVerified(t *testing.T) {
	call := verifyCall{
		body: "2\r\na=\r\n1\r\nb\r\n0\r\n\r\n", signs: verifyHook + "ab",
		header: http.Header{"Transfer-Encoding": {"chunked"}},
	}
	r := call.request(t)
	require.Equal(t, int64(-1), r.ContentLength)
	assert.NoError(t, verifyWith(t).Verify(r))
}

func TestTheBodyCanBeReadAfterwards(t *testing.T) {
	r := verifyCall{body: "a=b&a=c", signs: verifyHook + "abac"}.request(t)
	verifier := verifyWith(t)
	for range 2 {
		require.NoError(t, verifier.Verify(r))
	}
	answer := httptest.NewRecorder()
	verifier.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.NoError(t, r.Body.Close())
		_, _ = w.Write(body)
	})).ServeHTTP(answer, r)
	assert.Equal(t, http.StatusOK, answer.Code)
	assert.Equal(t, "a=b&a=c", answer.Body.String())

	refused := verifyCall{body: "a=b", signs: verifyHook}.request(t)
	require.Error(t, verifier.Verify(refused))
	body, err := io.ReadAll(refused.Body)
	require.NoError(t, err)
	assert.Equal(t, "a=b", string(body), "whoever tries another verifier needs it")
}

func TestARefusalTellsTheSenderNothingAndTheLogWhy(t *testing.T) {
	const token = "0123456789abcdef"
	log := &handleLog{}
	verifier, err := webhook.NewVerifier(token).With(webhook.WithLogger(log.logger()))
	require.NoError(t, err)

	call := verifyCall{target: "/hook?q=1", body: "AccountSid=AC1", signs: "x", remote: "203.0.113.9:1"}
	answer := httptest.NewRecorder()
	verifier.Handler(neverServed(t)).ServeHTTP(answer, call.request(t))
	assert.Equal(t, http.StatusForbidden, answer.Code)
	assert.Equal(t, "Forbidden\n", answer.Body.String())

	assert.Equal(t, []map[string]any{{
		"level": "DEBUG", "msg": "taskrouter callback refused", "remote": "203.0.113.9:1", "status": 403,
		"error": "webhook: the request is not known to be the service's: the signature fits none of 1 tokens" +
			` with any of ["https://example.com/hook?q=1" "https://example.com:443/hook?q=1"]`,
	}}, log.records(t))
	assert.NotContains(t, log.String(), token)
	assert.NotContains(t, log.String(), verifyMAC(token, verifyHook+"?q=1AccountSidAC1"), "who reads the log could send the request")
}

func TestWhatGoesWrongIsLoggedAsAnError(t *testing.T) {
	log := &handleLog{}
	verifier := verifyWith(t, webhook.WithLogger(log.logger()), webhook.WithTokenSource(func(context.Context, string) ([]string, error) {
		return nil, errors.New("the database is away")
	}))
	verifier.Handler(neverServed(t)).ServeHTTP(httptest.NewRecorder(), verifyCall{signs: verifyHook}.request(t))
	assert.Equal(t, []map[string]any{{
		"level": "ERROR", "msg": "taskrouter callback refused", "remote": "192.0.2.1:1234", "status": 500,
		"error": "webhook: look up the auth tokens: the database is away",
	}}, log.records(t))
}

func TestNoErrorShowsAToken(t *testing.T) {
	const token = "0123456789abcdef"
	for _, call := range []verifyCall{
		{body: "a=b"},
		{body: "a=b", signs: "x"},
		{method: "PUT", signs: verifyHook, token: token},
	} {
		err := webhook.NewVerifier(token).Verify(call.request(t))
		require.Error(t, err)
		assert.NotContains(t, err.Error(), token)
	}
}

func TestTheAgeOfACallbackIsHeldToTheSecond(t *testing.T) {
	const (
		maxAge = 5 * time.Minute
		old    = ", more than 5m0s from now"
		none   = "it does not say when it was made"
	)
	seconds := func(t time.Time) string { return "Timestamp=" + strconv.FormatInt(t.Unix(), 10) }
	milliseconds := func(t time.Time) string { return "TimestampMs=" + strconv.FormatInt(t.UnixMilli(), 10) }
	rfc3339 := func(t time.Time) string { return "Timestamp=" + t.UTC().Format(time.RFC3339) }
	tests := map[string]struct {
		age   time.Duration // when it is verified
		field func(time.Time) string
		why   string // it is refused
	}{
		"now":                         {0, seconds, ""},
		"as old as may be":            {maxAge, seconds, ""},
		"a second older":              {maxAge + time.Second, seconds, old},
		"a nanosecond older":          {maxAge + 1, seconds, old},
		"a millisecond older":         {maxAge + time.Millisecond, milliseconds, old},
		"to the millisecond":          {maxAge, milliseconds, ""},
		"as far ahead as may be":      {-maxAge, seconds, ""},
		"a second further ahead":      {-maxAge - time.Second, seconds, old},
		"a millisecond further ahead": {-maxAge - time.Millisecond, milliseconds, old},
		"as text":                     {maxAge, rfc3339, ""},
		"as text, a second older":     {maxAge + time.Second, rfc3339, old},
		"years old":                   {20 * 365 * 24 * time.Hour, seconds, old},
		"without a time":              {0, func(time.Time) string { return "a=b" }, none},
		"with a time that is none":    {0, func(time.Time) string { return "Timestamp=yesterday" }, none},
		"with an empty time":          {0, func(time.Time) string { return "Timestamp=" }, none},
		"of a year beyond measure":    {0, func(time.Time) string { return "Timestamp=9223372036854775807" }, none},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				verifier := verifyWith(t, webhook.WithMaxAge(maxAge))
				made := time.Now().Add(time.Hour) // synctest can only go ahead
				time.Sleep(time.Hour)
				if test.age < 0 {
					made = made.Add(-test.age)
				} else {
					time.Sleep(test.age)
				}
				body := test.field(made)
				form, err := url.ParseQuery(body)
				require.NoError(t, err)
				call := verifyCall{body: body, header: http.Header{webhook.SignatureHeader: {webhook.Sign(verifyToken, verifyHook, form)}}}
				err = verifier.Verify(call.request(t))
				if test.why != "" {
					verifyRefused(t, err, test.why)
					return
				}
				assert.NoError(t, err)
				assert.NoError(t, verifyWith(t).Verify(call.request(t)))
			})
		})
	}
}

func TestTheTimeOfARequestWithoutAFormIsInItsURL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := "Timestamp=" + strconv.FormatInt(time.Now().Unix(), 10)
		verifier := verifyWith(t, webhook.WithMaxAge(time.Minute))
		call := verifyCall{method: "GET", target: "/hook?" + now, signs: verifyHook + "?" + now}
		assert.NoError(t, verifier.Verify(call.request(t)))

		call.header = http.Header{"Content-Type": {verifyForm}}
		assert.NoError(t, verifier.Verify(call.request(t)), "it is no form if it has no fields")

		form := verifyCall{target: "/hook?" + now, body: "a=b", signs: verifyHook + "?" + now + "ab"}
		verifyRefused(t, verifier.Verify(form.request(t)), "it does not say when it was made")

		time.Sleep(time.Minute + 1)
		verifyRefused(t, verifier.Verify(call.request(t)), "more than 1m0s from now")
	})
}

func TestWithoutALimitACallbackHasNoAge(t *testing.T) {
	call := verifyCall{body: "Timestamp=1000000000", signs: verifyHook + "Timestamp1000000000"}
	assert.NoError(t, verifyWith(t).Verify(call.request(t)))
}

func TestAForgedCallbackIsNotSaidToBeOld(t *testing.T) {
	call := verifyCall{body: "Timestamp=1000000000", signs: verifyHook}
	verifyRefused(t, verifyWith(t, webhook.WithMaxAge(time.Second)).Verify(call.request(t)), "the signature fits none")
}

func TestAVerifierCanBeUsedByMany(t *testing.T) {
	verifier := verifyWith(t, webhook.WithMaxBody(1000))
	call := verifyCall{body: "a=b", signs: verifyHook + "ab"}
	errs := make(chan error)
	for range 8 {
		r := call.request(t)
		go func() { errs <- verifier.Verify(r) }()
	}
	for range 8 {
		assert.NoError(t, <-errs)
	}
}
