package taskrouter_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// verbs are those that the reservations of tasks and of workers have in common.
type verbs interface {
	Update(context.Context, string, taskrouter.UpdateReservationRequest, ...taskrouter.CallOption) (*taskrouter.Reservation, error)
	Accept(context.Context, string, ...taskrouter.CallOption) (*taskrouter.Reservation, error)
	Reject(context.Context, string, taskrouter.RejectRequest, ...taskrouter.CallOption) (*taskrouter.Reservation, error)
	Wrapup(context.Context, string, ...taskrouter.CallOption) (*taskrouter.Reservation, error)
	Complete(context.Context, string, ...taskrouter.CallOption) (*taskrouter.Reservation, error)
	Dequeue(context.Context, string, taskrouter.DequeueRequest, ...taskrouter.CallOption) (*taskrouter.Reservation, error)
	Call(context.Context, string, taskrouter.CallRequest, ...taskrouter.CallOption) (*taskrouter.Reservation, error)
	Redirect(context.Context, string, taskrouter.RedirectRequest, ...taskrouter.CallOption) (*taskrouter.Reservation, error)
	Conference(context.Context, string, taskrouter.UpdateReservationRequest, ...taskrouter.CallOption) (*taskrouter.Reservation, error)
}

// parents are the two ways to a reservation, with its path by each.
func parents(client *taskrouter.Client) map[string]verbs {
	return map[string]verbs{
		"/v1/Workspaces/WS1/Tasks/WT1/Reservations/WR1":   client.TaskReservations("WS1", "WT1"),
		"/v1/Workspaces/WS1/Workers/WK1/Reservations/WR1": client.WorkerReservations("WS1", "WK1"),
	}
}

func TestVerbsOfAReservationSendWhatTheyMeanAndNothingElse(t *testing.T) {
	ctx, ifMatch := t.Context(), taskrouter.WithIfMatch("v1")
	tests := map[string]struct {
		verb func(verbs) (*taskrouter.Reservation, error)
		want url.Values
	}{
		"accept": {
			func(v verbs) (*taskrouter.Reservation, error) { return v.Accept(ctx, "WR1", ifMatch) },
			url.Values{"ReservationStatus": {"accepted"}},
		},
		"reject": {
			func(v verbs) (*taskrouter.Reservation, error) {
				return v.Reject(ctx, "WR1", taskrouter.RejectRequest{}, ifMatch)
			},
			url.Values{"ReservationStatus": {"rejected"}},
		},
		"reject and move the worker": {
			func(v verbs) (*taskrouter.Reservation, error) {
				return v.Reject(ctx, "WR1", taskrouter.RejectRequest{WorkerActivitySID: new("WA1")}, ifMatch)
			},
			url.Values{"ReservationStatus": {"rejected"}, "WorkerActivitySid": {"WA1"}},
		},
		"wrap up": {
			func(v verbs) (*taskrouter.Reservation, error) { return v.Wrapup(ctx, "WR1", ifMatch) },
			url.Values{"ReservationStatus": {"wrapping"}},
		},
		"complete": {
			func(v verbs) (*taskrouter.Reservation, error) { return v.Complete(ctx, "WR1", ifMatch) },
			url.Values{"ReservationStatus": {"completed"}},
		},
		"dequeue": {
			func(v verbs) (*taskrouter.Reservation, error) {
				return v.Dequeue(ctx, "WR1", taskrouter.DequeueRequest{}, ifMatch)
			},
			url.Values{"Instruction": {"dequeue"}},
		},
		"call": {
			func(v verbs) (*taskrouter.Reservation, error) {
				return v.Call(ctx, "WR1", taskrouter.CallRequest{From: "+1555", URL: "https://twiml"}, ifMatch)
			},
			url.Values{"Instruction": {"call"}, "CallFrom": {"+1555"}, "CallUrl": {"https://twiml"}},
		},
		"redirect": {
			func(v verbs) (*taskrouter.Reservation, error) {
				return v.Redirect(ctx, "WR1", taskrouter.RedirectRequest{CallSID: "CA1", URL: "https://twiml"}, ifMatch)
			},
			url.Values{"Instruction": {"redirect"}, "RedirectCallSid": {"CA1"}, "RedirectUrl": {"https://twiml"}},
		},
		"conference": {
			func(v verbs) (*taskrouter.Reservation, error) {
				return v.Conference(ctx, "WR1", taskrouter.UpdateReservationRequest{}, ifMatch)
			},
			url.Values{"Instruction": {"conference"}},
		},
		"supervise": {
			func(v verbs) (*taskrouter.Reservation, error) {
				return v.(taskrouter.TaskReservationsService).Supervise(ctx, "WR1", taskrouter.SuperviseRequest{Supervisor: "WK2"}, ifMatch)
			},
			url.Values{"Instruction": {"supervise"}, "Supervisor": {"WK2"}},
		},
	}
	service := newFakeService(t, answer(200, `{"sid":"WR1"}`))
	for path, parent := range parents(service.client(t)) {
		_, ofTask := parent.(taskrouter.TaskReservationsService)
		for name, test := range tests {
			if name == "supervise" && !ofTask {
				continue // which they have no method for
			}
			t.Run(name+" "+path, func(t *testing.T) {
				before := len(service.seen())
				reservation, err := test.verb(parent)
				require.NoError(t, err)
				assert.Equal(t, "WR1", reservation.SID)
				require.Len(t, service.seen(), before+1)
				request := service.seen()[before]
				assert.Equal(t, "POST "+path, request.Method+" "+request.Path)
				assert.Equal(t, test.want, request.Form)
				assert.Equal(t, "v1", request.Header.Get("If-Match"))
			})
		}
	}
}

func TestOnlyAReservationOfATaskIsSupervised(t *testing.T) {
	service := newFakeService(t, answer(200, `{"sid":"WR1"}`))
	for name, request := range map[string]taskrouter.UpdateReservationRequest{
		"supervisor":  {Instruction: new("supervise"), Supervisor: new("WK2")},
		"instruction": {Instruction: new("Supervise")},
		"mode":        {SupervisorMode: new(taskrouter.SupervisorModeWhisper)},
	} {
		_, err := service.client(t).WorkerReservations("WS1", "WK1").Update(t.Context(), "WR1", request)
		assertAbout(t, taskrouter.ErrInvalidArgument, err)
		assert.ErrorContains(t, err, "only a reservation found by its task can be supervised", name)
		assert.Empty(t, service.seen())
	}
}
