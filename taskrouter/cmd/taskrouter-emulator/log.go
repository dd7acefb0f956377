package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"
)

// logged logs each call when it has ended. What headers, queries and bodies say is not
// in it: there are credentials, and people. The message of a refusal may quote what was
// sent, so that it is in it for who asks for debug alone.
func (e *emulator) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		watched := &watcher{ResponseWriter: w}
		defer func() {
			attributes := []slog.Attr{
				slog.String("operation", e.server.Operation(r)),
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
