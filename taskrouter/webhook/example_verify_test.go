package webhook_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// What else the service requests, such as the status of calls, is guarded in the
// same way. Here it arrives through a proxy that takes /calls off the path.
func ExampleVerifier_Handler() {
	verifier, err := webhook.NewVerifier("the auth token").With(webhook.WithBaseURL("https://example.com/calls"))
	if err != nil {
		log.Fatal(err)
	}
	handler := verifier.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println("the call is", r.PostFormValue("CallStatus"))
	}))

	form := url.Values{"CallSid": {"CA00000000000000000000000000000001"}, "CallStatus": {"completed"}}
	request := httptest.NewRequest(http.MethodPost, "http://10.0.0.7:8080/status", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set(webhook.SignatureHeader, webhook.Sign("the auth token", "https://example.com/calls/status", form))
	handler.ServeHTTP(httptest.NewRecorder(), request)

	request.Header.Set(webhook.SignatureHeader, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	fmt.Println(answer.Code)
	// Output:
	// the call is completed
	// 403
}

// Each account signs with its own token, and only for itself.
func ExampleWithTokenSource() {
	tokens := map[string][]string{"AC1": {"token of AC1"}, "AC2": {"token of AC2", "new token of AC2"}}
	verifier, err := webhook.NewVerifier().With(webhook.WithTokenSource(
		func(_ context.Context, accountSID string) ([]string, error) {
			return tokens[accountSID], nil // none for an account that is not known
		}))
	if err != nil {
		log.Fatal(err)
	}
	for _, token := range []string{"new token of AC2", "token of AC1"} {
		form := url.Values{"AccountSid": {"AC2"}}
		request := httptest.NewRequest(http.MethodPost, "https://example.com/", strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set(webhook.SignatureHeader, webhook.Sign(token, "https://example.com/", form))
		fmt.Println(token, verifier.Verify(request) == nil)
	}
	// Output:
	// new token of AC2 true
	// token of AC1 false
}
