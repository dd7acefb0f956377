package webhook_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

const (
	verifyToken = "12345" // of the published signatures
	verifyForm  = "application/x-www-form-urlencoded"
)

// verifyMAC signs a text without the package.
func verifyMAC(token, text string) string {
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, text)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func verifyHash(body string) string {
	hash := sha256.Sum256([]byte(body))
	return hex.EncodeToString(hash[:])
}

// A verifyCall is a request as a server gets it.
type verifyCall struct {
	method string // POST unless set
	target string // "/hook" unless set
	host   string // "example.com" unless set
	plain  bool   // not over TLS
	remote string // "192.0.2.1:1234" unless set
	header http.Header
	body   string
	signs  string // what the signature is of: URL, names and values
	token  string // by which; verifyToken unless set
}

// request is the call after a server has parsed it.
func (c verifyCall) request(t testing.TB) *http.Request {
	t.Helper()
	or := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	var text bytes.Buffer
	text.WriteString(or(c.method, http.MethodPost) + " " + or(c.target, "/hook") + " HTTP/1.1\r\nHost: " + or(c.host, "example.com") + "\r\n")
	header := c.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if _, ok := header["Content-Type"]; !ok && c.body != "" {
		header.Set("Content-Type", verifyForm)
	}
	if c.signs != "" {
		header.Set(webhook.SignatureHeader, verifyMAC(or(c.token, verifyToken), c.signs))
	}
	if c.body != "" && header.Get("Transfer-Encoding") == "" {
		header["Content-Length"] = []string{strconv.Itoa(len(c.body))}
	}
	require.NoError(t, header.Write(&text))
	text.WriteString("\r\n" + c.body)
	r, err := http.ReadRequest(bufio.NewReader(&text))
	require.NoError(t, err)
	r.RemoteAddr = or(c.remote, "192.0.2.1:1234")
	if !c.plain {
		r.TLS = &tls.ConnectionState{}
	}
	return r.WithContext(t.Context())
}

// verifyWith is a verifier of verifyToken with further options.
func verifyWith(t testing.TB, options ...webhook.Option) *webhook.Verifier {
	t.Helper()
	v, err := webhook.NewVerifier(verifyToken).With(options...)
	require.NoError(t, err)
	return v
}

// verifyRefused asserts that a request is refused as not the service's, for a
// reason.
func verifyRefused(t testing.TB, err error, why string) {
	t.Helper()
	if assert.ErrorIs(t, err, webhook.ErrUnverified) {
		assert.ErrorContains(t, err, why)
	}
}

// verifyTokens is a source of verifyToken for all accounts.
func verifyTokens(context.Context, string) ([]string, error) { return []string{verifyToken}, nil }
