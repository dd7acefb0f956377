package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/gen"
)

// logged logs each call when it has ended. What headers, queries and bodies say is not
// in it: there are credentials, and people. The message of a refusal may quote what was
// sent, so that it is in it for who asks for debug alone.
func (e *emulator) logged(next http.Handler) http.Handler {
	operations := newOperations(e.basePath)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		operation := operations.of(r)
		watched := &watcher{ResponseWriter: w}
		defer func() {
			attributes := []slog.Attr{
				slog.String("operation", operation),
				slog.String("method", r.Method),
				slog.String("path", r.URL.Path),
				slog.Int("status", watched.status), // 0 if the connection broke
				slog.Duration("duration", time.Since(began)),
			}
			refusal := watched.refusal()
			if refusal.Code != 0 {
				attributes = append(attributes, slog.Int("code", refusal.Code))
			}
			if refusal.Message != "" && e.logger.Enabled(r.Context(), slog.LevelDebug) {
				attributes = append(attributes, slog.String("message", refusal.Message))
			}
			e.logger.LogAttrs(r.Context(), slog.LevelInfo, "call", attributes...)
		}()
		next.ServeHTTP(watched, r)
	})
}

// operations tell which operation of the document a request is for.
type operations struct {
	mux *http.ServeMux
	ids map[string]string // by the pattern
}

func newOperations(basePath string) operations {
	o := operations{http.NewServeMux(), make(map[string]string)}
	for _, operation := range gen.Operations {
		pattern := operation.Method + " " + basePath + operation.Path
		o.mux.Handle(pattern, http.NotFoundHandler())
		o.ids[pattern] = operation.ID
	}
	return o
}

// of returns the operationId, or "" for a request that is for none.
func (o operations) of(r *http.Request) string {
	_, pattern := o.mux.Handler(r)
	if !strings.HasPrefix(pattern, r.Method) { // HEAD, which finds what GET does
		return ""
	}
	return o.ids[pattern]
}

// watcher remembers what is answered.
type watcher struct {
	http.ResponseWriter
	status  int
	failure bytes.Buffer // the body, if the status tells of an error
}

func (w *watcher) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *watcher) Write(body []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if w.status >= http.StatusBadRequest {
		w.failure.Write(body)
	}
	return w.ResponseWriter.Write(body)
}

// refusal is what the body of an error says.
type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// refusal is empty if there is no error.
func (w *watcher) refusal() (r refusal) {
	if json.Unmarshal(w.failure.Bytes(), &r) != nil {
		return refusal{}
	}
	return r
}
