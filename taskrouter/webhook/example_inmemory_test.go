package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// inMemory sends requests to a handler without a socket, so that it can be tested in a
// bubble of testing/synctest: there, a function that takes too long does so at once.
type inMemory struct{ http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.RequestURI = r.URL.RequestURI() // as in a server, also within http.StripPrefix
	recorder := httptest.NewRecorder()
	m.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func ExampleClient_inMemory() {
	handler := webhook.EventHandler(webhook.NewVerifier("token"), func(_ context.Context, e webhook.Event) error {
		fmt.Println(e.Type)
		return nil
	})
	client := webhook.Client{AuthToken: "token", HTTPClient: &http.Client{Transport: inMemory{handler}}}

	err := client.PostEvent(context.Background(), "http://example.com/events", webhook.Event{Type: webhook.EventTypeWorkerCreated})
	fmt.Println(err)
	// Output:
	// worker.created
	// <nil>
}
