package taskrouter

import (
	"context"
	"errors"
	"iter"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
)

// TaskReservationsService manages the reservations that were made for a task;
// it is found by [Client.TaskReservations].
type TaskReservationsService struct{ reservations }

// WorkerReservationsService manages the reservations that were made for a
// worker; it is found by [Client.WorkerReservations].
type WorkerReservationsService struct{ reservations }

// reservations is what both have in common: a reservation is the same resource
// under its task and under its worker. One of the two SIDs is set.
type reservations struct {
	client       *Client
	workspaceSID string
	taskSID      string
	workerSID    string
	ofTask       bool
}

// List returns the reservations of the task. Nothing is requested until the
// list is ranged over.
func (s TaskReservationsService) List(ctx context.Context, params ListTaskReservationsParams, options ...CallOption) iter.Seq2[*Reservation, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the reservations of the task.
func (s TaskReservationsService) Page(ctx context.Context, params ListTaskReservationsParams, options ...CallOption) (*Page[Reservation], error) {
	return s.pages(params, options).page(ctx)
}

func (s TaskReservationsService) pages(params ListTaskReservationsParams, options []CallOption) pager[Reservation] {
	return newPager(s.client, gen.OperationListTaskReservations, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListTaskReservations(ctx, s.workspaceSID, s.taskSID, &params)
	}, reservationsOf)
}

// List returns the reservations of the worker. Nothing is requested until the
// list is ranged over.
func (s WorkerReservationsService) List(ctx context.Context, params ListWorkerReservationsParams, options ...CallOption) iter.Seq2[*Reservation, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the reservations of the worker.
func (s WorkerReservationsService) Page(ctx context.Context, params ListWorkerReservationsParams, options ...CallOption) (*Page[Reservation], error) {
	return s.pages(params, options).page(ctx)
}

func (s WorkerReservationsService) pages(params ListWorkerReservationsParams, options []CallOption) pager[Reservation] {
	return newPager(s.client, gen.OperationListWorkerReservations, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListWorkerReservations(ctx, s.workspaceSID, s.workerSID, &params)
	}, reservationsOf)
}

func reservationsOf(l *gen.ReservationList) ([]Reservation, PageMeta) { return l.Reservations, l.Meta }

// Get returns a reservation.
func (s reservations) Get(ctx context.Context, reservationSID string, options ...CallOption) (*Reservation, error) {
	if s.ofTask {
		return fetch[Reservation](ctx, s.client, gen.OperationGetTaskReservation, options, func(ctx context.Context) (*http.Response, error) {
			return s.client.wire.GetTaskReservation(ctx, s.workspaceSID, s.taskSID, reservationSID)
		})
	}
	return fetch[Reservation](ctx, s.client, gen.OperationGetWorkerReservation, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkerReservation(ctx, s.workspaceSID, s.workerSID, reservationSID)
	})
}

// Update changes the state of a reservation or carries out an instruction. The
// methods named after what people mean do the same with fewer fields.
func (s reservations) Update(ctx context.Context, reservationSID string, request UpdateReservationRequest, options ...CallOption) (*Reservation, error) {
	operation := gen.OperationUpdateWorkerReservation
	if s.ofTask {
		operation = gen.OperationUpdateTaskReservation
	}
	return fetch[Reservation](ctx, s.client, operation, options, func(ctx context.Context) (*http.Response, error) {
		if err := s.checkUpdate(request); err != nil {
			return nil, err
		}
		if s.ofTask {
			return s.client.wire.UpdateTaskReservationWithFormdataBody(ctx, s.workspaceSID, s.taskSID, reservationSID, nil, request)
		}
		return s.client.wire.UpdateWorkerReservationWithFormdataBody(ctx, s.workspaceSID, s.workerSID, reservationSID, nil, request)
	})
}

func (s reservations) checkUpdate(request UpdateReservationRequest) error {
	supervises := request.Supervisor != nil || request.SupervisorMode != nil || instructs(request, "supervise")
	if supervises && !s.ofTask {
		return errors.New("only a reservation found by its task can be supervised: leave Supervisor and SupervisorMode nil")
	}
	return checkInstruction(request)
}

// Accept accepts a pending reservation. If another worker was faster it fails
// with [ErrGone].
func (s reservations) Accept(ctx context.Context, reservationSID string, options ...CallOption) (*Reservation, error) {
	return s.move(ctx, reservationSID, ReservationStatusAccepted, options)
}

// Reject rejects a pending reservation. The task goes back to its queue, and may
// be offered to the same worker at once unless the request moves the worker to
// another activity.
func (s reservations) Reject(ctx context.Context, reservationSID string, request RejectRequest, options ...CallOption) (*Reservation, error) {
	return s.Update(ctx, reservationSID, UpdateReservationRequest{
		ReservationStatus: new(ReservationStatusRejected),
		WorkerActivitySID: request.WorkerActivitySID,
	}, options...)
}

// Wrapup puts an accepted reservation into wrapping, the worker's after-work.
func (s reservations) Wrapup(ctx context.Context, reservationSID string, options ...CallOption) (*Reservation, error) {
	return s.move(ctx, reservationSID, ReservationStatusWrapping, options)
}

// Complete completes an accepted or wrapping reservation.
func (s reservations) Complete(ctx context.Context, reservationSID string, options ...CallOption) (*Reservation, error) {
	return s.move(ctx, reservationSID, ReservationStatusCompleted, options)
}

func (s reservations) move(ctx context.Context, reservationSID string, status ReservationStatus, options []CallOption) (*Reservation, error) {
	return s.Update(ctx, reservationSID, UpdateReservationRequest{ReservationStatus: &status}, options...)
}

// Dequeue connects a caller who waits in a queue by <Enqueue> with the worker.
// The answer may still be pending.
func (s reservations) Dequeue(ctx context.Context, reservationSID string, request DequeueRequest, options ...CallOption) (*Reservation, error) {
	return s.Update(ctx, reservationSID, request.update(), options...)
}

// Call calls the worker and runs TwiML when the call is answered.
func (s reservations) Call(ctx context.Context, reservationSID string, request CallRequest, options ...CallOption) (*Reservation, error) {
	return s.Update(ctx, reservationSID, request.update(), options...)
}

// Redirect lets a call in progress go on with other TwiML.
func (s reservations) Redirect(ctx context.Context, reservationSID string, request RedirectRequest, options ...CallOption) (*Reservation, error) {
	return s.Update(ctx, reservationSID, request.update(), options...)
}

// Conference brings the caller and the worker together in a conference named
// after the task. The reservation is accepted once both are there. All fields of
// the request may be left out; those that begin with Call, Dequeue, Redirect or
// Supervisor, ReservationStatus and WorkerActivitySID are for other updates and
// refused.
func (s reservations) Conference(ctx context.Context, reservationSID string, request UpdateReservationRequest, options ...CallOption) (*Reservation, error) {
	request.Instruction = new("conference")
	return s.Update(ctx, reservationSID, request, options...)
}

// Supervise lets a supervisor join the call of an accepted reservation.
func (s TaskReservationsService) Supervise(ctx context.Context, reservationSID string, request SuperviseRequest, options ...CallOption) (*Reservation, error) {
	return s.Update(ctx, reservationSID, request.update(), options...)
}
