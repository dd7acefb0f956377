package webhook_test

import (
	"io"
	"strings"
	"testing"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// BenchmarkVerify verifies an assignment callback with attributes of a usual size.
func BenchmarkVerify(b *testing.B) {
	form := sampleAssignmentForm()
	form.Set("TaskAttributes", `{"from":"+15550100100","language":"es","notes":"`+strings.Repeat("a b ", 150)+`"}`)
	form.Set("WorkerAttributes", `{"contact_uri":"client:jamie","languages":["en","es"],"skills":["support","billing"]}`)
	for name, tokens := range map[string][]string{"one token": {authToken}, "two tokens": {"the one before", authToken}} {
		b.Run(name, func(b *testing.B) {
			body := form.Encode()
			r := incomingForm(form).request(b)
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
