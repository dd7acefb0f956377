package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// An InstructionError is a reason for which the service refuses an instruction, or
// for which it cannot be read.
type InstructionError struct {
	Instruction string // such as "dequeue"; "" if that is what is wrong
	Member      string // of its JSON, such as "post_work_activity_sid"; "" if it is about all of it
	Problem     string // what is wrong, and what was expected
	Code        int    // the error of the service; 0 if none is documented
}

// Error returns all of it in one line.
func (e *InstructionError) Error() string {
	text := "instruction"
	for _, part := range []string{e.Instruction, e.Member} {
		if part != "" {
			text += " " + part
		}
	}
	text += ": " + e.Problem
	if e.Code != 0 {
		text += fmt.Sprintf(" (error %d of the service)", e.Code)
	}
	return text
}

// CheckInstruction returns everything for which the service would refuse an
// instruction, as far as that can be told without the assignment that it answers:
// an [InstructionError] for each, joined. A pointer that is nil is refused as well.
func CheckInstruction(instruction Instruction) error {
	if instruction == nil {
		return nil
	}
	if value := reflect.ValueOf(instruction); value.Kind() == reflect.Pointer && value.IsNil() {
		problem := fmt.Sprintf("it is a %T that is nil, expected an instruction, or nil without a type to decide later", instruction)
		return fmt.Errorf("webhook: %w", &InstructionError{Problem: problem})
	}
	return joined(instruction.problems())
}

// Check returns everything for which the service would refuse an instruction that answers
// the assignment: what [CheckInstruction] finds or, if that is nothing, what its task and
// its worker lack, an [InstructionError] for each, joined. Their attributes are those of
// the assignment, which may have others by the time that the service needs them: so
// [AssignmentHandler] sends such an instruction, and writes down what is lacking.
func (a Assignment) Check(instruction Instruction) error {
	if err := CheckInstruction(instruction); err != nil {
		return err
	}
	return joined(a.doubts(instruction))
}

// doubts are what a task and a worker lack for an instruction.
func (a Assignment) doubts(instruction Instruction) []error {
	if i, ok := instruction.(doubtful); ok {
		return i.doubts(a)
	}
	return nil
}

func joined(problems []error) error {
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	return nil
}

// Limits of instructions, from the tables of the service.
const (
	maxTimeout      = 999 // seconds
	maxTimeoutSIP   = 600 // seconds, when a dequeue dials a SIP address
	minParticipants = 2
	maxParticipants = 250
)

// A checker collects what is wrong with an instruction.
type checker struct {
	instruction string
	found       []error
}

func (c *checker) add(member string, code int, format string, arguments ...any) {
	c.found = append(c.found, &InstructionError{c.instruction, member, fmt.Sprintf(format, arguments...), code})
}

func (c *checker) required(member, value string, code int) {
	if value == "" {
		c.add(member, code, "it is required")
	}
}

// sid checks a SID that may be left out.
func (c *checker) sid(member, value, prefix string, code int) {
	if value != "" && !isSID(value, prefix) {
		c.add(member, code, "%q is no SID, expected %s and 32 hexadecimal digits", value, prefix)
	}
}

var sid = regexp.MustCompile(`^[A-Z]{2}[0-9a-fA-F]{32}$`)

func isSID(text, prefix string) bool { return strings.HasPrefix(text, prefix) && sid.MatchString(text) }

// url checks a URL that may be left out. It is not shown if it may have a password.
func (c *checker) url(member, value string, code int) {
	if value == "" {
		return
	}
	parsed, err := url.Parse(value)
	if err == nil && isHTTP(parsed) && !strings.Contains(value, " ") {
		return
	}
	shown := strconv.Quote(value)
	if strings.Contains(value, "@") {
		shown = "it"
	}
	c.add(member, code, "%s is no absolute http or https URL", shown)
}

// number checks a number that is not sent when it is zero.
func (c *checker) number(member string, value, least, most int) {
	if value != 0 && (value < least || value > most) {
		c.add(member, 0, "%d is not within %d to %d", value, least, most)
	}
}

// callEvents checks the steps in the life of a call.
func (c *checker) callEvents(member string, events CallStatusEvents, code int) {
	for _, event := range events {
		if !slices.Contains(callEvents, event) {
			c.add(member, code, "%q is none of %s", event, joinEvents(callEvents))
		}
	}
}

var callEvents = []taskrouter.CallStatusEvent{
	taskrouter.CallStatusEventInitiated,
	taskrouter.CallStatusEventRinging,
	taskrouter.CallStatusEventAnswered,
	taskrouter.CallStatusEventCompleted,
}

func (Accept) problems() []error { return nil }

func (r Reject) problems() []error {
	c := checker{instruction: "reject"}
	c.required("activity_sid", r.ActivitySID, 40100)
	c.sid("activity_sid", r.ActivitySID, "WA", 40100)
	return c.found
}

func (d Dequeue) problems() []error {
	c := checker{instruction: "dequeue"}
	c.sid("post_work_activity_sid", d.PostWorkActivitySID, "WA", 40130)
	longest := maxTimeout
	if isSIP(d.To) {
		longest = maxTimeoutSIP
	}
	c.number("timeout", d.Timeout, 1, longest)
	c.url("status_callback_url", d.StatusCallbackURL, 40157)
	c.callEvents("status_callback_events", d.StatusCallbackEvents, 40134)
	return c.found
}

func isSIP(address string) bool { return strings.HasPrefix(strings.ToLower(address), "sip:") }

func (i Call) problems() []error {
	c := checker{instruction: "call"}
	c.required("from", i.From, 40111)
	c.required("url", i.URL, 40112)
	c.url("url", i.URL, 40112)
	c.number("timeout", i.Timeout, 1, maxTimeout)
	c.url("status_callback_url", i.StatusCallbackURL, 40158)
	return c.found
}

func (r Redirect) problems() []error {
	c := checker{instruction: "redirect"}
	c.required("call_sid", r.CallSID, 40121)
	c.sid("call_sid", r.CallSID, "CA", 40121)
	c.required("url", r.URL, 40120)
	c.url("url", r.URL, 40120)
	return c.found
}

func (i Conference) problems() []error {
	c := checker{instruction: "conference"}
	c.required("from", i.From, 40138)
	c.sid("post_work_activity_sid", i.PostWorkActivitySID, "WA", 40139)
	c.number("timeout", i.Timeout, 1, maxTimeout)
	c.number("max_participants", i.MaxParticipants, minParticipants, maxParticipants)
	c.url("status_callback", i.StatusCallback, 40159)
	c.callEvents("status_callback_events", i.StatusCallbackEvents, 0)
	c.url("wait_url", i.WaitURL, 0)
	c.url("conference_status_callback", i.ConferenceStatusCallback, 0)
	c.url("recording_status_callback", i.RecordingStatusCallback, 0)
	c.url("conference_recording_status_callback", i.ConferenceRecordingStatusCallback, 0)
	return c.found
}

func (r Raw) problems() []error {
	if _, _, err := membersOf(r); err != nil {
		return []error{err}
	}
	return nil
}

// A doubtful instruction is one that the service may not be able to carry out, given
// what the assignment says. Doubts are no problems: what a task or a worker lacks may
// be there by the time that it is needed.
type doubtful interface {
	doubts(a Assignment) []error
}

func (d Dequeue) doubts(a Assignment) []error {
	c := checker{instruction: "dequeue"}
	if !has(a.TaskAttributes, "call_sid") {
		c.add("", 40140, "task %s has no attribute call_sid", a.TaskSID)
	}
	c.reach(d.To, a, 40131)
	if d.To == "" && isSIP(textOf(a.WorkerAttributes, contactURI)) && d.Timeout > maxTimeoutSIP {
		c.add("timeout", 0, "%d is more than %d, and worker %s is reached by SIP", d.Timeout, maxTimeoutSIP, a.WorkerSID)
	}
	return c.found
}

func (i Call) doubts(a Assignment) []error {
	c := checker{instruction: "call"}
	c.reach(i.To, a, 40110)
	return c.found
}

func (i Conference) doubts(a Assignment) []error {
	c := checker{instruction: "conference"}
	if !has(a.TaskAttributes, "call_sid", "outbound_to", "to") {
		c.add("", 40142, "task %s has none of the attributes call_sid, outbound_to and to", a.TaskSID)
	}
	c.reach(i.To, a, 40137)
	return c.found
}

// contactURI is the attribute of a worker that says how to reach it.
const contactURI = "contact_uri"

// reach wants an address of the worker, in the instruction or in its attributes.
func (c *checker) reach(to string, a Assignment, code int) {
	if to == "" && !has(a.WorkerAttributes, contactURI) {
		c.add("to", code, "it is empty, and worker %s has no attribute contact_uri", a.WorkerSID)
	}
}

// has tells whether one of these attributes is there, as a text.
func has(attributes taskrouter.Attributes, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return textOf(attributes, name) != "" })
}

// textOf returns an attribute that is a text, "" for none. One of another type is as good
// as none, and one of another case is another one, which a struct would not tell apart.
func textOf(attributes taskrouter.Attributes, name string) string {
	var members map[string]any
	_ = json.Unmarshal([]byte(attributes), &members) // what cannot be read has no attributes
	text, _ := members[name].(string)
	return text
}
