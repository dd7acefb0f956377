package peer_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/twilio/twilio-go/client"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

const signatureToken = "12345"

// signed is the signature of a text, made with neither library.
func signed(token, text string) string {
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, text)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Every difference is a case of its own, so that one that goes, of either, fails.
func TestSignaturesAreAcceptedByBothOrTheDifferenceIsKnown(t *testing.T) {
	const (
		hook   = "https://example.com/hook"
		vector = "https://mycompany.com/myapp.php?foo=1&bar=2"
		call   = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
		json   = `{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}`
	)
	hashOf := func(body string) string {
		hash := sha256.Sum256([]byte(body))
		return hex.EncodeToString(hash[:])
	}
	tests := map[string]struct {
		url         string // that was requested
		method      string // POST unless set
		contentType string // of a form unless set
		body        string
		signs       string // URL and fields that the signature is of
		signature   string // instead of one of signs
		ours, peers bool   // who accepts it
	}{
		"the published form": {url: vector, body: call, signature: "RSOYDt4T1cUTdK1PDd93/VVr8B8=", ours: true, peers: true},
		"a name that begins with another": {
			url: vector, body: call + "&ReasonConferenceEnded=test&Reason=Participant",
			signature: "vOEb5UThFn24KEfnOFLQY2AE5FY=", ours: true, peers: true,
		},
		"a field that was added":                 {url: vector, body: call + "&a=b", signature: "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
		"a signature that is no base64":          {url: hook, body: "a=b", signature: "?"},
		"no body":                                {url: hook + "?a=b", method: "GET", signs: hook + "?a=b", ours: true, peers: true},
		"the hash of a body":                     {url: hook + "?bodySHA256=" + hashOf(json), contentType: "application/json", body: json, signs: hook + "?bodySHA256=" + hashOf(json), ours: true, peers: true},
		"the hash of another body":               {url: hook + "?bodySHA256=" + hashOf("{}"), contentType: "application/json", body: json, signs: hook + "?bodySHA256=" + hashOf("{}")},
		"a default port that the service kept":   {url: hook, body: "a=b", signs: "https://example.com:443/hookab", ours: true, peers: true},
		"a default port that it dropped":         {url: "https://example.com:443/hook", body: "a=b", signs: hook + "ab", ours: true, peers: true},
		"another port that it kept":              {url: "http://example.com:8080/hook", body: "a=b", signs: "http://example.com:8080/hookab", ours: true, peers: true},
		"another port that it dropped":           {url: "http://example.com:8080/hook", body: "a=b", signs: "http://example.com/hookab", ours: true, peers: true},
		"another port that nobody knows":         {url: hook, body: "a=b", signs: "https://example.com:8443/hookab"},
		"another scheme":                         {url: hook, body: "a=b", signs: "http://example.com/hookab"},
		"escapes that need not be":               {url: hook + "/%7Ea%2fb?c=%2f+;", body: "a=b", signs: hook + "/%7Ea%2fb?c=%2f+;ab", ours: true, peers: true},
		"the default port of an IPv6 address":    {url: "https://[2001:db8::1]/hook", body: "a=b", signs: "https://[2001:db8::1]:443/hookab", ours: true, peers: true},
		"equal values signed once":               {url: hook, body: "a=y&a=y", signs: hook + "ay", ours: true, peers: true},
		"an escape that is none":                 {url: hook, body: "a=%zz", signs: hook + "a%zz"},
		"a semicolon that is no separator":       {url: hook, body: "a=1;b=2", signs: hook + "a1b2"},
		"several values of which none is signed": {url: hook, body: "a=y&a=x", signs: hook},

		// What the peer refuses, although the service may well send it.
		"several values as other libraries sign them":    {url: hook, body: "a=y&a=x", signs: hook + "axay", ours: true},
		"several values as sent":                         {url: hook, body: "a=y&a=x", signs: hook + "ayax", ours: true},
		"the port of an IPv6 address, which was dropped": {url: "https://[2001:db8::1]:8443/hook", body: "a=b", signs: "https://[2001:db8::1]/hookab", ours: true},
		"a dropped port, and a path that it rewrites":    {url: "https://example.com:8443/\u00e4", body: "a=b", signs: "https://example.com/\u00e4ab", ours: true},
		"a URL without a path":                           {url: "https://example.com/", body: "a=b", signs: "https://example.comab", ours: true},
		"a hash in capitals":                             {url: hook + "?bodySHA256=" + strings.ToUpper(hashOf(json)), contentType: "application/json", body: json, signs: hook + "?bodySHA256=" + strings.ToUpper(hashOf(json)), ours: true},

		// What the peer accepts, although the service did not send it.
		"a value that is not signed, after one that is": {url: hook, body: "a=y&a=x", signs: hook + "ay", peers: true},
		"any form with its hash in the URL":             {url: hook + "?bodySHA256=" + hashOf("a=b"), body: "a=b", signs: hook + "?bodySHA256=" + hashOf("a=b"), peers: true},
		"two hashes, the first of them right":           {url: hook + "?bodySHA256=" + hashOf(json) + "&bodySHA256=00", contentType: "application/json", body: json, signs: hook + "?bodySHA256=" + hashOf(json) + "&bodySHA256=00", peers: true},
		"a body that is no form, read as one":           {url: hook, contentType: "application/json", body: "a=b", signs: hook + "ab", peers: true},
		"a body with an empty name and value":           {url: hook, contentType: "text/plain", body: "=", signs: hook, peers: true},
		"a method that the service does not use":        {url: hook, method: "DELETE", body: "a=b", signs: hook + "ab", peers: true},
		"an IPv6 address cut at a colon":                {url: "https://[2001:db8::1]:8443/hook", body: "a=b", signs: "https://[2001/hookab", peers: true},
	}
	validator := client.NewRequestValidator(signatureToken)
	verifier := webhook.NewVerifier(signatureToken)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.signature == "" {
				test.signature = signed(signatureToken, test.signs)
			}
			if test.method == "" {
				test.method = http.MethodPost
			}
			if test.contentType == "" {
				test.contentType = "application/x-www-form-urlencoded"
			}
			r := httptest.NewRequest(test.method, test.url, strings.NewReader(test.body))
			r.Header.Set("Content-Type", test.contentType)
			r.Header.Set(webhook.SignatureHeader, test.signature)
			err := verifier.Verify(r)
			assert.Equal(t, test.ours, err == nil, "ours: %v", err)
			assert.Equal(t, test.peers, validator.ValidateBody(test.url, []byte(test.body), test.signature), "the peer")
		})
	}
}

func TestOnlyThePeerAcceptsWhatEverybodyCanSign(t *testing.T) {
	const hook = "https://example.com/hook"
	r := httptest.NewRequest(http.MethodGet, hook, http.NoBody)
	r.Header.Set(webhook.SignatureHeader, signed("", hook))
	assert.Error(t, webhook.NewVerifier("").Verify(r))
	validator := client.NewRequestValidator("")
	knownFault(t, "a validator with an empty token, as of a variable that is not set", validator.ValidateBody(hook, nil, signed("", hook)))
}

// The peer has no function that signs, so what it accepts is compared.
func TestThePeerAcceptsWhatIsSignedHere(t *testing.T) {
	validator := client.NewRequestValidator(signatureToken)
	form := map[string][]string{"TaskSid": {"WT1"}, "TaskAttributes": {`{"a": "ä +"}`}, "Empty": {""}, "a": {"1"}, "B": {"2"}}
	fields := map[string]string{}
	for name, values := range form {
		fields[name] = values[0]
	}
	for _, target := range []string{"https://example.com/hook", "http://example.com:8080/a%7E?b=c+%20d", "https://[2001:db8::1]/", "https://example.com"} {
		assert.True(t, validator.Validate(target, fields, webhook.Sign(signatureToken, target, form)), target)
		signedTarget, signature := webhook.SignBody(signatureToken, target, []byte(`{"a":1}`))
		assert.True(t, validator.ValidateBody(signedTarget, []byte(`{"a":1}`), signature), signedTarget)
	}
	const withUser = "https://me:secret@example.com/hook"
	signature := webhook.Sign(signatureToken, withUser, form)
	knownFault(t, "user and password are taken as signed", !validator.Validate(withUser, fields, signature))
	assert.True(t, validator.Validate("https://example.com/hook", fields, signature))
}
