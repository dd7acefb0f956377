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
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipenet"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

const (
	authToken = "t0ken-0f-the-acc0unt"
	formType  = "application/x-www-form-urlencoded"

	hookURL = "https://example.com/hook" // where incoming requests go
	// callbackURL is of nobody: what is sent to it goes through pipes.
	callbackURL = "http://callbacks.test/taskrouter?a=1"

	activitySID    = "WA0123456789abcdef0123456789abcdef"
	callSID        = "CA0123456789abcdef0123456789abcdef"
	reservationSID = "WR0123456789abcdef0123456789abcdef"
	taskSID        = "WT0123456789abcdef0123456789abcdef"
)

// sampleAssignment is an assignment with all that is documented.
func sampleAssignment() webhook.Assignment {
	return webhook.Assignment{
		Time:             time.Date(2026, time.March, 17, 9, 0, 0, 0, time.UTC),
		AccountSID:       "AC0123456789abcdef0123456789abcdef",
		WorkspaceSID:     "WS0123456789abcdef0123456789abcdef",
		WorkflowSID:      "WW0123456789abcdef0123456789abcdef",
		TaskQueueSID:     "WQ0123456789abcdef0123456789abcdef",
		ReservationSID:   reservationSID,
		WorkerSID:        "WK0123456789abcdef0123456789abcdef",
		WorkerAttributes: `{"name": "Jamie", "contact_uri": "+15550100199"}`,
		TaskSID:          taskSID,
		TaskAttributes:   `{"call_sid": "CA0123456789abcdef0123456789abcdef", "customer": "Ruiz", "from": "+15550100142"}`,
		TaskAge:          42 * time.Second,
		TaskPriority:     7,
	}
}

// sampleAssignmentForm is what the service sends for sampleAssignment. It is written
// out, so that reading and writing have something to be held to.
func sampleAssignmentForm() url.Values {
	return url.Values{
		"Timestamp":        {"1773738000"},
		"AccountSid":       {"AC0123456789abcdef0123456789abcdef"},
		"WorkspaceSid":     {"WS0123456789abcdef0123456789abcdef"},
		"WorkflowSid":      {"WW0123456789abcdef0123456789abcdef"},
		"TaskQueueSid":     {"WQ0123456789abcdef0123456789abcdef"},
		"WorkerSid":        {"WK0123456789abcdef0123456789abcdef"},
		"WorkerAttributes": {`{"name": "Jamie", "contact_uri": "+15550100199"}`},
		"TaskSid":          {"WT0123456789abcdef0123456789abcdef"},
		"TaskAttributes":   {`{"call_sid": "CA0123456789abcdef0123456789abcdef", "customer": "Ruiz", "from": "+15550100142"}`},
		"TaskAge":          {"42"},
		"TaskPriority":     {"7"},
		"ReservationSid":   {"WR0123456789abcdef0123456789abcdef"},
	}
}

// withField returns a form with other fields over it. Nil takes one away.
func withField(form url.Values, name string, values ...string) url.Values {
	form = maps.Clone(form)
	delete(form, name)
	if values != nil {
		form[name] = values
	}
	return form
}

func sampleEvent(sid string) webhook.Event {
	return webhook.Event{Type: webhook.EventTypeTaskCanceled, SID: sid, Fields: map[string][]string{
		"TaskSid":        {taskSID},
		"TaskAttributes": {`{"customer":"Ruiz","from":"+15550100142"}`},
	}}
}

// personal is what must be in no record: what the attributes say.
var personal = []string{"Jamie", "+15550100199", "Ruiz", "+15550100142"}

// newVerifier returns a verifier of authToken with further options.
func newVerifier(t testing.TB, options ...webhook.Option) *webhook.Verifier {
	t.Helper()
	verifier, err := webhook.NewVerifier(authToken).With(options...)
	require.NoError(t, err)
	return verifier
}

// tokenSource is a source of the same tokens for all accounts.
func tokenSource(tokens ...string) webhook.TokenSource {
	return func(context.Context, string) ([]string, error) { return tokens, nil }
}

// newLoggedVerifier returns a verifier of authToken with further options, and the log
// that it and its handlers write to. At the end of the test, there must be neither
// a token nor anything personal in it.
func newLoggedVerifier(t testing.TB, options ...webhook.Option) (*webhook.Verifier, *recordedLog) {
	t.Helper()
	log := &recordedLog{}
	verifier := newVerifier(t, append([]webhook.Option{webhook.WithLogger(log.logger())}, options...)...)
	t.Cleanup(func() {
		for _, secret := range append([]string{authToken}, personal...) {
			assert.NotContains(t, log.String(), secret)
		}
	})
	return verifier, log
}

// recordedLog is where a handler writes its records.
type recordedLog struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *recordedLog) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(line)
}

func (l *recordedLog) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// logger returns a logger of all levels that writes to the log.
func (l *recordedLog) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// records returns what was written so far, without the time.
func (l *recordedLog) records(t testing.TB) []map[string]any {
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

// assertRefused asserts that a request is refused as not the service's, for a
// reason.
func assertRefused(t testing.TB, err error, why string) {
	t.Helper()
	if assert.ErrorIs(t, err, webhook.ErrUnverified) {
		assert.ErrorContains(t, err, why)
	}
}

// incoming is a request as a server gets it.
type incoming struct {
	method string // POST unless set
	target string // "/hook" unless set
	host   string // "example.com" unless set
	plain  bool   // not over TLS
	remote string // "192.0.2.1:1234" unless set
	header http.Header
	body   string
	signs  string // what the signature is of: URL, names and values
	token  string // by which it is signed; authToken unless set
}

// request is what a server makes of it.
func (i incoming) request(t testing.TB) *http.Request {
	t.Helper()
	or := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	var text bytes.Buffer
	text.WriteString(or(i.method, http.MethodPost) + " " + or(i.target, "/hook") + " HTTP/1.1\r\nHost: " + or(i.host, "example.com") + "\r\n")
	header := i.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if _, ok := header["Content-Type"]; !ok && i.body != "" {
		header.Set("Content-Type", formType)
	}
	if i.signs != "" {
		header.Set(webhook.SignatureHeader, signText(or(i.token, authToken), i.signs))
	}
	if i.body != "" && header.Get("Transfer-Encoding") == "" {
		header["Content-Length"] = []string{strconv.Itoa(len(i.body))}
	}
	require.NoError(t, header.Write(&text))
	text.WriteString("\r\n" + i.body)
	r, err := http.ReadRequest(bufio.NewReader(&text))
	require.NoError(t, err)
	r.RemoteAddr = or(i.remote, "192.0.2.1:1234")
	if !i.plain {
		r.TLS = &tls.ConnectionState{}
	}
	return r.WithContext(t.Context())
}

// incomingForm is a form that the service posts.
func incomingForm(form url.Values) incoming {
	return incoming{
		body:   form.Encode(),
		header: http.Header{"Content-Type": {formType}, webhook.SignatureHeader: {webhook.Sign(authToken, hookURL, form)}},
	}
}

// signText signs a text without the package.
func signText(token, text string) string {
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, text)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func hashOf(body string) string {
	hash := sha256.Sum256([]byte(body))
	return hex.EncodeToString(hash[:])
}

// pipeService is a server on pipes, so that the time of a bubble of testing/synctest
// goes on while a request waits. When the test ends, so do server and connections: the
// bubble fails if a goroutine is left.
type pipeService struct {
	webhook.Client

	listener *pipenet.Listener
}

func serveOnPipes(t testing.TB, handler http.Handler, configure ...func(*http.Server)) *pipeService {
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
	s := &pipeService{listener: listener}
	s.Client = webhook.Client{AuthToken: authToken, HTTPClient: &http.Client{Transport: transport}}
	t.Cleanup(server.Close)
	t.Cleanup(transport.CloseIdleConnections)
	return s
}

// httpReply is an answer that was read.
type httpReply struct {
	status      int
	contentType string
	body        string
	after       time.Duration // since the request
}

// postForm posts a form, and reads the answer whatever it is, however long it takes.
func postForm(t testing.TB, client webhook.Client, form url.Values) httpReply {
	t.Helper()
	start := time.Now()
	response, err := client.PostForm(t.Context(), callbackURL, form)
	require.NoError(t, err)
	return readReply(t, response, start)
}

func readReply(t testing.TB, response *http.Response, start time.Time) httpReply {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return httpReply{response.StatusCode, response.Header.Get("Content-Type"), string(body), time.Since(start)}
}

// callbackKind is a kind of callback, with a handler that answers it by a function.
type callbackKind struct {
	name    string
	timeout time.Duration
	handler func(*webhook.Verifier, func(context.Context) error) http.Handler
	form    url.Values
	status  int               // of a success
	facts   map[string]string // what records say of the callback
}

func callbackKinds() []callbackKind {
	return []callbackKind{
		{
			name: "assignment", timeout: 5 * time.Second,
			handler: func(v *webhook.Verifier, f func(context.Context) error) http.Handler {
				return webhook.AssignmentHandler(v, func(ctx context.Context, _ webhook.Assignment) (webhook.Instruction, error) {
					return webhook.Accept{}, f(ctx)
				})
			},
			form: sampleAssignment().Form(), status: http.StatusOK,
			facts: map[string]string{"task": taskSID, "reservation": reservationSID},
		},
		{
			name: "event", timeout: 15 * time.Second,
			handler: func(v *webhook.Verifier, f func(context.Context) error) http.Handler {
				return webhook.EventHandler(v, func(ctx context.Context, _ webhook.Event) error { return f(ctx) })
			},
			form: sampleEvent("EV1").Form(), status: http.StatusNoContent,
			facts: map[string]string{"event": "EV1", "type": "task.canceled", "task": taskSID},
		},
	}
}

// record is what a record of this kind of callback says.
func (k callbackKind) record(level, message string, more map[string]any) map[string]any {
	record := map[string]any{"level": level, "msg": message}
	for name, value := range k.facts {
		record[name] = value
	}
	for name, value := range more {
		record[name] = value
	}
	return record
}

// eventViews are all views of events, by their names.
var eventViews = map[string]func(webhook.Event) (any, bool){
	"Activity":       viewOf(webhook.Event.Activity),
	"Reservation":    viewOf(webhook.Event.Reservation),
	"Task":           viewOf(webhook.Event.Task),
	"TaskChannel":    viewOf(webhook.Event.TaskChannel),
	"TaskQueue":      viewOf(webhook.Event.TaskQueue),
	"Worker":         viewOf(webhook.Event.Worker),
	"WorkerChannel":  viewOf(webhook.Event.WorkerChannel),
	"Workflow":       viewOf(webhook.Event.Workflow),
	"WorkflowTarget": viewOf(webhook.Event.WorkflowTarget),
}

func viewOf[V any](view func(webhook.Event) (V, bool)) func(webhook.Event) (any, bool) {
	return func(e webhook.Event) (any, bool) { return view(e) }
}

// viewsOf returns the names of the views that an event has, sorted.
func viewsOf(event webhook.Event) []string {
	var names []string
	for name, view := range eventViews {
		if _, ok := view(event); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// flatten returns all that a callback says in Go, but for its Fields, by where it
// is said: "SID", "Task.SID".
func flatten(callback any) map[string]string {
	flat := map[string]string{}
	add := func(prefix string, value any) {
		for field, value := range reflect.ValueOf(value).Fields() {
			if field.Name != "Fields" {
				flat[prefix+field.Name] = fmt.Sprint(value)
			}
		}
	}
	add("", callback)
	if event, ok := callback.(webhook.Event); ok {
		for name, view := range eventViews {
			value, _ := view(event)
			add(name+".", value)
		}
	}
	return flat
}

// placesThatDiffer are the places where two callbacks differ.
func placesThatDiffer(a, b any) []string {
	flatA, flatB := flatten(a), flatten(b)
	var differences []string
	for _, place := range slices.Sorted(maps.Keys(flatA)) {
		if flatA[place] != flatB[place] {
			differences = append(differences, place)
		}
	}
	return differences
}

// encodedInstructions are instructions and what is sent for them.
var encodedInstructions = map[string]struct {
	instruction webhook.Instruction
	want        string
}{
	"accept": {webhook.Accept{}, `{"instruction":"accept"}`},
	"reject": {webhook.Reject{ActivitySID: activitySID}, `{"instruction":"reject","activity_sid":"` + activitySID + `"}`},

	"dequeue without anything": {webhook.Dequeue{}, `{"instruction":"dequeue"}`},
	"dequeue with everything": {
		webhook.Dequeue{
			To: "sip:ann@example.com", From: "+15550100100", PostWorkActivitySID: activitySID, Record: taskrouter.CallRecordRecordFromAnswer, Timeout: 600,
			StatusCallbackURL:    "https://example.com/status?a=1&b=<2>",
			StatusCallbackEvents: webhook.CallStatusEvents{"initiated", "ringing", "answered", "completed"},
		},
		`{"instruction":"dequeue","to":"sip:ann@example.com","from":"+15550100100","post_work_activity_sid":"` + activitySID + `","record":"record-from-answer","timeout":600,` +
			`"status_callback_url":"https://example.com/status?a=1&b=<2>","status_callback_events":"initiated,ringing,answered,completed"}`,
	},

	"call with what it needs": {webhook.Call{From: "+15550100100", URL: "https://example.com/twiml"}, `{"instruction":"call","from":"+15550100100","url":"https://example.com/twiml"}`},
	"call with everything": {
		webhook.Call{
			From: "+15550100100", URL: "https://example.com/twiml?a=1&b=2", To: "client:ann", Accept: true, Record: taskrouter.CallRecordDoNotRecord, Timeout: 999,
			StatusCallbackURL: "http://example.com/status",
		},
		`{"instruction":"call","from":"+15550100100","url":"https://example.com/twiml?a=1&b=2","to":"client:ann","accept":true,"record":"do-not-record","timeout":999,` +
			`"status_callback_url":"http://example.com/status"}`,
	},

	"redirect says what it does not accept": {
		webhook.Redirect{CallSID: callSID, URL: "https://example.com/twiml"},
		`{"instruction":"redirect","call_sid":"` + callSID + `","url":"https://example.com/twiml","accept":false}`,
	},
	"redirect with everything": {
		webhook.Redirect{CallSID: callSID, URL: "https://example.com/twiml", Accept: true},
		`{"instruction":"redirect","call_sid":"` + callSID + `","url":"https://example.com/twiml","accept":true}`,
	},

	"conference with what it needs": {webhook.Conference{From: "+15550100100"}, `{"instruction":"conference","from":"+15550100100"}`},
	"conference with everything": {
		fullConference(),
		`{"instruction":"conference","from":"+15550100100","to":"client:ann","timeout":30,"post_work_activity_sid":"` + activitySID + `",` +
			`"status_callback":"https://example.com/call?a=1&b=2","status_callback_method":"GET","status_callback_events":"initiated,completed",` +
			`"record":true,"muted":true,"beep":"onEnter","beep_on_customer_entrance":false,` +
			`"start_conference_on_enter":false,"end_conference_on_exit":true,"end_conference_on_customer_exit":false,` +
			`"wait_url":"https://example.com/wait","wait_method":"GET","early_media":false,"max_participants":3,` +
			`"conference_status_callback":"https://example.com/conference","conference_status_callback_method":"GET","conference_status_callback_event":"start,end",` +
			`"conference_record":"record-from-start","conference_trim":"do-not-trim","recording_channels":"dual",` +
			`"recording_status_callback":"https://example.com/recording","recording_status_callback_method":"GET",` +
			`"conference_recording_status_callback":"https://example.com/both","conference_recording_status_callback_method":"POST",` +
			`"region":"ie1","sip_auth_username":"ann","sip_auth_password":"secret","jitter_buffer_size":"small"}`,
	},
}

// fullConference is a conference with every field set, each to another value.
func fullConference() webhook.Conference {
	return webhook.Conference{
		From: "+15550100100", To: "client:ann", Timeout: 30, PostWorkActivitySID: activitySID,
		StatusCallback: "https://example.com/call?a=1&b=2", StatusCallbackMethod: "GET",
		StatusCallbackEvents: webhook.CallStatusEvents{"initiated", "completed"},
		Record:               true, Muted: true, Beep: "onEnter", BeepOnCustomerEntrance: new(false),
		StartConferenceOnEnter: new(false), EndConferenceOnExit: new(true), EndConferenceOnCustomerExit: new(false),
		WaitURL: "https://example.com/wait", WaitMethod: "GET", EarlyMedia: new(false), MaxParticipants: 3,
		ConferenceStatusCallback: "https://example.com/conference", ConferenceStatusCallbackMethod: "GET",
		ConferenceStatusCallbackEvents: webhook.ConferenceEvents{"start", "end"},
		ConferenceRecord:               "record-from-start", ConferenceTrim: "do-not-trim", RecordingChannels: "dual",
		RecordingStatusCallback: "https://example.com/recording", RecordingStatusCallbackMethod: "GET",
		ConferenceRecordingStatusCallback: "https://example.com/both", ConferenceRecordingStatusCallbackMethod: "POST",
		Region: "ie1", SIPAuthUsername: "ann", SIPAuthPassword: "secret", JitterBufferSize: "small",
	}
}

// instructionErrors takes apart what CheckInstruction and Check join.
func instructionErrors(t *testing.T, err error) []webhook.InstructionError {
	t.Helper()
	var found []webhook.InstructionError
	switch wrapped := err.(type) { //nolint:errorlint // it is the wrappers that are looked for
	case nil:
	case *webhook.InstructionError:
		found = append(found, *wrapped)
	case interface{ Unwrap() error }:
		found = instructionErrors(t, wrapped.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range wrapped.Unwrap() {
			found = append(found, instructionErrors(t, err)...)
		}
	default:
		t.Errorf("%v is no InstructionError", err)
	}
	return found
}
