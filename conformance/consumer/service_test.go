package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// A service stands in for TaskRouter: it answers what it was told to and keeps
// what it was asked.
type service struct {
	t       *testing.T
	mu      sync.Mutex
	answers map[string][]answer // by method and path; the last one stays
	asked   []string
}

type answer struct {
	status int
	body   any
}

type object map[string]any

// serve listens below a base path, and has the environment lead there.
func serve(t *testing.T, answers map[string][]answer) *service {
	t.Helper()
	s := &service{t: t, answers: answers}
	server := httptest.NewServer(http.StripPrefix("/base", s))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"TASKROUTER_BASE_URL": server.URL + "/base",
		"TWILIO_ACCOUNT_SID":  "AC00000000000000000000000000000001",
		"TWILIO_AUTH_TOKEN":   "a-token",
		"TWILIO_API_KEY":      "",
		"TWILIO_API_SECRET":   "",
		"TWILIO_REGION":       "",
		"TWILIO_EDGE":         "",
	} {
		t.Setenv(name, value)
	}
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); user != "AC00000000000000000000000000000001" || password != "a-token" {
		s.t.Errorf("%s %s: expected the credentials of the environment", r.Method, r.URL.Path)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	parts := []string{r.Method, r.URL.Path, r.URL.RawQuery, string(body)}
	given := s.next(strings.Join(strings.Fields(strings.Join(parts, " ")), " "), r.Method+" "+r.URL.Path)
	if given.status == http.StatusNoContent {
		w.WriteHeader(given.status)
		return
	}
	text, err := json.Marshal(given.body)
	if err != nil {
		s.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(given.status)
	_, _ = w.Write(text) // a program that has given up needs no answer
}

func (s *service) next(asked, key string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, asked)
	answers := s.answers[key]
	if len(answers) == 0 {
		return answer{404, object{"code": 20404, "status": 404, "message": "there is no " + key}}
	}
	if len(answers) > 1 {
		s.answers[key] = answers[1:]
	}
	return answers[0]
}
