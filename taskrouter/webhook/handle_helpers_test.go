package webhook_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/internal/pipenet"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

const (
	handleToken = "t0ken-0f-the-acc0unt"
	// handleURL is of nobody: what is sent to it goes through pipes.
	handleURL = "http://callbacks.test/taskrouter?a=1"

	handleActivity = "WA00000000000000000000000000000001"
	handleTask     = "WT00000000000000000000000000000001"
)

// handlePersonal is what must be in no record: what the attributes say.
var handlePersonal = []string{"Jamie", "+15550100199", "Ruiz", "+15550100142"}

func handleAssignment() webhook.Assignment {
	return webhook.Assignment{
		AccountSID:       "AC00000000000000000000000000000001",
		WorkspaceSID:     "WS00000000000000000000000000000001",
		WorkflowSID:      "WW00000000000000000000000000000001",
		TaskQueueSID:     "WQ00000000000000000000000000000001",
		ReservationSID:   "WR00000000000000000000000000000001",
		WorkerSID:        "WK00000000000000000000000000000001",
		WorkerAttributes: `{"name":"Jamie","contact_uri":"+15550100199"}`,
		TaskSID:          handleTask,
		TaskAttributes:   `{"customer":"Ruiz","call_sid":"CA00000000000000000000000000000001","from":"+15550100142"}`,
		TaskAge:          3 * time.Second,
		TaskPriority:     7,
	}
}

func handleEvent(sid string) webhook.Event {
	return webhook.Event{Type: webhook.EventTypeTaskCanceled, SID: sid, Fields: map[string][]string{
		"TaskSid":        {handleTask},
		"TaskAttributes": {`{"customer":"Ruiz","from":"+15550100142"}`},
	}}
}

// handleLog is where a handler writes its records.
type handleLog struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *handleLog) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(line)
}

func (l *handleLog) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// logger returns a logger of all levels that writes to the log.
func (l *handleLog) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// records returns what was written so far, without the time.
func (l *handleLog) records(t testing.TB) []map[string]any {
	t.Helper()
	records := []map[string]any{}
	for line := range strings.Lines(l.String()) {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		delete(record, "time")
		if status, ok := record["status"].(float64); ok {
			record["status"] = int(status)
		}
		records = append(records, record)
	}
	return records
}

// handleVerifier returns a verifier, and the log that it and its handlers write to. At
// the end of the test, there must be neither a token nor anything personal in it.
func handleVerifier(t testing.TB, options ...webhook.Option) (*webhook.Verifier, *handleLog) {
	t.Helper()
	log := &handleLog{}
	verifier, err := webhook.NewVerifier(handleToken).With(append([]webhook.Option{webhook.WithLogger(log.logger())}, options...)...)
	require.NoError(t, err)
	t.Cleanup(func() {
		for _, secret := range append([]string{handleToken}, handlePersonal...) {
			assert.NotContains(t, log.String(), secret)
		}
	})
	return verifier, log
}

// handleService is a server on pipes, so that the time of a bubble of testing/synctest
// goes on while a request waits. When the test ends, so do server and connections: the
// bubble fails if a goroutine is left.
type handleService struct {
	webhook.Client

	listener *pipenet.Listener
}

func serveOnPipes(t testing.TB, handler http.Handler, configure ...func(*http.Server)) *handleService {
	t.Helper()
	listener := pipenet.Listen()
	server := httptest.NewUnstartedServer(handler)
	require.NoError(t, server.Listener.Close())
	server.Listener = listener
	for _, set := range configure {
		set(server.Config)
	}
	server.Start()
	transport := &http.Transport{DialContext: listener.Dial}
	s := &handleService{listener: listener}
	s.Client = webhook.Client{AuthToken: handleToken, HTTPClient: &http.Client{Transport: transport}}
	t.Cleanup(server.Close)
	t.Cleanup(transport.CloseIdleConnections)
	return s
}

// handleRequest is a signed request as a handler gets it.
func handleRequest(form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, handleURL, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(webhook.SignatureHeader, webhook.Sign(handleToken, handleURL, form))
	return r
}

// handleReply is an answer that was read.
type handleReply struct {
	status      int
	contentType string
	body        string
	after       time.Duration // since the request
}

// handlePost posts a form, and reads the answer whatever it is, however long it takes.
func handlePost(t testing.TB, client webhook.Client, form url.Values) handleReply {
	t.Helper()
	start := time.Now()
	response, err := client.PostForm(t.Context(), handleURL, form)
	require.NoError(t, err)
	return handleRead(t, response, start)
}

func handleRead(t testing.TB, response *http.Response, start time.Time) handleReply {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return handleReply{response.StatusCode, response.Header.Get("Content-Type"), string(body), time.Since(start)}
}
