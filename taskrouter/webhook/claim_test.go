package webhook_test

import (
	"bufio"
	"encoding/base64"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

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

		"a charset":                      {contentType: formType + "; charset=ISO-8859-1", body: "a=%e4", signs: "a\xe4"},
		"a charset that cannot be read":  {contentType: formType + "; charset", body: "a=1", signs: "a1"},
		"a type in capitals":             {contentType: "Application/X-WWW-Form-URLencoded", body: "a=1", signs: "a1"},
		"JSON":                           {contentType: "application/json", body: "a=1", signs: "a1", why: "the body is no form, and the URL has 0 values of bodySHA256"},
		"JSON, with a signature without": {contentType: "application/json", body: "a=1", signs: "", why: "the body is no form, and the URL has 0 values of bodySHA256"},
		"parts":                          {contentType: "multipart/form-data; boundary=x", body: "--x--", signs: "", why: "the body is no form"},
		"no type":                        {contentType: "-", body: "a=1", signs: "a1", why: "the body is no form"},
		"a type that is none":            {contentType: ";", body: "a=1", signs: "a1", why: "the body is no form"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			call := incoming{body: test.body, signs: hookURL + test.signs, header: http.Header{}}
			switch test.contentType {
			case "":
			case "-":
				call.header["Content-Type"] = nil
			default:
				call.header.Set("Content-Type", test.contentType)
			}
			err := newVerifier(t).Verify(call.request(t))
			if test.why != "" {
				assertRefused(t, err, test.why)
				return
			}
			assert.NoError(t, err)
		})
	}
}

func TestARequestWithoutABodyIsSignedByItsURL(t *testing.T) {
	for _, call := range []incoming{
		{method: "GET", target: "/hook?a=b", signs: hookURL + "?a=b"},
		{method: "POST", target: "/hook?a=b", signs: hookURL + "?a=b"},
		{method: "POST", target: "/hook?a=b", signs: hookURL + "?a=b", header: http.Header{"Content-Type": {formType}}},
		{method: "POST", target: "/hook?a=b", signs: hookURL + "?a=b", header: http.Header{"Content-Type": {"application/json"}}},
	} {
		assert.NoError(t, newVerifier(t).Verify(call.request(t)), "%+v", call)
		call.target += "c"
		assertRefused(t, newVerifier(t).Verify(call.request(t)), "fits none")
	}
	r := incoming{method: "GET", signs: hookURL}.request(t)
	r.Body = nil
	assert.NoError(t, newVerifier(t).Verify(r))
}

func TestOnlyWhatTheServiceUsesIsAccepted(t *testing.T) {
	for _, method := range []string{"PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "post", "FOO"} {
		call := incoming{method: method, body: "a=b", signs: hookURL + "ab"}
		assertRefused(t, newVerifier(t).Verify(call.request(t)), "the method is "+method+", expected POST or GET")
		call.body, call.signs = "", hookURL
		assertRefused(t, newVerifier(t).Verify(call.request(t)), "the method is "+method+", expected POST or GET")
	}
	call := incoming{method: "GET", body: "a=b", signs: hookURL + "ab"}
	assertRefused(t, newVerifier(t).Verify(call.request(t)), "a GET has a body")
}

func TestABodyThatIsNoFormIsSignedByItsHash(t *testing.T) {
	const body = `{"CallSid":"CA1"}`
	hash := hashOf(body)
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
		"of no body":                      {query: "bodySHA256=" + hashOf(""), body: "-"},
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
			call := incoming{
				target: "/hook?" + test.query, body: body, signs: hookURL + "?" + test.query,
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
			err := newVerifier(t).Verify(call.request(t))
			if test.why != "" {
				assertRefused(t, err, test.why)
				return
			}
			assert.NoError(t, err)
			call.signs += "a"
			assertRefused(t, newVerifier(t).Verify(call.request(t)), "fits none")
		})
	}
}

// The text of a message that a customer sent may be a hash, and the signature of
// the callback that brings it be known from a log. All of that, sent as a URL, must
// not have another form accepted.
func TestAHashInTheURLDoesNotStandForAForm(t *testing.T) {
	forged := "AccountSid=AC1&TaskSid=WT9&Timestamp=1700000000"
	recorded := "?a=b" + "AccountSid" + "AC1" + "TaskAttributes" + "x&bodySHA256=" + hashOf(forged) + "&y" + "TaskSid" + "WT1"

	call := incoming{target: "/hook" + recorded, body: forged, signs: hookURL + recorded}
	assertRefused(t, newVerifier(t).Verify(call.request(t)), "fits none")

	call.signs += "AccountSidAC1TaskSidWT9Timestamp1700000000"
	assert.NoError(t, newVerifier(t).Verify(call.request(t)), "as the service would sign a form, if such a URL was given to it")
}

// That it is so is stated in the comment of the package; a change has to be there,
// too.
func TestTheSignatureDoesNotTellWhereTheURLAndTheFieldsEnd(t *testing.T) {
	recorded := hookURL + "?tenant=12" + "AccountSid" + "AC1" + "TaskAge" + "3" + "TaskSid" + "WT1"
	for _, call := range []incoming{
		{target: "/hook?tenant=12", body: "AccountSid=AC1&TaskAge=3&TaskSid=WT1"},
		{target: "/hook?tenant=1", body: "2AccountSid=AC1&TaskAge=3&TaskSid=WT1"},
		{target: "/hook?tenant=12", body: "AccountSid=AC1TaskAge3&TaskSid=WT1"},
		{method: "GET", target: "/hook?tenant=12AccountSidAC1TaskAge3TaskSidWT1"},
	} {
		call.signs = recorded
		assert.NoError(t, newVerifier(t).Verify(call.request(t)))
	}
}

func TestASignatureThatTheServiceDidNotMakeIsRefused(t *testing.T) {
	right := signText(authToken, hookURL+"ab")
	raw, err := base64.StdEncoding.DecodeString(right)
	require.NoError(t, err)
	tests := map[string]struct {
		headers []string
		why     string
	}{
		"none":                     {nil, "expected one header X-Twilio-Signature, found 0"},
		"an empty one":             {[]string{""}, "header X-Twilio-Signature: it has 0 bytes, expected 20"},
		"two":                      {[]string{right, right}, "expected one header X-Twilio-Signature, found 2"},
		"a wrong one and it":       {[]string{signText("x", "y"), right}, "expected one header X-Twilio-Signature, found 2"},
		"both in one":              {[]string{right + ", " + right}, "header X-Twilio-Signature: illegal base64 data at input byte 28"},
		"of another token":         {[]string{signText("t0ken-0f-the-acc0unu", hookURL+"ab")}, "the signature fits none of 1 tokens"},
		"of an empty token":        {[]string{signText("", hookURL+"ab")}, "the signature fits none of 1 tokens"},
		"of another form":          {[]string{signText(authToken, hookURL+"ac")}, "the signature fits none of 1 tokens"},
		"of the URL alone":         {[]string{signText(authToken, hookURL)}, "the signature fits none of 1 tokens"},
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
			r := incoming{body: "a=b"}.request(t)
			r.Header[webhook.SignatureHeader] = test.headers
			assertRefused(t, newVerifier(t).Verify(r), test.why)
		})
	}
	r := incoming{body: "a=b"}.request(t)
	r.Header[webhook.SignatureHeader] = []string{right}
	assert.NoError(t, newVerifier(t).Verify(r))
}

func TestACallbackForAnotherURLIsRefused(t *testing.T) {
	call := incoming{body: "a=b", signs: "https://example.org/hook" + "ab"}
	assertRefused(t, newVerifier(t).Verify(call.request(t)), `the signature fits none of 1 tokens with any of ["https://example.com/hook" "https://example.com:443/hook"]`)

	call.host = "example.org" // which its sender can write as well
	assert.NoError(t, newVerifier(t).Verify(call.request(t)))
	assertRefused(t, newVerifier(t, webhook.WithBaseURL("https://example.com")).Verify(call.request(t)), "fits none")
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
			request := func() (*http.Request, *countingReader) {
				r := incoming{signs: hookURL + "a" + text[2:], header: http.Header{"Content-Type": {formType}}}.request(t)
				reader := &countingReader{Reader: strings.NewReader(text)}
				r.Body, r.ContentLength = reader, int64(len(text))
				return r, reader
			}
			verifier := newVerifier(t, test.options...)
			r, reader := request()
			if err := verifier.Verify(r); test.why == "" {
				assert.NoError(t, err)
			} else {
				assertRefused(t, err, test.why)
				assert.Zero(t, reader.read)
			}

			r, reader = request()
			r.ContentLength = -1
			if err := verifier.Verify(r); test.chunked == "" {
				assert.NoError(t, err)
			} else {
				assertRefused(t, err, test.chunked)
				assert.LessOrEqual(t, reader.read, test.length)
			}
		})
	}
}

// A countingReader counts the bytes that are read.
type countingReader struct {
	io.Reader
	read int
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += n
	return n, err
}

func (r *countingReader) Close() error { return nil }

func TestABodyThatDoesNotEndIsNotReadOn(t *testing.T) {
	reader := &countingReader{Reader: endless{}}
	r := incoming{signs: hookURL, header: http.Header{"Content-Type": {formType}}}.request(t)
	r.Body, r.ContentLength = reader, -1
	assertRefused(t, newVerifier(t, webhook.WithMaxBody(1000)).Verify(r), "read the body: http: request body too large")
	assert.Equal(t, 1001, reader.read)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestABodyThatCannotBeReadIsRefused(t *testing.T) {
	r := incoming{body: "a=b", signs: hookURL + "ab"}.request(t)
	r.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
	err := newVerifier(t).Verify(r)
	assertRefused(t, err, "read the body: unexpected EOF")
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)

	// A body that is shorter than announced.
	r, err = http.ReadRequest(bufio.NewReader(strings.NewReader("POST /hook HTTP/1.1\r\nHost: example.com\r\n" +
		"Content-Type: " + formType + "\r\nContent-Length: 9\r\n\r\na=b")))
	require.NoError(t, err)
	r.Header.Set(webhook.SignatureHeader, signText(authToken, "http://example.com/hook"+"ab"))
	assertRefused(t, newVerifier(t).Verify(r), "read the body: unexpected EOF")
}

// Otherwise it would look like a wrong signature.
func TestABodyThatWasReadBeforeIsSaidToBe(t *testing.T) {
	r := incoming{body: "a=b", signs: hookURL + "ab"}.request(t)
	require.NoError(t, r.ParseForm())
	assertRefused(t, newVerifier(t).Verify(r), "read the body: nothing is left of it: it was read before")

	r = incoming{body: "a=b", signs: hookURL + "ab"}.request(t)
	require.NoError(t, newVerifier(t).Verify(r))
	require.NoError(t, r.ParseForm())
	assert.Equal(t, "b", r.PostForm.Get("a"))
}

func TestABodyInChunksIsVerified(t *testing.T) {
	call := incoming{
		body: "2\r\na=\r\n1\r\nb\r\n0\r\n\r\n", signs: hookURL + "ab",
		header: http.Header{"Transfer-Encoding": {"chunked"}},
	}
	r := call.request(t)
	require.Equal(t, int64(-1), r.ContentLength)
	assert.NoError(t, newVerifier(t).Verify(r))
}

func TestTheBodyCanBeReadAfterwards(t *testing.T) {
	r := incoming{body: "a=b&a=c", signs: hookURL + "abac"}.request(t)
	verifier := newVerifier(t)
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

	refused := incoming{body: "a=b", signs: hookURL}.request(t)
	require.Error(t, verifier.Verify(refused))
	body, err := io.ReadAll(refused.Body)
	require.NoError(t, err)
	assert.Equal(t, "a=b", string(body), "whoever tries another verifier needs it")
}
