package webhook_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// fuzzRequest is what a server makes of a request, nil if it refuses it.
func fuzzRequest(method, target, host, body string) *http.Request {
	text := method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		return nil
	}
	r.RemoteAddr = "10.0.0.1:1234"
	return r
}

// Nothing that somebody sends is accepted without the token, whatever it is.
func FuzzVerify(f *testing.F) {
	f.Add("POST", "/hook?a=b", "example.com", verifyForm, "L/OH5YylLD5NRKLltdqwSvS0BnU=", "", "", "AccountSid=AC1&TaskAge=3")
	f.Add("POST", "/?bodySHA256="+verifyHash("{}"), "[::1]:8443", "application/json", verifyMAC("", ""), "proto=https;host=\"a:1\"", "", "{}")
	f.Add("GET", "https://me@example.org?x", "example.com:443", "", verifyMAC("", "https://example.org"), "", "evil/x?", "")
	f.Add("CONNECT", "example.com:443", "example.com:443", "", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "", "", "")
	f.Add("OPTIONS", "*", "", "text/html; charset", "====", "for=\"", "a,b", "%zz;")
	f.Add("POST", "//a//b", "example.com", verifyForm+";", "\x00", ";;=;", "::", "a&&=&a=")

	verifiers := []*webhook.Verifier{
		webhook.NewVerifier(rand.Text()),
		webhook.NewVerifier(rand.Text(), rand.Text()),
		webhook.NewVerifier(""),
		verifyWith(f, webhook.WithTokenSource(verifyNoTokens)),
		{},
		nil,
	}
	for _, options := range [][]webhook.Option{
		{webhook.WithBaseURL("https://example.com/p")},
		{webhook.WithTrustedProxy([]string{"10.0.0.0/8"}, "Forwarded", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto")},
		{webhook.WithMaxBody(10), webhook.WithMaxAge(1)},
	} {
		verifier, err := webhook.NewVerifier(rand.Text()).With(options...)
		require.NoError(f, err)
		verifiers = append(verifiers, verifier)
	}
	f.Fuzz(func(t *testing.T, method, target, host, contentType, signature, forwarded, forwardedHost, body string) {
		for _, verifier := range verifiers {
			r := fuzzRequest(method, target, host, body)
			if r == nil {
				t.Skip()
			}
			r.Header = http.Header{
				"Content-Type": {contentType}, webhook.SignatureHeader: {signature},
				"Forwarded": {forwarded}, "X-Forwarded-Host": {forwardedHost}, "X-Forwarded-Port": {forwardedHost},
			}
			require.Error(t, verifier.Verify(r))
		}
	})
}

func verifyNoTokens(context.Context, string) ([]string, error) { return []string{""}, nil }

// What is signed is accepted, and nothing else with the same signature.
func FuzzWhatIsSignedIsAccepted(f *testing.F) {
	f.Add("/hook", "AccountSid=AC1&TaskAttributes=%7B%7D&TaskAge=3", true, false)
	f.Add("/a%2f~%7E//?b=c+%20;%zz", "a=y&a=x&b&=&%ff=%00", true, true)
	f.Add("", "{\"a\":\"b\"}", false, false)
	f.Add("?a=b#rc=3", "text", false, true)
	f.Add("/a?bodySHA256=00#", "AccountSid=1&AccountSid=2", true, false)
	f.Add("/\u00e4{}|", "", false, true)

	const token, origin, base = "12345", "http://[2001:db8::1]:8080", "https://me:secret@example.com:8443/p"
	plain, based := webhook.NewVerifier("another", token), verifyWith(f, webhook.WithBaseURL(base+"/"))
	f.Fuzz(func(t *testing.T, target, body string, isForm, hasBase bool) {
		if target != "" && target[0] != '/' && target[0] != '?' {
			t.Skip("it is no part of a URL")
		}
		before, verifier := origin, plain
		if hasBase {
			before, verifier = base, based
		}
		signed, signature, contentType := fuzzSign(t, token, before+target, body, isForm)
		requested, _, _ := strings.Cut(strings.TrimPrefix(signed, before), "#")
		if !strings.HasPrefix(requested, "/") {
			requested = "/" + requested
		}
		request := func(target, body string) *http.Request {
			r := fuzzRequest("POST", target, "[2001:db8::1]:8080", body)
			if r == nil {
				t.Skip("no server takes it")
			}
			r.Header.Set("Content-Type", contentType)
			r.Header.Set(webhook.SignatureHeader, signature)
			return r
		}
		assert.NoError(t, verifier.Verify(request(requested, body)))
		assert.ErrorIs(t, verifier.Verify(request(requested, body+"&more=1")), webhook.ErrUnverified)
		assert.ErrorIs(t, verifier.Verify(request(requested+"x", body)), webhook.ErrUnverified)
		assert.ErrorIs(t, webhook.NewVerifier("another").Verify(request(requested, body)), webhook.ErrUnverified)
	})
}

// fuzzSign signs a body as the service does, unless it would not send it.
func fuzzSign(t *testing.T, token, target, body string, isForm bool) (signedTarget, signature, contentType string) {
	if !isForm {
		if strings.Contains(target, "SHA256") {
			t.Skip("there would be two hashes")
		}
		signedTarget, signature = webhook.SignBody(token, target, []byte(body))
		return signedTarget, signature, "application/json"
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		t.Skip("it is no form")
	}
	if len(form["AccountSid"]) > 1 {
		t.Skip("it is ambiguous")
	}
	return target, webhook.Sign(token, target, form), verifyForm
}
