package router

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

const callSID = "CA00000000000000000000000000000001"

// instructions are ones that can be carried out, by their names.
func instructions() map[string]gen.UpdateReservationRequest {
	return map[string]gen.UpdateReservationRequest{
		"dequeue":    {Instruction: new("Dequeue"), DequeueFrom: new("+1")},
		"call":       {Instruction: new("Call"), CallFrom: new("+1"), CallURL: new("https://example.com")},
		"redirect":   {Instruction: new("Redirect"), RedirectCallSID: new(callSID), RedirectURL: new("https://example.com")},
		"conference": {Instruction: new("Conference")},
	}
}

func TestAnInstructionAcceptsWhereItSaysSo(t *testing.T) {
	accepts := map[string]bool{"dequeue": true, "conference": true, "call": false, "redirect": false}
	for name, request := range instructions() {
		t.Run(name, func(t *testing.T) {
			for _, flag := range []*bool{nil, new(false), new(true)} {
				d := newDesk(t)
				r, sibling := d.ask(d.task, d.ann), d.ask(d.task, d.bob)
				request.CallAccept, request.RedirectAccept = flag, flag
				require.NoError(t, d.update(r, request))
				if accepts[name] || flag != nil && *flag {
					assert.Equal(t, gen.ReservationStatusAccepted, r.Status)
					assert.Equal(t, gen.ReservationStatusRescinded, sibling.Status)
					assert.Equal(t, gen.TaskStatusAssigned, d.task.Status)
				} else {
					assert.Equal(t, gen.ReservationStatusPending, r.Status)
					assert.Equal(t, gen.ReservationStatusPending, sibling.Status)
					assert.Equal(t, 0, r.Version)
				}
			}
		})
	}
}

func TestAnInstructionNeedsAPendingReservation(t *testing.T) {
	for name, request := range instructions() {
		for _, status := range allReservationStatuses {
			d := newDesk(t)
			r := d.in(status)
			call := func() error { return d.update(r, request) }
			switch status {
			case gen.ReservationStatusPending:
				assert.NoError(t, call(), name)
			case gen.ReservationStatusRescinded:
				d.refuses(t, 410, "The reservation is rescinded: another worker accepted the task", call)
			default:
				d.refuses(t, 400, "The reservation is not pending", call)
			}
		}
	}
}

func TestAnInstructionNeedsItsFields(t *testing.T) {
	tests := map[string]struct {
		change  func(*desk)
		request gen.UpdateReservationRequest
		message string
	}{
		"dequeue without from": {nil, gen.UpdateReservationRequest{Instruction: new("dequeue")}, "DequeueFrom field is required"},
		"dequeue with an empty from": {nil, gen.UpdateReservationRequest{Instruction: new("dequeue"), DequeueFrom: new("")},
			"DequeueFrom field is required"},
		"dequeue of no call": {func(d *desk) { d.task.Attributes = newAttributes("") }, instructions()["dequeue"], "The task has no call_sid"},
		"dequeue of a null call": {func(d *desk) { d.task.Attributes = newAttributes(`{"call_sid":null}`) }, instructions()["dequeue"],
			"The task has no call_sid"},
		"dequeue of an empty call": {func(d *desk) { d.task.Attributes = newAttributes(`{"call_sid":""}`) }, instructions()["dequeue"],
			"The task has no call_sid"},
		"dequeue of a call that is no text": {func(d *desk) { d.task.Attributes = newAttributes(`{"call_sid":5}`) }, instructions()["dequeue"],
			"The task has no call_sid"},
		"dequeue to an empty address, which is nowhere": {func(d *desk) { d.ann.Attributes = newAttributes(`{"contact_uri":""}`) }, instructions()["dequeue"],
			"DequeueTo field is required, since worker %s has no contact_uri"},
		"dequeue to nowhere": {unreachable, instructions()["dequeue"], "DequeueTo field is required, since worker %s has no contact_uri"},
		"dequeue to a SIP address for long": {nil, gen.UpdateReservationRequest{
			Instruction: new("dequeue"), DequeueFrom: new("+1"), DequeueTo: new("sip:ann@example.com"), DequeueTimeout: new(601),
		}, "DequeueTimeout must be from 1 to 600"},
		"dequeue to the SIP address of the worker for long": {func(d *desk) { d.ann.Attributes = newAttributes(`{"contact_uri":"SIP:ann@example.com"}`) },
			gen.UpdateReservationRequest{Instruction: new("dequeue"), DequeueFrom: new("+1"), DequeueTimeout: new(999)}, "DequeueTimeout must be from 1 to 600"},
		"call without from": {nil, gen.UpdateReservationRequest{Instruction: new("call"), CallURL: new("https://example.com")}, "CallFrom field is required"},
		"call without url":  {nil, gen.UpdateReservationRequest{Instruction: new("call"), CallFrom: new("+1")}, "CallUrl field is required"},
		"call to nowhere":   {unreachable, instructions()["call"], "CallTo field is required, since worker %s has no contact_uri"},
		"redirect without a call": {nil, gen.UpdateReservationRequest{Instruction: new("redirect"), RedirectURL: new("https://example.com")},
			"RedirectCallSid field is required"},
		"redirect without url": {nil, gen.UpdateReservationRequest{Instruction: new("redirect"), RedirectCallSID: new(callSID)}, "RedirectUrl field is required"},
		"redirect of what is no call": {nil, gen.UpdateReservationRequest{Instruction: new("redirect"), RedirectCallSID: new("CA1"), RedirectURL: new("https://example.com")},
			"RedirectCallSid is CA1, which is no SID of a call"},
		"conference of nobody": {func(d *desk) { d.task.Attributes = newAttributes("") }, instructions()["conference"],
			"The task has neither call_sid nor outbound_to"},
		"conference to nowhere": {unreachable, instructions()["conference"], "To field is required, since worker %s has no contact_uri"},
		"conference with an activity": {nil, gen.UpdateReservationRequest{Instruction: new("conference"), PostWorkActivitySID: new("Available")},
			"PostWorkActivitySid is not allowed in a workspace with multitasking"},
		"supervise what is not accepted": {nil, gen.UpdateReservationRequest{Instruction: new("supervise")}, "Only an accepted reservation can be supervised"},
		"no instruction":                 {nil, gen.UpdateReservationRequest{Instruction: new("")}, "Instruction is none of dequeue, call, redirect, conference and supervise"},
		"another instruction":            {nil, gen.UpdateReservationRequest{Instruction: new("hold")}, "Instruction is none of dequeue, call, redirect, conference and supervise"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			if test.change != nil {
				test.change(d)
			}
			if test.request.PostWorkActivitySID != nil {
				test.request.PostWorkActivitySID = &d.activityNamed(*test.request.PostWorkActivitySID).SID
			}
			r := d.ask(d.task, d.ann)
			message := test.message
			if name[len(name)-len("nowhere"):] == "nowhere" {
				message = Invalid(message, d.ann.SID).Message
			}
			d.refuses(t, 400, message, func() error { return d.update(r, test.request) })
		})
	}
}

func unreachable(d *desk) { d.ann.Attributes = newAttributes("") }

func TestAWorkerIsReachedByItsContactOrByWhatTheInstructionSays(t *testing.T) {
	for name, request := range instructions() {
		d := newDesk(t)
		unreachable(d)
		request.DequeueTo, request.CallTo, request.To = new("+2"), new("+2"), new("+2")
		assert.NoError(t, d.update(d.ask(d.task, d.ann), request), name)
		if name == "redirect" {
			continue
		}
		request.DequeueTo, request.CallTo, request.To = new(""), new(""), new("")
		assert.Error(t, d.update(d.ask(d.newTask(t, `{"call_sid":"CA1"}`), d.ann), request), name)
		assert.NoError(t, d.update(d.ask(d.newTask(t, `{"call_sid":"CA1"}`), d.bob), request), name)
	}
}

func TestAConferenceIsOfACallOrOfWhoeverIsToBeCalled(t *testing.T) {
	for _, attributes := range []string{`{"call_sid":"CA1"}`, `{"outbound_to":"+1"}`, `{"to":"+1"}`} {
		d := newDesk(t)
		assert.NoError(t, d.update(d.ask(d.newTask(t, attributes), d.ann), instructions()["conference"]), attributes)
	}
}

func TestAConferenceMayNameAnActivityWhereTasksComeOneByOne(t *testing.T) {
	d := newDesk(t, singleTasking)
	request := instructions()["conference"]
	request.PostWorkActivitySID = &d.activityNamed("Available").SID
	assert.NoError(t, d.update(d.ask(d.task, d.ann), request))
}

func TestOnlyAcceptedReservationsOfATaskAreSupervised(t *testing.T) {
	d := newDesk(t)
	r := d.in(gen.ReservationStatusAccepted)
	d.refuses(t, 400, "Supervisor field is required", func() error {
		return d.update(r, gen.UpdateReservationRequest{Instruction: new("supervise")})
	})
	supervise := gen.UpdateReservationRequest{Instruction: new("Supervise"), Supervisor: &d.bob.SID, SupervisorMode: new(gen.SupervisorModeBarge)}
	d.refuses(t, 400, "Instruction is none of dequeue, call, redirect and conference", func() error {
		return d.UpdateReservation(r, supervise, WorkerInstructions)
	})
	before := d.text(t)
	require.NoError(t, d.update(r, supervise))
	assert.Equal(t, before, d.text(t))
}

// TestEachFieldOfAReservationIsLookedAt sends what each field cannot be.
func TestEachFieldOfAReservationIsLookedAt(t *testing.T) {
	const sid = "WA00000000000000000000000000000000"
	tests := map[string]gen.UpdateReservationRequest{
		`ReservationStatus cannot be "lost"`:                                     {ReservationStatus: new(gen.ReservationStatus("lost"))},
		"Activity " + sid + " does not exist":                                    {WorkerActivitySID: new(sid)},
		"WorkerActivitySid is x, which is no SID of an activity":                 {WorkerActivitySID: new("x")},
		"DequeuePostWorkActivitySid is x, which is no SID of an activity":        {DequeuePostWorkActivitySID: new("x")},
		`DequeueRecord cannot be "x"`:                                            {DequeueRecord: new(gen.CallRecord("x"))},
		"DequeueTimeout must be from 1 to 999":                                   {DequeueTimeout: new(1000)},
		"DequeueStatusCallbackUrl is not an absolute http or https URL":          {DequeueStatusCallbackURL: new("x")},
		`DequeueStatusCallbackEvent cannot be "x"`:                               {DequeueStatusCallbackEvent: []gen.CallStatusEvent{"ringing", "x"}},
		`CallRecord cannot be "x"`:                                               {CallRecord: new(gen.CallRecord("x"))},
		"CallTimeout must be from 1 to 999":                                      {CallTimeout: new(0)},
		"CallUrl is not an absolute http or https URL":                           {CallURL: new("/x")},
		"CallStatusCallbackUrl is not an absolute http or https URL":             {CallStatusCallbackURL: new("ftp://example.com")},
		"RedirectUrl is not an absolute http or https URL":                       {RedirectURL: new("x")},
		"StatusCallback is not an absolute http or https URL":                    {StatusCallback: new("x")},
		`StatusCallbackMethod cannot be "PUT"`:                                   {StatusCallbackMethod: new(gen.HTTPMethod("PUT"))},
		`StatusCallbackEvent cannot be "x"`:                                      {StatusCallbackEvent: []gen.CallStatusEvent{"x"}},
		"Timeout must be from 1 to 999":                                          {Timeout: new(1000)},
		`Beep cannot be "x"`:                                                     {Beep: new(gen.ConferenceBeep("x"))},
		"WaitUrl is not an absolute http or https URL":                           {WaitURL: new("x")},
		`WaitMethod cannot be "x"`:                                               {WaitMethod: new(gen.HTTPMethod("x"))},
		"MaxParticipants must be from 2 to 250":                                  {MaxParticipants: new(1)},
		"ConferenceStatusCallback is not an absolute http or https URL":          {ConferenceStatusCallback: new("x")},
		`ConferenceStatusCallbackMethod cannot be "x"`:                           {ConferenceStatusCallbackMethod: new(gen.HTTPMethod("x"))},
		`ConferenceStatusCallbackEvent cannot be "x"`:                            {ConferenceStatusCallbackEvent: []gen.ConferenceEvent{"x"}},
		`ConferenceRecord cannot be "x"`:                                         {ConferenceRecord: new(gen.ConferenceRecord("x"))},
		`ConferenceTrim cannot be "x"`:                                           {ConferenceTrim: new(gen.ConferenceTrim("x"))},
		`RecordingChannels cannot be "x"`:                                        {RecordingChannels: new(gen.RecordingChannels("x"))},
		"RecordingStatusCallback is not an absolute http or https URL":           {RecordingStatusCallback: new("x")},
		`RecordingStatusCallbackMethod cannot be "x"`:                            {RecordingStatusCallbackMethod: new(gen.HTTPMethod("x"))},
		"ConferenceRecordingStatusCallback is not an absolute http or https URL": {ConferenceRecordingStatusCallback: new("x")},
		`ConferenceRecordingStatusCallbackMethod cannot be "x"`:                  {ConferenceRecordingStatusCallbackMethod: new(gen.HTTPMethod("x"))},
		"PostWorkActivitySid is x, which is no SID of an activity":               {PostWorkActivitySID: new("x")},
		`JitterBufferSize cannot be "x"`:                                         {JitterBufferSize: new(gen.JitterBufferSize("x"))},
		"Supervisor is x, which is no SID of a worker":                           {Supervisor: new("x")},
		"Worker WK00000000000000000000000000000000 does not exist":               {Supervisor: new("WK00000000000000000000000000000000")},
		`SupervisorMode cannot be "x"`:                                           {SupervisorMode: new(gen.SupervisorMode("x"))},
	}
	d := newDesk(t)
	r := d.ask(d.task, d.ann)
	for message, request := range tests {
		d.refuses(t, 400, message, func() error { return d.update(r, request) })
	}
	limits := gen.UpdateReservationRequest{
		DequeueTimeout: new(1), CallTimeout: new(999), Timeout: new(999), MaxParticipants: new(2), StatusCallback: new(""),
		WaitURL: new("https://user:pass@example.com/#rc=2"), Supervisor: &d.bob.SID, CallURL: new("http://example.com"),
	}
	assert.NoError(t, d.update(r, limits))
	limits.MaxParticipants, limits.DequeueTimeout, limits.CallTimeout = new(250), new(999), new(1)
	assert.NoError(t, d.update(r, limits))
	for message, request := range map[string]gen.UpdateReservationRequest{
		"MaxParticipants must be from 2 to 250": {MaxParticipants: new(251)}, "DequeueTimeout must be from 1 to 999": {DequeueTimeout: new(0)},
		"CallTimeout must be from 1 to 999": {CallTimeout: new(1000)}, "Timeout must be from 1 to 999": {Timeout: new(0)},
	} {
		d.refuses(t, 400, message, func() error { return d.update(r, request) })
	}
}
