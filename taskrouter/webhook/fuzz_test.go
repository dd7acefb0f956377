package webhook_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// parseRequest is what a server makes of a request, nil if it refuses it.
func parseRequest(method, target, host, body string) *http.Request {
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
	f.Add("POST", "/hook?a=b", "example.com", formType, "L/OH5YylLD5NRKLltdqwSvS0BnU=", "", "", "AccountSid=AC1&TaskAge=3")
	f.Add("POST", "/?bodySHA256="+hashOf("{}"), "[::1]:8443", "application/json", signText("", ""), "proto=https;host=\"a:1\"", "", "{}")
	f.Add("GET", "https://me@example.org?x", "example.com:443", "", signText("", "https://example.org"), "", "evil/x?", "")
	f.Add("CONNECT", "example.com:443", "example.com:443", "", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "", "", "")
	f.Add("OPTIONS", "*", "", "text/html; charset", "====", "for=\"", "a,b", "%zz;")
	f.Add("POST", "//a//b", "example.com", formType+";", "\x00", ";;=;", "::", "a&&=&a=")

	verifiers := []*webhook.Verifier{
		webhook.NewVerifier(rand.Text()),
		webhook.NewVerifier(rand.Text(), rand.Text()),
		webhook.NewVerifier(""),
		newVerifier(f, webhook.WithTokenSource(tokenSource(""))),
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
			r := parseRequest(method, target, host, body)
			if r == nil {
				t.Skip("no server takes it")
			}
			r.Header = http.Header{
				"Content-Type": {contentType}, webhook.SignatureHeader: {signature},
				"Forwarded": {forwarded}, "X-Forwarded-Host": {forwardedHost}, "X-Forwarded-Port": {forwardedHost},
			}
			require.Error(t, verifier.Verify(r))
		}
	})
}

// What is signed is accepted, and nothing else with the same signature.
func FuzzWhatIsSignedIsAccepted(f *testing.F) {
	f.Add("/hook", "AccountSid=AC1&TaskAttributes=%7B%7D&TaskAge=3", true, false)
	f.Add("/a%2f~%7E//?b=c+%20;%zz", "a=y&a=x&b&=&%ff=%00", true, true)
	f.Add("", "{\"a\":\"b\"}", false, false)
	f.Add("?a=b#rc=3", "text", false, true)
	f.Add("/a?bodySHA256=00#", "AccountSid=1&AccountSid=2", true, false)
	f.Add("/\u00e4{}|", "", false, true)

	const origin, base = "http://[2001:db8::1]:8080", "https://me:secret@example.com:8443/p"
	plain, based := webhook.NewVerifier("another", authToken), newVerifier(f, webhook.WithBaseURL(base+"/"))
	f.Fuzz(func(t *testing.T, target, body string, isForm, hasBase bool) {
		if target != "" && target[0] != '/' && target[0] != '?' {
			t.Skip("it is no part of a URL")
		}
		before, verifier := origin, plain
		if hasBase {
			before, verifier = base, based
		}
		signed, signature, contentType := signAny(t, before+target, body, isForm)
		requested, _, _ := strings.Cut(strings.TrimPrefix(signed, before), "#")
		if !strings.HasPrefix(requested, "/") {
			requested = "/" + requested
		}
		request := func(target, body string) *http.Request {
			r := parseRequest("POST", target, "[2001:db8::1]:8080", body)
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

// signAny signs a body as the service does, unless it would not send it.
func signAny(t *testing.T, target, body string, isForm bool) (signedTarget, signature, contentType string) {
	if !isForm {
		if strings.Contains(target, "SHA256") {
			t.Skip("there would be two hashes")
		}
		signedTarget, signature = webhook.SignBody(authToken, target, []byte(body))
		return signedTarget, signature, "application/json"
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		t.Skip("it is no form")
	}
	if len(form["AccountSid"]) > 1 {
		t.Skip("it is ambiguous")
	}
	return target, webhook.Sign(authToken, target, form), formType
}

// seedForms are forms, well-formed and not.
var seedForms = []string{
	"", "EventType=x", "EventType=&Sid=EV1", "EventType=x&EventType=y&ResourceType=Task&Reason=a&Reason=b",
	"EventType=task.created&Timestamp=1773738000&TimestampMs=1773738000123&TaskAge=9223372037&TaskPriority=-99999999999999999999",
	"EventType=x&Timestamp=Tue,+17+Mar+2026+09:00:00+GMT&TaskDateCreated=2026-03-17T09:00:00.5%2B01:00&TaskVirtualStartTime=99999999999999999999&TaskQueueEnteredDate=-1",
	"EventType=x&TimestampMs=5000&WorkerTimeInPreviousActivity=26&WorkerTimeInPreviousActivityMs=26345&WorkerChannelAvailable=yes&TaskQueueExpression=1==1",
	"EventType=x&Timestamp=9999-12-31T23:59:59-01:00&ResourceType=%C4%B0",
	"WorkspaceSid=WS1&TaskSid=WT1&WorkerSid=WK1&ReservationSid=WR1", "WorkspaceSid=WS1&TaskSid=WT1&WorkerSid=WK1&ReservationSid=WR1&EventType=reservation.created",
	"WorkspaceSid=WS1&TaskSid=WT1&WorkerSid=WK1&ReservationSid=WR1&TaskAge=007&TaskPriority=%2B5&TaskPriority=6&Timestamp=1773738000&New=1&New=2&%FF=%FF",
	"WorkspaceSid=WS1&TaskSid=WT1&WorkerSid=WK1&ReservationSid=WR1&TaskAge=-2147483648&TaskPriority=2147483647&Timestamp=&TimestampMs=1",
	"a=%zz&b;c&=&&=x",
}

// requireKept checks that a form still has all fields that arrived, and that
// those which it has besides are known.
func requireKept(t *testing.T, arrived, form url.Values, known []string) {
	t.Helper()
	for name, values := range arrived {
		require.Equal(t, values, form[name], name)
	}
	for name := range form {
		require.True(t, arrived.Has(name) || slices.Contains(known, name), name)
	}
}

func FuzzParseEvent(f *testing.F) {
	for _, form := range seedForms {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, text string) {
		form, _ := url.ParseQuery(text) // what it could read is as good as any
		before := form.Encode()
		event, err := webhook.ParseEvent(form)
		require.Equal(t, before, form.Encode())
		require.Equal(t, form.Get("EventType") != "", err == nil)
		if err != nil {
			return
		}
		require.Equal(t, form, event.Fields)
		views := viewsOf(event)
		sent := event.Form()
		requireKept(t, form, sent, []string{"Timestamp", "TimestampMs"})
		again, err := webhook.ParseEvent(sent)
		require.NoError(t, err)
		require.Equal(t, views, viewsOf(again))
		require.Empty(t, placesThatDiffer(event, again))
		if event.Time.Year() <= 9999 {
			_, err = json.Marshal(event)
			require.NoError(t, err)
		}
	})
}

func FuzzParseAssignment(f *testing.F) {
	for _, form := range seedForms {
		f.Add(form)
	}
	known := slices.Collect(maps.Keys(sampleAssignmentForm()))
	f.Fuzz(func(t *testing.T, text string) {
		form, _ := url.ParseQuery(text)
		before := form.Encode()
		assignment, err := webhook.ParseAssignment(form)
		require.Equal(t, before, form.Encode())
		if err != nil {
			require.Zero(t, assignment)
			return
		}
		require.Equal(t, form, assignment.Fields)
		require.Zero(t, assignment.TaskAge%time.Second)
		sent := assignment.Form()
		requireKept(t, form, sent, known)
		again, err := webhook.ParseAssignment(sent)
		require.NoError(t, err)
		require.Empty(t, placesThatDiffer(assignment, again))

		made := assignment
		made.Fields = nil
		again, err = webhook.ParseAssignment(made.Form())
		require.NoError(t, err)
		assignment.Time = assignment.Time.Truncate(time.Second)
		if seconds := assignment.Time.Unix(); seconds <= 0 || seconds >= 100_000_000_000 { // what a callback does not say so
			return
		}
		require.Empty(t, placesThatDiffer(assignment, again))
	})
}

func FuzzParseInstruction(f *testing.F) {
	for _, text := range []string{
		``, `{}`, `null`, `[]`, `{"instruction":"fly"}`, `{"instruction":"Accept"}`, `{"instruction":"call","accept":"true","timeout":1e2}`, `{"instruction":"call","accept":"\u0074rue"}`,
		`{"instruction":"redirect","accept":1}`, `{"instruction":"dequeue","timeout":"30","status_callback_events":" ringing,,x"}`, `{"instruction":"dequeue","ſtatus_callback_url":"x","To":5}`,
		`{"instruction":"conference","beep":null,"early_media":false,"max_participants":251,"conference_status_callback_event":"end,start"}`, "{\"instruction\":\"reject\",\"activity_sid\":\"\xff\"}",
		`{"instruction":"dequeue","status_callback_events":"\u2028,<&>"}`, `{"instruction":"reject","a":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}`,
	} {
		f.Add([]byte(text))
	}
	for _, test := range encodedInstructions {
		f.Add([]byte(test.want))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		instruction, err := webhook.ParseInstruction(text)
		rawErr := webhook.CheckInstruction(webhook.Raw(text))
		if err != nil {
			require.Nil(t, instruction)
			problems := instructionErrors(t, err)
			require.Len(t, problems, 1)
			require.NotEmpty(t, problems[0].Problem)
			known := problems[0].Code != 40001 && problems[0].Code != 40005
			require.Equal(t, known, rawErr == nil, "raw takes all that has a name")
			return
		}
		require.NoError(t, rawErr)
		if instruction == nil {
			return
		}
		instructionErrors(t, webhook.CheckInstruction(instruction))
		sent, err := json.Marshal(instruction)
		require.NoError(t, err)
		require.True(t, utf8.Valid(sent))
		again, err := webhook.ParseInstruction(sent)
		require.NoError(t, err)
		require.True(t, reflect.DeepEqual(instruction, again), "%s was read again as %#v", sent, again)
	})
}

// Whatever arrives with a good signature has an answer that says whose fault it is, and
// it is never the handler's.
func FuzzHandlers(f *testing.F) {
	f.Add(formType, sampleAssignment().Form().Encode())
	f.Add(formType, sampleEvent("EV1").Form().Encode())
	f.Add("application/json", `{"EventType":"task.canceled"}`)
	f.Add(formType, "EventType=%zz&a=b;c")
	verifier, _ := newLoggedVerifier(f)
	kinds := callbackKinds()
	f.Fuzz(func(t *testing.T, contentType, body string) {
		for _, kind := range kinds {
			called := false
			handler := kind.handler(verifier, func(context.Context) error {
				called = true
				return nil
			})
			target, signature := webhook.SignBody(authToken, hookURL, []byte(body))
			r := incoming{target: strings.TrimPrefix(target, "https://example.com"), body: body}.request(t)
			r.Header.Set("Content-Type", contentType)
			r.Header.Set(webhook.SignatureHeader, signature)
			recorder := httptest.NewRecorder()

			handler.ServeHTTP(recorder, r)

			if called {
				assert.Equal(t, kind.status, recorder.Code)
			} else {
				assert.Contains(t, []int{http.StatusBadRequest, http.StatusForbidden}, recorder.Code)
			}
		}
	})
}
