package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// Reservations are found by their task and by their worker. The two differ in the URL,
// in the instructions, and in that only the first show the version of one.

func reservationOfTask(taskSID, sid string) finder[*router.Reservation] {
	return func(w *router.Workspace) (*router.Reservation, error) {
		task, err := w.Tasks.Get(taskSID)
		if err != nil {
			return nil, err
		}
		return task.Reservations.Get(sid)
	}
}

func reservationOfWorker(workerSID, sid string) finder[*router.Reservation] {
	return func(w *router.Workspace) (*router.Reservation, error) {
		worker, err := w.Workers.Get(workerSID)
		if err != nil {
			return nil, err
		}
		return worker.Reservations.Get(sid)
	}
}

func unchangedReservation(find finder[*router.Reservation], ifMatch *string) finder[*router.Reservation] {
	return unchanged(find, ifMatch, "reservation", func(r *router.Reservation) int { return r.Version })
}

// ListTaskReservations answers listTaskReservations.
func (a *API) ListTaskReservations(w http.ResponseWriter, r *http.Request, workspaceSID, taskSID string, params gen.ListTaskReservationsParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		task, err := workspace.Tasks.Get(taskSID)
		if err != nil {
			return nil, err
		}
		if refusal := checkFilterSID("WorkerSid", "WK", params.WorkerSID); refusal != nil {
			return nil, refusal
		}
		return listReservations(c, workspace, &task.Reservations, paging{params.PageSize, params.Page, params.PageToken},
			params.ReservationStatus, params.WorkerSID, renderTaskReservation)
	})
}

// ListWorkerReservations answers listWorkerReservations.
func (a *API) ListWorkerReservations(w http.ResponseWriter, r *http.Request, workspaceSID, workerSID string, params gen.ListWorkerReservationsParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		worker, err := workspace.Workers.Get(workerSID)
		if err != nil {
			return nil, err
		}
		return listReservations(c, workspace, &worker.Reservations, paging{params.PageSize, params.Page, params.PageToken},
			params.ReservationStatus, nil, func(c *call, w *router.Workspace, r *router.Reservation) gen.Reservation {
				c.tag(r.Version)
				return renderWorkerReservation(c, w, r)
			})
	})
}

func listReservations(c *call, w *router.Workspace, table *router.Table[*router.Reservation], p paging, status *gen.ReservationStatus, workerSID *string, render renderer[*router.Reservation, gen.Reservation]) (any, error) {
	if refusal := router.CheckEnum("ReservationStatus", status); refusal != nil {
		return nil, refusal
	}
	query := router.Query[*router.Reservation]{Match: func(r *router.Reservation) bool {
		return (status == nil || *status == r.Status) && matches(workerSID, r.WorkerSID)
	}}
	c.tag(0)
	items, meta, err := pageOf(c, w, "reservations", table, p, query, render)
	return gen.ReservationList{Reservations: items, Meta: meta}, err
}

// GetTaskReservation answers getTaskReservation.
func (a *API) GetTaskReservation(w http.ResponseWriter, r *http.Request, workspaceSID, taskSID, reservationSID string) {
	get(a, w, r, workspaceSID, reservationOfTask(taskSID, reservationSID), renderTaskReservation)
}

// GetWorkerReservation answers getWorkerReservation.
func (a *API) GetWorkerReservation(w http.ResponseWriter, r *http.Request, workspaceSID, workerSID, reservationSID string) {
	get(a, w, r, workspaceSID, reservationOfWorker(workerSID, reservationSID), renderWorkerReservation)
}

// UpdateTaskReservation answers updateTaskReservation.
func (a *API) UpdateTaskReservation(w http.ResponseWriter, r *http.Request, workspaceSID, taskSID, reservationSID string, params gen.UpdateTaskReservationParams) {
	update(a, w, r, workspaceSID, unchangedReservation(reservationOfTask(taskSID, reservationSID), params.IfMatch),
		allowing(router.TaskInstructions), renderTaskReservation)
}

// UpdateWorkerReservation answers updateWorkerReservation.
func (a *API) UpdateWorkerReservation(w http.ResponseWriter, r *http.Request, workspaceSID, workerSID, reservationSID string, params gen.UpdateWorkerReservationParams) {
	update(a, w, r, workspaceSID, unchangedReservation(reservationOfWorker(workerSID, reservationSID), params.IfMatch),
		allowing(router.WorkerInstructions), renderWorkerReservation)
}

func allowing(instructions []string) func(*router.Workspace, *router.Reservation, gen.UpdateReservationRequest) error {
	return func(w *router.Workspace, r *router.Reservation, request gen.UpdateReservationRequest) error {
		return w.UpdateReservation(r, request, instructions)
	}
}

func renderTaskReservation(c *call, w *router.Workspace, r *router.Reservation) gen.Reservation {
	c.tag(r.Version)
	return renderReservation(c, w, r, "Tasks", r.Task().SID)
}

func renderWorkerReservation(c *call, w *router.Workspace, r *router.Reservation) gen.Reservation {
	return renderReservation(c, w, r, "Workers", r.WorkerSID)
}

func renderReservation(c *call, w *router.Workspace, r *router.Reservation, parents, parentSID string) gen.Reservation {
	return gen.Reservation{
		SID:               r.SID,
		AccountSID:        c.api.account.SID,
		WorkspaceSID:      w.SID,
		TaskSID:           r.Task().SID,
		WorkerSID:         r.WorkerSID,
		WorkerName:        r.Worker().FriendlyName,
		ReservationStatus: r.Status,
		DateCreated:       second(r.DateCreated),
		DateUpdated:       second(r.DateUpdated),
		URL:               c.url(w, parents, parentSID, "Reservations", r.SID),
		Links: gen.Links{
			"task":      c.link(w, "Tasks", r.Task().SID),
			"worker":    c.link(w, "Workers", r.WorkerSID),
			"workspace": c.link(w),
		},
	}
}
