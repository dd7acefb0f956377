package webhook_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// BenchmarkVerify verifies an assignment callback with attributes of a usual size.
func BenchmarkVerify(b *testing.B) {
	form := url.Values{
		"Timestamp":        {"1700000000"},
		"AccountSid":       {"AC00000000000000000000000000000000"},
		"WorkspaceSid":     {"WS00000000000000000000000000000001"},
		"WorkflowSid":      {"WW00000000000000000000000000000001"},
		"TaskQueueSid":     {"WQ00000000000000000000000000000001"},
		"WorkerSid":        {"WK00000000000000000000000000000001"},
		"ReservationSid":   {"WR00000000000000000000000000000001"},
		"TaskSid":          {"WT00000000000000000000000000000001"},
		"TaskAge":          {"3"},
		"TaskPriority":     {"1"},
		"TaskAttributes":   {`{"from":"+15550100100","language":"es","notes":"` + strings.Repeat("a b ", 150) + `"}`},
		"WorkerAttributes": {`{"contact_uri":"client:jamie","languages":["en","es"],"skills":["support","billing"]}`},
	}
	for name, tokens := range map[string][]string{"one token": {verifyToken}, "two tokens": {"the one before", verifyToken}} {
		b.Run(name, func(b *testing.B) {
			body := form.Encode()
			r := verifyCall{header: http.Header{
				"Content-Type":          {verifyForm},
				webhook.SignatureHeader: {webhook.Sign(verifyToken, verifyHook, form)},
			}}.request(b)
			verifier := webhook.NewVerifier(tokens...)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				r.Body = io.NopCloser(strings.NewReader(body))
				if err := verifier.Verify(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
