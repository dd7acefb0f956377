package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func TestWhatTheServiceWouldRefuseIsFound(t *testing.T) {
	call := webhook.Call{From: "+15550100100", URL: "https://example.com"}
	redirect := webhook.Redirect{CallSID: callSID, URL: "https://example.com"}
	withCall := func(change func(*webhook.Call)) webhook.Call {
		changed := call
		change(&changed)
		return changed
	}
	withRedirect := func(change func(*webhook.Redirect)) webhook.Redirect {
		changed := redirect
		change(&changed)
		return changed
	}
	for name, test := range map[string]struct {
		instruction webhook.Instruction
		want        string
	}{
		"reject without activity":                      {webhook.Reject{}, "reject activity_sid: it is required (error 40100 of the service)"},
		"reject with a worker as activity":             {webhook.Reject{ActivitySID: "WK0123456789abcdef0123456789abcdef"}, `reject activity_sid: "WK0123456789abcdef0123456789abcdef" is no SID, expected WA and 32 hexadecimal digits (error 40100 of the service)`},
		"reject with a name as activity":               {webhook.Reject{ActivitySID: "WAITING"}, `reject activity_sid: "WAITING" is no SID, expected WA and 32 hexadecimal digits (error 40100 of the service)`},
		"reject with a digit too few":                  {webhook.Reject{ActivitySID: activitySID[:33]}, `reject activity_sid: "WA0123456789abcdef0123456789abcde" is no SID, expected WA and 32 hexadecimal digits (error 40100 of the service)`},
		"reject with a digit too many":                 {webhook.Reject{ActivitySID: activitySID + "0"}, `reject activity_sid: "WA0123456789abcdef0123456789abcdef0" is no SID, expected WA and 32 hexadecimal digits (error 40100 of the service)`},
		"reject with a line break":                     {webhook.Reject{ActivitySID: activitySID + "\n"}, `reject activity_sid: "WA0123456789abcdef0123456789abcdef\n" is no SID, expected WA and 32 hexadecimal digits (error 40100 of the service)`},
		"reject with a SID after something":            {webhook.Reject{ActivitySID: "WA" + activitySID}, `reject activity_sid: "WAWA0123456789abcdef0123456789abcdef" is no SID, expected WA and 32 hexadecimal digits (error 40100 of the service)`},
		"dequeue with a malformed activity":            {webhook.Dequeue{PostWorkActivitySID: "available"}, `dequeue post_work_activity_sid: "available" is no SID, expected WA and 32 hexadecimal digits (error 40130 of the service)`},
		"dequeue that rings too long":                  {webhook.Dequeue{Timeout: 1000}, "dequeue timeout: 1000 is not within 1 to 999"},
		"dequeue that rings for less than nothing":     {webhook.Dequeue{Timeout: -1}, "dequeue timeout: -1 is not within 1 to 999"},
		"dequeue that rings too long at a SIP address": {webhook.Dequeue{To: "sip:ann@example.com", Timeout: 601}, "dequeue timeout: 601 is not within 1 to 600"},
		"dequeue to a SIP address in capitals":         {webhook.Dequeue{To: "SIP:ann@example.com", Timeout: 601}, "dequeue timeout: 601 is not within 1 to 600"},
		"dequeue with a password in what is no URL":    {webhook.Dequeue{StatusCallbackURL: "ftp://me:secret@h/"}, `dequeue status_callback_url: it is no absolute http or https URL (error 40157 of the service)`},
		"dequeue with a path as URL":                   {webhook.Dequeue{StatusCallbackURL: "/status"}, `dequeue status_callback_url: "/status" is no absolute http or https URL (error 40157 of the service)`},
		"dequeue with unknown events":                  {webhook.Dequeue{StatusCallbackEvents: webhook.CallStatusEvents{"started", "completed", ""}}, "dequeue status_callback_events: \"started\" is none of initiated,ringing,answered,completed (error 40134 of the service)\ninstruction dequeue status_callback_events: \"\" is none of initiated,ringing,answered,completed (error 40134 of the service)"},
		"dequeue with events in one":                   {webhook.Dequeue{StatusCallbackEvents: webhook.CallStatusEvents{"ringing,completed"}}, `dequeue status_callback_events: "ringing,completed" is none of initiated,ringing,answered,completed (error 40134 of the service)`},
		"call without anything":                        {webhook.Call{}, "call from: it is required (error 40111 of the service)\ninstruction call url: it is required (error 40112 of the service)"},
		"call with another scheme":                     {withCall(func(c *webhook.Call) { c.URL = "ftp://example.com" }), `call url: "ftp://example.com" is no absolute http or https URL (error 40112 of the service)`},
		"call without a host":                          {withCall(func(c *webhook.Call) { c.URL = "https:///twiml" }), `call url: "https:///twiml" is no absolute http or https URL (error 40112 of the service)`},
		"call with a space in the URL":                 {withCall(func(c *webhook.Call) { c.URL = "https://example.com/a b" }), `call url: "https://example.com/a b" is no absolute http or https URL (error 40112 of the service)`},
		"call with a line break in the URL":            {withCall(func(c *webhook.Call) { c.URL = "https://example.com/\n" }), `call url: "https://example.com/\n" is no absolute http or https URL (error 40112 of the service)`},
		"call with a URL that cannot be parsed":        {withCall(func(c *webhook.Call) { c.URL = "https://[::1" }), `call url: "https://[::1" is no absolute http or https URL (error 40112 of the service)`},
		"call that rings too long":                     {withCall(func(c *webhook.Call) { c.Timeout = 1000 }), "call timeout: 1000 is not within 1 to 999"},
		"call that rings for less than nothing":        {withCall(func(c *webhook.Call) { c.Timeout = -1 }), "call timeout: -1 is not within 1 to 999"},
		"call with a host as URL of the status":        {withCall(func(c *webhook.Call) { c.StatusCallbackURL = "example.com" }), `call status_callback_url: "example.com" is no absolute http or https URL (error 40158 of the service)`},
		"redirect without anything":                    {webhook.Redirect{}, "redirect call_sid: it is required (error 40121 of the service)\ninstruction redirect url: it is required (error 40120 of the service)"},
		"redirect of a task":                           {withRedirect(func(r *webhook.Redirect) { r.CallSID = "WT0123456789abcdef0123456789abcdef" }), `redirect call_sid: "WT0123456789abcdef0123456789abcdef" is no SID, expected CA and 32 hexadecimal digits (error 40121 of the service)`},
		"redirect to a path":                           {withRedirect(func(r *webhook.Redirect) { r.URL = "/twiml" }), `redirect url: "/twiml" is no absolute http or https URL (error 40120 of the service)`},
		"conference without from":                      {webhook.Conference{}, "conference from: it is required (error 40138 of the service)"},
		"conference with too few":                      {webhook.Conference{From: "+1", MaxParticipants: 1}, "conference max_participants: 1 is not within 2 to 250"},
		"conference with too many":                     {webhook.Conference{From: "+1", MaxParticipants: 251}, "conference max_participants: 251 is not within 2 to 250"},
		"conference that rings too long":               {webhook.Conference{From: "+1", Timeout: 1000}, "conference timeout: 1000 is not within 1 to 999"},
		"conference with a malformed activity":         {webhook.Conference{From: "+1", PostWorkActivitySID: "x"}, `conference post_work_activity_sid: "x" is no SID, expected WA and 32 hexadecimal digits (error 40139 of the service)`},
		"conference with unknown events":               {webhook.Conference{From: "+1", StatusCallbackEvents: webhook.CallStatusEvents{"join"}}, `conference status_callback_events: "join" is none of initiated,ringing,answered,completed`},
		"conference with paths for every URL": {
			webhook.Conference{From: "+1", StatusCallback: "/1", WaitURL: "/2", ConferenceStatusCallback: "/3", RecordingStatusCallback: "/4", ConferenceRecordingStatusCallback: "/5"},
			"conference status_callback: \"/1\" is no absolute http or https URL (error 40159 of the service)\n" +
				"instruction conference wait_url: \"/2\" is no absolute http or https URL\n" +
				"instruction conference conference_status_callback: \"/3\" is no absolute http or https URL\n" +
				"instruction conference recording_status_callback: \"/4\" is no absolute http or https URL\n" +
				"instruction conference conference_recording_status_callback: \"/5\" is no absolute http or https URL",
		},
		"raw nil":                     {webhook.Raw(nil), ": it is no JSON object (error 40001 of the service)"},
		"raw empty text":              {webhook.Raw(" "), ": it is no JSON object (error 40001 of the service)"},
		"raw null":                    {webhook.Raw("null"), ": it is no JSON object (error 40001 of the service)"},
		"raw list":                    {webhook.Raw("[]"), ": it is no JSON object (error 40001 of the service)"},
		"raw text behind":             {webhook.Raw(`{"instruction":"accept"}x`), ": it is no JSON object (error 40001 of the service)"},
		"raw escaped":                 {webhook.Raw(`"{\"instruction\":\"accept\"}"`), ": it is no JSON object (error 40001 of the service)"},
		"raw without instruction":     {webhook.Raw(`{"to":"client:ann"}`), `: there is no member "instruction" with a name (error 40005 of the service)`},
		"raw without a name":          {webhook.Raw(`{"instruction":""}`), `: there is no member "instruction" with a name (error 40005 of the service)`},
		"raw with a number as a name": {webhook.Raw(`{"instruction":5}`), `: there is no member "instruction" with a name (error 40005 of the service)`},
		"raw with a capital":          {webhook.Raw(`{"Instruction":"accept"}`), `: there is no member "instruction" with a name (error 40005 of the service)`},
		"a nil pointer":               {(*webhook.Dequeue)(nil), ": it is a *webhook.Dequeue that is nil, expected an instruction, or nil without a type to decide later"},
		"a nil pointer to raw":        {(*webhook.Raw)(nil), ": it is a *webhook.Raw that is nil, expected an instruction, or nil without a type to decide later"},
		"a nil pointer to accept":     {(*webhook.Accept)(nil), ": it is a *webhook.Accept that is nil, expected an instruction, or nil without a type to decide later"},
	} {
		t.Run(name, func(t *testing.T) {
			err := webhook.CheckInstruction(test.instruction)
			require.Error(t, err)
			want := "webhook: instruction " + test.want
			assert.Equal(t, strings.Replace(want, "instruction :", "instruction:", 1), err.Error())
			instructionErrors(t, err)
		})
	}
}

func TestWhatTheServiceTakesIsNotRefused(t *testing.T) {
	for name, instruction := range map[string]webhook.Instruction{
		"no instruction":                 nil,
		"raw without members":            webhook.Raw(`{}`), // decides later
		"raw of an instruction to come":  webhook.Raw(` {"instruction":"supervise","mode":1} `),
		"a SID in capitals":              webhook.Reject{ActivitySID: "WA0123456789ABCDEF0123456789ABCDEF"},
		"a bare identity":                webhook.Call{From: "+15550100100", URL: "https://example.com", To: "joey"},
		"http, a port and a query":       webhook.Call{From: "+15550100100", URL: "http://example.com:8080/?a=%20b#c"},
		"a scheme in capitals":           webhook.Call{From: "+15550100100", URL: "HTTPS://example.com"},
		"an address of IPv6":             webhook.Call{From: "client:ann", URL: "https://[::1]:8443/"},
		"a user in the URL":              webhook.Dequeue{StatusCallbackURL: "https://user:password@example.com"},
		"the longest ring":               webhook.Dequeue{To: "+15550100101", Timeout: 999},
		"the longest ring of SIP":        webhook.Dequeue{To: "sip:ann@example.com", Timeout: 600},
		"a longer ring of SIP by a call": webhook.Call{From: "+15550100100", URL: "https://example.com", To: "sip:ann@example.com", Timeout: 999},
		"sip within an identity":         webhook.Dequeue{To: "client:sip:", Timeout: 999},
		"events of tomorrow":             webhook.Conference{From: "+1", ConferenceStatusCallbackEvents: webhook.ConferenceEvents{"announcement"}},
		"a record of tomorrow":           webhook.Dequeue{Record: "record-from-ringing"},
		"two participants":               webhook.Conference{From: "+1", MaxParticipants: 2},
		"a ring of a second":             webhook.Conference{From: "+1", Timeout: 1},
	} {
		assert.NoError(t, webhook.CheckInstruction(instruction), name)
	}
}

func TestAProblemOfAnInstructionTellsWhatWhereAndByWhichCode(t *testing.T) {
	err := webhook.CheckInstruction(webhook.Call{URL: "/", Timeout: 1000})
	assert.Equal(t, []webhook.InstructionError{
		{Instruction: "call", Member: "from", Problem: "it is required", Code: 40111},
		{Instruction: "call", Member: "url", Problem: `"/" is no absolute http or https URL`, Code: 40112},
		{Instruction: "call", Member: "timeout", Problem: "1000 is not within 1 to 999"},
	}, instructionErrors(t, err))
	first, ok := errors.AsType[*webhook.InstructionError](err)
	require.True(t, ok)
	assert.Equal(t, "instruction call from: it is required (error 40111 of the service)", first.Error())
}

func TestAnswersThatDecideLaterAreNoInstruction(t *testing.T) {
	for _, text := range []string{`{}`, " {\n} "} {
		instruction, err := webhook.ParseInstruction([]byte(text))
		assert.NoError(t, err)
		assert.Equal(t, webhook.Instruction(nil), instruction)
	}
}

func TestWhatIsReadOfAnInstruction(t *testing.T) {
	for text, want := range map[string]webhook.Instruction{
		"\r\n {\"instruction\" : \"accept\"} ":                                   webhook.Accept{},
		`{"instruction":"Accept"}`:                                               webhook.Accept{},
		`{"instruction":"DEQUEUE"}`:                                              webhook.Dequeue{},
		`{"instruction":"reject","instruction":"accept"}`:                        webhook.Accept{},
		`{"instruction":"reject","activity_sid":"WA1","activity_sid":"WA2"}`:     webhook.Reject{ActivitySID: "WA2"},
		`{"instruction":"reject","Activity_Sid":"WA1"}`:                          webhook.Reject{},
		`{"instruction":"reject","activity_sid":"WA1","ACTIVITY_SID":"WA2"}`:     webhook.Reject{ActivitySID: "WA1"},
		`{"instruction":"reject","ACTIVITY_SID":5,"unknown":{"a":[1]}}`:          webhook.Reject{},
		`{"instruction":"reject","activity_Sid":"WA1","Activity_sid":"WA2"}`:     webhook.Reject{},
		`{"instruction":"dequeue","to":null,"timeout":null}`:                     webhook.Dequeue{},
		`{"instruction":"dequeue","timeout":1000}`:                               webhook.Dequeue{Timeout: 1000}, // CheckInstruction refuses it
		`{"instruction":"dequeue","status_callback_events":"ringing, answered"}`: webhook.Dequeue{StatusCallbackEvents: webhook.CallStatusEvents{"ringing", "answered"}},
		`{"instruction":"dequeue","accept":"x","from":"\u002b1"}`:                webhook.Dequeue{From: "+1"},
		`{"instruction":"call","accept":"true"}`:                                 webhook.Call{Accept: true},
		`{"instruction":"call","timeout":"30"}`:                                  webhook.Call{Timeout: 30},
		`{"instruction":"call","timeout":"0"}`:                                   webhook.Call{},
		`{"instruction":"call","timeout":"-1"}`:                                  webhook.Call{Timeout: -1}, // CheckInstruction refuses it
		`{"instruction":"call","from":"30","url":"true"}`:                        webhook.Call{From: "30", URL: "true"},
		`{"instruction":"conference","muted":"true","early_media":"false"}`:      webhook.Conference{Muted: true, EarlyMedia: new(false)},
		`{"instruction":"call","accept":"false"}`:                                webhook.Call{},
		`{"instruction":"call","accept":null}`:                                   webhook.Call{},
		`{"instruction":"redirect","accept":"true"}`:                             webhook.Redirect{Accept: true},
		`{"instruction":"redirect","accept":"false"}`:                            webhook.Redirect{},
		`{"instruction":"redirect"}`:                                             webhook.Redirect{},
		`{"instruction":"conference","early_media":false,"beep":"true"}`:         webhook.Conference{EarlyMedia: new(false), Beep: "true"},
		`{"instruction":"conference","conference_status_callback_event":"end"}`:  webhook.Conference{ConferenceStatusCallbackEvents: webhook.ConferenceEvents{"end"}},
	} {
		t.Run(text, func(t *testing.T) {
			got, err := webhook.ParseInstruction([]byte(text))
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

func TestWhatIsNoInstructionIsAnErrorWithItsCode(t *testing.T) {
	none := webhook.InstructionError{Problem: "it is no JSON object", Code: 40001}
	unnamed := webhook.InstructionError{Problem: `there is no member "instruction" with a name`, Code: 40005}
	misread := func(instruction, member, problem string) webhook.InstructionError {
		return webhook.InstructionError{Instruction: instruction, Member: member, Problem: problem}
	}
	for text, want := range map[string]webhook.InstructionError{
		"":                                     none,
		" ":                                    none,
		`null`:                                 none,
		`[]`:                                   none,
		`[{"instruction":"accept"}]`:           none,
		`"accept"`:                             none,
		`{"instruction":"accept"`:              none,
		`{"instruction":"accept"} {}`:          none,
		`{"instruction":"accept",}`:            none,
		"{\\\"instruction\\\":\\\"accept\\\"}": none,
		"\ufeff{}":                             none,
		`{"to":"client:ann"}`:                  unnamed,
		`{"Instruction":"accept"}`:             unnamed,
		`{"instruction":null}`:                 unnamed,
		`{"instruction":""}`:                   unnamed,
		`{"instruction":["accept"]}`:           unnamed,
		`{"instruction":"fly"}`:                {Problem: `"fly" is no instruction`, Code: 55555},
		`{"instruction":"supervise"}`:          {Problem: `"supervise" is no instruction`, Code: 55555},
		`{"instruction":" accept"}`:            {Problem: `" accept" is no instruction`, Code: 55555},
		`{"instruction":"dequeue","timeout":"30s"}`:                      misread("dequeue", "timeout", "it is a JSON string, expected a whole number"),
		`{"instruction":"dequeue","timeout":30.5}`:                       misread("dequeue", "timeout", "it is a JSON number 30.5, expected a whole number"),
		`{"instruction":"Dequeue","timeout":99999999999999999999}`:       misread("dequeue", "timeout", "it is a JSON number 99999999999999999999, expected a whole number"),
		`{"instruction":"dequeue","to":5}`:                               misread("dequeue", "to", "it is a JSON number, expected a string"),
		`{"instruction":"dequeue","record":true}`:                        misread("dequeue", "record", "it is a JSON bool, expected a string"),
		`{"instruction":"dequeue","status_callback_events":["ringing"]}`: misread("dequeue", "status_callback_events", "it is a JSON array, expected a string"),
		`{"instruction":"reject","activity_sid":{}}`:                     misread("reject", "activity_sid", "it is a JSON object, expected a string"),
		`{"instruction":"call","accept":"yes"}`:                          misread("call", "accept", "it is a JSON string, expected true or false"),
		`{"instruction":"call","accept":"null"}`:                         misread("call", "accept", "it is a JSON string, expected true or false"),
		`{"instruction":"call","accept":1}`:                              misread("call", "accept", "it is a JSON number, expected true or false"),
		`{"instruction":"call","timeout":"030"}`:                         misread("call", "timeout", "it is a JSON string, expected a whole number"),
		`{"instruction":"redirect","accept":[]}`:                         misread("redirect", "accept", "it is a JSON array, expected true or false"),
		`{"instruction":"redirect","url":true}`:                          misread("redirect", "url", "it is a JSON bool, expected a string"),
		`{"instruction":"conference","muted":"True"}`:                    misread("conference", "muted", "it is a JSON string, expected true or false"),
		`{"instruction":"conference","early_media":"1"}`:                 misread("conference", "early_media", "it is a JSON string, expected true or false"),
	} {
		t.Run(text, func(t *testing.T) {
			instruction, err := webhook.ParseInstruction([]byte(text))
			require.Error(t, err)
			assert.Nil(t, instruction)
			got, ok := errors.AsType[*webhook.InstructionError](err)
			require.True(t, ok)
			assert.Equal(t, want, *got)
			assert.Equal(t, "webhook: read an instruction: "+want.Error(), err.Error())
		})
	}
}

func TestWhatAnInstructionMayFailForIsFoundAndWrittenDown(t *testing.T) {
	const (
		unreachable = "it is empty, and worker WK0123456789abcdef0123456789abcdef has no attribute contact_uri"
		tooLong     = "instruction dequeue timeout: 601 is more than 600, and worker WK0123456789abcdef0123456789abcdef is reached by SIP"
		noCall      = "instruction dequeue: task WT0123456789abcdef0123456789abcdef has no attribute call_sid (error 40140 of the service)"
		noParty     = "instruction conference: task WT0123456789abcdef0123456789abcdef has none of the attributes call_sid, outbound_to and to (error 40142 of the service)"
	)
	dequeueTo := "instruction dequeue to: " + unreachable + " (error 40131 of the service)"
	callTo := "instruction call to: " + unreachable + " (error 40110 of the service)"
	conferenceTo := "instruction conference to: " + unreachable + " (error 40137 of the service)"
	call := webhook.Call{From: "+15550100100", URL: "https://example.com"}
	conference := webhook.Conference{From: "+15550100100"}
	type attributes = taskrouter.Attributes
	for name, test := range map[string]struct {
		instruction  webhook.Instruction
		task, worker attributes
		want         []string
	}{
		"dequeue with all":                           {webhook.Dequeue{}, `{"call_sid":"CA1"}`, `{"contact_uri":"client:ann"}`, nil},
		"dequeue with neither":                       {webhook.Dequeue{}, `{}`, `{}`, []string{noCall, dequeueTo}},
		"dequeue without attributes":                 {webhook.Dequeue{}, ``, ``, []string{noCall, dequeueTo}},
		"dequeue that rings too long at SIP":         {webhook.Dequeue{Timeout: 601}, `{"call_sid":"CA1"}`, `{"contact_uri":"sip:ann@example.com"}`, []string{tooLong}},
		"dequeue that rings long enough at SIP":      {webhook.Dequeue{Timeout: 600}, `{"call_sid":"CA1"}`, `{"contact_uri":"sip:ann@example.com"}`, nil},
		"dequeue that rings long at no SIP":          {webhook.Dequeue{Timeout: 601}, `{"call_sid":"CA1"}`, `{"contact_uri":"client:ann"}`, nil},
		"dequeue that rings long elsewhere":          {webhook.Dequeue{Timeout: 601, To: "client:ann"}, `{"call_sid":"CA1"}`, `{"contact_uri":"sip:ann@example.com"}`, nil},
		"dequeue to somebody":                        {webhook.Dequeue{To: "client:ann"}, `{"call_sid":"CA1"}`, `{}`, nil},
		"dequeue with attributes of other types":     {webhook.Dequeue{}, `{"call_sid":5,"to":"x"}`, `{"contact_uri":["x"]}`, []string{noCall, dequeueTo}},
		"dequeue beside attributes of other types":   {webhook.Dequeue{}, `{"to":5,"call_sid":"CA1"}`, `{"call_sid":{},"contact_uri":"x"}`, nil},
		"dequeue with attributes of another case":    {webhook.Dequeue{}, `{"Call_Sid":"CA1"}`, `{"CONTACT_URI":"client:ann"}`, []string{noCall, dequeueTo}},
		"dequeue of an outbound task":                {webhook.Dequeue{To: "client:ann"}, `{"outbound_to":"+1","to":"+1"}`, `{}`, []string{noCall}},
		"dequeue with the attributes swapped":        {webhook.Dequeue{}, `{"contact_uri":"x"}`, `{"call_sid":"x"}`, []string{noCall, dequeueTo}},
		"a pointer to dequeue":                       {&webhook.Dequeue{}, `{}`, `{}`, []string{noCall, dequeueTo}},
		"call needs no call":                         {call, `{}`, `{"contact_uri":"client:ann"}`, nil},
		"call to nobody":                             {call, `{"to":"x"}`, `{}`, []string{callTo}},
		"a pointer to call":                          {&call, `{}`, `{}`, []string{callTo}},
		"conference with a call":                     {conference, `{"call_sid":"CA1"}`, `{"contact_uri":"client:ann"}`, nil},
		"conference to outbound_to":                  {conference, `{"outbound_to":"+1"}`, `{"contact_uri":"client:ann"}`, nil},
		"conference to to":                           {conference, `{"to":"+1"}`, `{"contact_uri":"client:ann"}`, nil},
		"conference with nobody":                     {conference, `{}`, `{}`, []string{noParty, conferenceTo}},
		"a pointer to conference":                    {&conference, `{}`, `{}`, []string{noParty, conferenceTo}},
		"accept, reject and redirect need nothing 1": {webhook.Accept{}, `{}`, `{}`, nil},
		"accept, reject and redirect need nothing 2": {webhook.Reject{ActivitySID: activitySID}, `{}`, `{}`, nil},
		"accept, reject and redirect need nothing 3": {webhook.Redirect{CallSID: callSID, URL: "https://example.com"}, `{}`, `{}`, nil},
		"raw is not judged":                          {webhook.Raw(`{"instruction":"dequeue"}`), `{}`, `{}`, nil},
		"later is later":                             {nil, `{}`, `{}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			form := withField(withField(sampleAssignmentForm(), "TaskAttributes", string(test.task)), "WorkerAttributes", string(test.worker))
			assignment, err := webhook.ParseAssignment(form)
			require.NoError(t, err)
			var found []string
			for _, lack := range instructionErrors(t, assignment.Check(test.instruction)) {
				found = append(found, lack.Error())
			}
			assert.Equal(t, test.want, found)

			verifier, log := newLoggedVerifier(t)
			recorder := httptest.NewRecorder()
			webhook.AssignmentHandler(verifier, func(context.Context, webhook.Assignment) (webhook.Instruction, error) {
				return test.instruction, nil
			}).ServeHTTP(recorder, incomingForm(form).request(t))
			assert.Equal(t, http.StatusOK, recorder.Code)
			var doubts []string
			for _, record := range log.records(t) {
				assert.Equal(t, "WARN", record["level"])
				doubts = append(doubts, record["error"].(string))
			}
			assert.Equal(t, test.want, doubts)
		})
	}
}

func TestWhatIsWrongWithAnInstructionItselfIsFoundBeforeWhatItLacks(t *testing.T) {
	var none *webhook.Dequeue
	for name, instruction := range map[string]webhook.Instruction{
		"a timeout":        webhook.Dequeue{Timeout: 1000},
		"a call of nobody": webhook.Call{},
		"no instruction":   none,
	} {
		t.Run(name, func(t *testing.T) {
			err := webhook.Assignment{TaskAttributes: `{}`, WorkerAttributes: `{}`}.Check(instruction)
			require.Error(t, err)
			assert.Equal(t, webhook.CheckInstruction(instruction), err)
		})
	}
}
