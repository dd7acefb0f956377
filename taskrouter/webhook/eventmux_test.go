package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// calledFunctions writes down which functions were called.
type calledFunctions []string

func (c *calledFunctions) function(name string, err error) webhook.EventFunc {
	return func(_ context.Context, event webhook.Event) error {
		*c = append(*c, name+" "+string(event.Type))
		return err
	}
}

func TestAMuxCallsTheFunctionsOfATypeInTheirOrder(t *testing.T) {
	var calls calledFunctions
	var mux webhook.EventMux
	mux.On("task.created", calls.function("first", nil))
	mux.On("task.canceled", calls.function("another", nil))
	mux.On("task.created", calls.function("second", nil))
	mux.On("task.created", calls.function("third", nil))
	mux.OnOther(calls.function("other", nil))
	assert.NoError(t, mux.Dispatch(t.Context(), webhook.Event{Type: "task.created"}))
	assert.Equal(t, calledFunctions{"first task.created", "second task.created", "third task.created"}, calls)
}

func TestAMuxJoinsTheErrorsAndCallsAllFunctions(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	var calls calledFunctions
	var mux webhook.EventMux
	mux.On("x", calls.function("a", one))
	mux.On("x", calls.function("b", nil))
	mux.On("x", calls.function("c", two))
	err := mux.Dispatch(t.Context(), webhook.Event{Type: "x"})
	assert.EqualError(t, err, "one\ntwo")
	assert.ErrorIs(t, err, one)
	assert.ErrorIs(t, err, two)
	assert.Equal(t, calledFunctions{"a x", "b x", "c x"}, calls)
}

func TestAMuxGivesFunctionsTheContextAndTheEvent(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "value")
	want := webhook.Event{Type: "x", SID: "EV1"}
	called := 0
	function := func(ctx context.Context, event webhook.Event) error {
		called++
		assert.Equal(t, "value", ctx.Value(key{}))
		assert.Equal(t, want, event)
		return nil
	}
	var mux webhook.EventMux
	mux.On("x", function)
	assert.NoError(t, mux.Dispatch(ctx, want))
	want.Type = "y"
	mux.OnOther(function)
	assert.NoError(t, mux.Dispatch(ctx, want))
	assert.Equal(t, 2, called)
}

func TestAMuxHasOneFunctionForAllOtherTypes(t *testing.T) {
	failure := errors.New("failed")
	var calls calledFunctions
	var mux webhook.EventMux
	assert.NoError(t, mux.Dispatch(t.Context(), webhook.Event{Type: "x"}), "without any function")
	mux.On("x", calls.function("x", nil))
	assert.NoError(t, mux.Dispatch(t.Context(), webhook.Event{Type: "y"}), "without one for other types")
	mux.OnOther(calls.function("replaced", nil))
	mux.OnOther(calls.function("other", failure))
	assert.Equal(t, failure, mux.Dispatch(t.Context(), webhook.Event{Type: "y"}))
	assert.NoError(t, mux.Dispatch(t.Context(), webhook.Event{Type: "x"}))
	mux.OnOther(nil)
	assert.NoError(t, mux.Dispatch(t.Context(), webhook.Event{Type: "y"}), "with nil for other types")
	assert.Equal(t, calledFunctions{"other y", "x x"}, calls)
}

func TestAMuxRefusesAtOnceWhatCanNeverBeCalled(t *testing.T) {
	var mux webhook.EventMux
	var calls calledFunctions
	assert.PanicsWithValue(t, "webhook: the function is nil", func() { mux.On("task.created", nil) })
	for _, eventType := range []webhook.EventType{"", "task.created,task.updated", "task.created "} {
		assert.PanicsWithValue(t, fmt.Sprintf("webhook: %q is no event type", eventType), func() { mux.On(eventType, calls.function("", nil)) })
	}
	assert.Empty(t, mux.Filter())
}

func TestTheFilterOfAMuxNamesTheTypesThatItHasFunctionsFor(t *testing.T) {
	var calls calledFunctions
	var mux webhook.EventMux
	assert.Empty(t, mux.Filter())
	mux.On(webhook.EventTypeWorkerCreated, calls.function("", nil))
	assert.Equal(t, "worker.created", mux.Filter())
	mux.On(webhook.EventTypeTaskQueueExpressionUpdated, calls.function("", nil))
	mux.On(webhook.EventTypeTaskCreated, calls.function("", nil))
	mux.On(webhook.EventTypeTaskCreated, calls.function("", nil))
	assert.Equal(t, "task-queue.expression.updated,task.created,worker.created", mux.Filter())
	mux.OnOther(calls.function("", nil))
	assert.Empty(t, mux.Filter(), "it wants all types")
	mux.OnOther(nil)
	assert.NotEmpty(t, mux.Filter())
}

func TestAMuxServesManyGoroutines(t *testing.T) {
	const goroutines, events = 16, 200
	var called, other atomic.Int64
	var mux webhook.EventMux
	count := func(n *atomic.Int64) webhook.EventFunc {
		return func(context.Context, webhook.Event) error { n.Add(1); return nil }
	}
	mux.On("x", count(&called))
	mux.On("x", count(&called))
	mux.OnOther(count(&other))
	var wait sync.WaitGroup
	for range goroutines {
		wait.Go(func() {
			for range events {
				assert.NoError(t, mux.Dispatch(t.Context(), webhook.Event{Type: "x"}))
				assert.NoError(t, mux.Dispatch(t.Context(), webhook.Event{Type: "y"}))
				assert.Empty(t, mux.Filter())
			}
		})
	}
	wait.Wait()
	assert.EqualValues(t, 2*goroutines*events, called.Load())
	assert.EqualValues(t, goroutines*events, other.Load())
}
