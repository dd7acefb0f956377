package webhook

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// EventFunc is called with an event. An error, or a panic, answers the callback
// with status 500.
type EventFunc = func(context.Context, Event) error

// An EventMux calls functions by the type of an event. Its zero value is ready to
// use; register all functions before events arrive:
//
//	var events webhook.EventMux
//	events.On(webhook.EventTypeTaskCanceled, notify)
//	http.Handle("/events", webhook.EventHandler(verifier, events.Dispatch))
type EventMux struct {
	functions map[EventType][]EventFunc
	other     EventFunc
}

// On has a function called with events of a type. Several functions of one type
// are called in the order in which they were registered. It panics if the function
// is nil or the type is none, so that a slip is seen when the program begins and not
// with the first event.
func (m *EventMux) On(eventType EventType, function EventFunc) {
	if eventType == "" || strings.ContainsAny(string(eventType), ", ") {
		panic(fmt.Sprintf("webhook: %q is no event type", eventType))
	}
	mustBeFunction(function != nil)
	if m.functions == nil {
		m.functions = map[EventType][]EventFunc{}
	}
	m.functions[eventType] = append(m.functions[eventType], function)
}

// OnOther has a function called with events of all types that no other function
// is registered for, those included that the service will add. It replaces one
// that was registered before. Without it, or with nil, such events are ignored.
func (m *EventMux) OnOther(function EventFunc) { m.other = function }

// Dispatch calls the functions for an event, and returns their errors: one that
// fails does not keep the next from being called. If the event is sent again, all are
// called again, also those that did not fail.
func (m *EventMux) Dispatch(ctx context.Context, event Event) error {
	functions := m.functions[event.Type]
	if len(functions) == 0 && m.other != nil {
		return m.other(ctx, event)
	}
	var failures []error
	for _, function := range functions {
		failures = append(failures, function(ctx, event))
	}
	return errors.Join(failures...)
}

// Filter returns the types that functions are registered for, sorted and joined
// by commas: what the EventsFilter of a workspace has to be for the service to send
// these events and no others. It is empty, for all events, if a function is
// registered by [EventMux.OnOther], or none at all. To set it:
//
//	client.Workspaces.Update(ctx, workspaceSID, taskrouter.UpdateWorkspaceRequest{
//		EventCallbackURL: new("https://example.com/events"),
//		EventsFilter:     new(events.Filter()),
//	})
func (m *EventMux) Filter() string {
	if m.other != nil {
		return ""
	}
	var types []string
	for _, eventType := range slices.Sorted(maps.Keys(m.functions)) {
		types = append(types, string(eventType))
	}
	return strings.Join(types, ",")
}
