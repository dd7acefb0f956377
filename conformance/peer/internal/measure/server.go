package measure

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
)

// countsPath is where the server says how often it was asked for what since it was
// last asked this.
const countsPath = "/counts"

// A server has the answers to the measured calls ready, and counts its requests.
type server struct {
	answers map[string][]byte // by the request, as key writes it

	mu     sync.Mutex
	counts map[string]int
}

// newServer makes the answers to all requests of the calls.
func newServer(calls []call) *server {
	s := &server{answers: make(map[string][]byte), counts: make(map[string]int)}
	for _, c := range calls {
		for i, request := range c.requests {
			s.answers[request] = []byte(c.answer(i))
		}
	}
	return s
}

// key is a request's method, path, and parameters in the order of their names.
func key(method, path string, parameters url.Values) string {
	return method + " " + path + "?" + parameters.Encode()
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == countsPath {
		s.serveCounts(w)
		return
	}
	if err := r.ParseForm(); err != nil {
		refuse(w, err.Error())
		return
	}
	asked := key(r.Method, r.URL.Path, r.Form)
	answer, ok := s.answers[asked]
	if !ok {
		refuse(w, "unexpected request: "+asked)
		return
	}
	s.mu.Lock()
	s.counts[asked]++
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	if r.Method == http.MethodPost {
		w.WriteHeader(http.StatusCreated)
	}
	_, _ = w.Write(answer) // whoever does not read it reports that
}

func (s *server) serveCounts(w http.ResponseWriter) {
	s.mu.Lock()
	counts := s.counts
	s.counts = make(map[string]int)
	s.mu.Unlock()
	if err := json.NewEncoder(w).Encode(counts); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// refuse answers as the service refuses, so that each library shows the reason.
func refuse(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = fmt.Fprintf(w, `{"status": 400, "code": 20001, "message": %q, "more_info": ""}`, message)
}
