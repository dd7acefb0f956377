package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// What the handlers of all kinds of resources have in common: find the workspace,
// find the resource in it, read the request, carry it out, write the resource.

type (
	// finder finds a resource in a workspace.
	finder[T any] func(*router.Workspace) (T, error)
	// renderer writes a resource as the document has it.
	renderer[T, W any] func(*call, *router.Workspace, T) W
)

func (a *API) inWorkspace(w http.ResponseWriter, r *http.Request, status int, workspaceSID string, handle func(*call, *router.Workspace) (any, error)) {
	a.answer(w, r, status, func(c *call) (any, error) {
		workspace, err := a.account.Workspaces.Get(workspaceSID)
		if err != nil {
			return nil, err
		}
		workspace.ForgetOldEvents()
		return handle(c, workspace)
	})
}

func create[Request, T, W any](a *API, w http.ResponseWriter, r *http.Request, workspaceSID string, carryOut func(*router.Workspace, Request) (T, error), render renderer[T, W]) {
	a.inWorkspace(w, r, http.StatusCreated, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		request, err := decodeForm[Request](c)
		if err != nil {
			return nil, err
		}
		made, err := carryOut(workspace, request)
		if err != nil {
			return nil, err
		}
		return render(c, workspace, made), nil
	})
}

func get[T, W any](a *API, w http.ResponseWriter, r *http.Request, workspaceSID string, find finder[T], render renderer[T, W]) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		found, err := find(workspace)
		if err != nil {
			return nil, err
		}
		return render(c, workspace, found), nil
	})
}

func update[Request, T, W any](a *API, w http.ResponseWriter, r *http.Request, workspaceSID string, find finder[T], carryOut func(*router.Workspace, T, Request) error, render renderer[T, W]) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		found, err := find(workspace)
		if err != nil {
			return nil, err
		}
		request, err := decodeForm[Request](c)
		if err != nil {
			return nil, err
		}
		if err := carryOut(workspace, found, request); err != nil {
			return nil, err
		}
		return render(c, workspace, found), nil
	})
}

func remove[T any](a *API, w http.ResponseWriter, r *http.Request, workspaceSID string, find finder[T], carryOut func(*router.Workspace, T) error) {
	a.inWorkspace(w, r, http.StatusNoContent, workspaceSID, func(_ *call, workspace *router.Workspace) (any, error) {
		found, err := find(workspace)
		if err != nil {
			return nil, err
		}
		return nil, carryOut(workspace, found)
	})
}

// unchanged finds a resource that still has the version that If-Match names. That is
// looked at before what the request holds.
func unchanged[T any](find finder[T], ifMatch *string, what string, version func(T) int) finder[T] {
	return func(workspace *router.Workspace) (T, error) {
		found, err := find(workspace)
		if err != nil {
			return found, err
		}
		meant, err := router.ParseVersion(ifMatch)
		if err != nil {
			return found, err
		}
		return found, meant.Check(what, version(found))
	}
}
