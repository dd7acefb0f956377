package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// endpoints are where programs ask of the emulator itself.
const endpoints = "/emulator/"

// maxState is how much a state may have that is sent, in bytes: some hundred thousand
// tasks.
const maxState = 256 << 20

// handler leads to the endpoints and, with everything else, to the API. It is no
// ServeMux, which would redirect where the API says that there is nothing.
func (e *emulator) handler() http.Handler {
	return e.logged(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, ok := strings.CutPrefix(r.URL.Path, e.basePath+endpoints); ok {
			e.serveEndpoint(w, r, name)
			return
		}
		e.server.ServeHTTP(w, r)
	}))
}

func (e *emulator) serveEndpoint(w http.ResponseWriter, r *http.Request, name string) {
	if !e.server.Authenticate(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
		refuse(w, http.StatusUnauthorized, "expected the credentials of the API")
		return
	}
	if name != "state" {
		refuse(w, http.StatusNotFound, fmt.Sprintf("expected %sstate", e.basePath+endpoints))
		return
	}
	switch r.Method {
	case http.MethodGet:
		e.getState(w)
	case http.MethodPut:
		e.putState(w, r)
	case http.MethodPost:
		e.postState(w)
	default:
		w.Header().Set("Allow", "GET, PUT, POST")
		refuse(w, http.StatusMethodNotAllowed, "expected GET, PUT or POST")
	}
}

// getState answers the state.
func (e *emulator) getState(w http.ResponseWriter) {
	var state bytes.Buffer
	if err := e.server.Dump(&state); err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(state.Bytes()) // a client that is gone misses nothing
}

// putState replaces the state.
func (e *emulator) putState(w http.ResponseWriter, r *http.Request) {
	err := e.server.Load(http.MaxBytesReader(w, r.Body, e.maxState))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("expected %d bytes at most", tooLarge.Limit))
	case err != nil:
		refuse(w, http.StatusBadRequest, err.Error())
	default:
		e.logger.Info("state replaced")
		w.WriteHeader(http.StatusNoContent)
	}
}

// postState has the state written to its file.
func (e *emulator) postState(w http.ResponseWriter) {
	switch err := e.save("request"); {
	case errors.Is(err, errNoFile):
		refuse(w, http.StatusConflict, err.Error())
	case err != nil:
		refuse(w, http.StatusInternalServerError, err.Error())
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// refuse answers like the API, whose errors have a code besides.
func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	text, err := json.Marshal(message)
	if err != nil {
		panic(err) // a string can always be encoded
	}
	_, _ = fmt.Fprintf(w, `{"status":%d,"message":%s}`, status, text) // a client that is gone misses nothing
}
