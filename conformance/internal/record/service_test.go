package record

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The credentials that the service of these tests knows.
var testCredentials = Credentials{
	AccountSID:  "ACdeadbeefdeadbeefdeadbeefdeadbeef",
	AuthToken:   "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
	BearerToken: "bearer/of+good=news",
}

// A service is the least TaskRouter that a scenario notices: it makes up its SIDs,
// ETags and times anew in every run, and routes when it gets to it.
type service struct {
	mu         sync.Mutex
	base       string // where it is, also in the URLs that it gives
	from       string // where its clients are
	workspace  string
	account    string
	activities [3]string
	extra      []string // SIDs of things that no fixture knows
	worker     object
	task       object
	version    int
	tags       []string // by version
	reads      int      // of the task
	deletes    int      // reads until a deleted workspace is gone
	deleted    bool
	now        time.Time
	log        []string // method and path of each request
	refuse     func(*http.Request) int
}

type object map[string]any

func newService() *service {
	s := &service{
		base:    fmt.Sprintf("http://127.0.0.1:%d", 20000+random(20000)),
		from:    fmt.Sprintf("198.51.100.%d", 1+random(250)),
		account: testCredentials.AccountSID,
		now:     time.Now().Add(-time.Duration(random(1e9)) * time.Second).Add(time.Duration(random(1e9))),
	}
	for i := range s.activities {
		s.activities[i] = randomSID("WA")
	}
	for range 4 {
		s.tags = append(s.tags, fmt.Sprintf("W/%q", randomHex(4)))
		s.extra = append(s.extra, randomSID("EV"))
	}
	return s
}

func random(below int64) int64 {
	n, err := rand.Int(rand.Reader, big.NewInt(below))
	if err != nil {
		panic(err)
	}
	return n.Int64()
}

func randomHex(bytes int) string {
	data := make([]byte, bytes)
	_, _ = rand.Read(data)
	return hex.EncodeToString(data)
}

func randomSID(prefix string) string { return prefix + randomHex(16) }

// tick is a time that no other call gives.
func (s *service) tick() string {
	s.now = s.now.Add(time.Duration(1+random(5000)) * time.Millisecond)
	return s.now.UTC().Format(time.RFC3339)
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	s.log = append(s.log, r.Method+" "+r.URL.Path)

	header := w.Header()
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Twilio-Request-Id", randomSID("RQ"))
	header.Set("X-Rate-Limit-Limit", "100")
	header.Set("X-Rate-Limit-Remaining", strconv.FormatInt(random(100), 10))
	header.Set("X-Powered-By", randomHex(3))

	if !s.authorized(r) {
		header.Set("WWW-Authenticate", `Basic realm="Twilio API"`)
		answerJSON(w, 401, object{"code": 20003, "detail": r.Header.Get("Authorization")})
		return
	}
	if s.refuse != nil {
		if status := s.refuse(r); status != 0 {
			answerJSON(w, status, object{"code": status, "account": s.account})
			return
		}
	}
	s.route(w, r, form, body)
}

func (s *service) authorized(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	if !ok {
		return r.Header.Get("Authorization") == "Bearer "+testCredentials.BearerToken
	}
	return user == testCredentials.AccountSID && password == testCredentials.AuthToken
}

func (s *service) route(w http.ResponseWriter, r *http.Request, form url.Values, body []byte) {
	path := strings.TrimPrefix(r.URL.Path, "/v1/Workspaces")
	if path == "" && r.Method == http.MethodPost {
		s.workspace = randomSID("WS")
		answerJSON(w, 201, s.workspaceObject())
		return
	}
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if parts[0] != s.workspace || s.deleted && s.deletes <= 0 {
		s.notFound(w, r)
		return
	}
	switch {
	case len(parts) == 1 && r.Method == http.MethodDelete:
		s.deleted = true
		w.WriteHeader(204)
	case len(parts) == 1:
		s.deletes--
		answerJSON(w, 200, s.workspaceObject())
	case parts[1] == "Activities":
		s.listActivities(w, r)
	case parts[1] == "Workers" && r.Method == http.MethodPost:
		s.worker = object{
			"sid": randomSID("WK"), "friendly_name": form.Get("FriendlyName"), "activity_sid": form.Get("ActivitySid"),
			"attributes": form.Get("Attributes"), "date_created": s.tick(), "seen_from": s.from,
		}
		w.Header().Set("ETag", strconv.FormatInt(random(9), 10))
		answerJSON(w, 201, s.worker)
	case parts[1] == "Tasks" && len(parts) == 2:
		s.task = object{
			"sid": randomSID("WT"), "assignment_status": "pending", "virtual_start_time": form.Get("VirtualStartTime"),
			"date_created": s.tick(), "age": random(9), "channel": randomSID("TC"),
		}
		s.writeTask(w, 201)
	case parts[1] == "Tasks" && parts[2] == s.task["sid"]:
		s.oneTask(w, r, form)
	case parts[1] == "CumulativeStatistics":
		start, err := time.Parse(time.RFC3339, r.URL.Query().Get("StartDate"))
		if err != nil || start.After(s.now) || start.Before(s.now.Add(-time.Hour)) {
			answerJSON(w, 400, object{"message": "expected a StartDate of less than an hour ago"})
			return
		}
		answerJSON(w, 200, object{
			"avg_task_acceptance_time":     json.Number(fmt.Sprintf("%d.%d", random(99), random(99))),
			"wait_duration_until_accepted": object{"avg": random(99), "min": random(99), "max": random(99), "total": random(99)},
			"start_time":                   start,
			"end_time":                     s.tick(),
			"total":                        7,
			"longest_task_waiting_age":     random(99),
		})
	case parts[1] == "TaskQueues":
		var asked struct{ QueueSids []string }
		_ = json.Unmarshal(body, &asked)
		answerJSON(w, 200, object{"asked": asked.QueueSids, "known": asked.QueueSids[0] == s.activities[1]})
	case parts[1] == "Events":
		s.listEvents(w)
	default:
		s.notFound(w, r)
	}
}

func (s *service) workspaceObject() object {
	return object{
		"sid": s.workspace, "account_sid": s.account, "friendly_name": "Support",
		"default_activity_sid": s.activities[0], "timeout_activity_sid": s.activities[2],
		"date_created": s.tick(), "date_updated": s.tick(), "url": s.base + "/v1/Workspaces/" + s.workspace,
	}
}

// listActivities has another order than the fixture, and one activity more.
func (s *service) listActivities(w http.ResponseWriter, r *http.Request) {
	list := []object{}
	next := any(nil)
	if r.URL.Query().Get("PageToken") == "" {
		for i, name := range []string{"Unavailable", "Available", "Offline"} {
			list = append(list, object{"sid": s.activities[2-i], "friendly_name": name, "date_created": s.tick()})
		}
		next = s.base + r.URL.Path + "?PageSize=50&Page=1&PageToken=PA" + s.activities[1]
	} else if r.URL.Query().Get("PageToken") != "PA"+s.activities[1] {
		s.notFound(w, r)
		return
	}
	answerJSON(w, 200, object{"activities": list, "meta": object{"key": "activities", "next_page_url": next}})
}

func (s *service) oneTask(w http.ResponseWriter, r *http.Request, form url.Values) {
	if r.Method == http.MethodGet {
		s.reads++
		if s.reads == 2 {
			s.task["assignment_status"] = "reserved"
			s.version++
		}
		s.writeTask(w, 200)
		return
	}
	if match := r.Header.Get("If-Match"); match != "" && match != s.tags[s.version] {
		answerJSON(w, 412, object{"code": 20412, "message": "expected " + s.tags[s.version]})
		return
	}
	s.version++
	s.task["priority"] = json.Number(form.Get("Priority") + ".0")
	s.writeTask(w, 200)
}

func (s *service) writeTask(w http.ResponseWriter, status int) {
	s.task["age"] = random(99)
	w.Header().Set("ETag", s.tags[s.version])
	answerJSON(w, status, s.task)
}

func (s *service) listEvents(w http.ResponseWriter) {
	events := []object{}
	for i, kind := range []string{"task.created", "worker.created", "task.created"} {
		events = append(events, object{
			"sid": s.extra[i], "event_type": kind, "event_date": s.tick(), "event_date_ms": s.now.UnixMilli(),
			"actor_sid": s.account, "source_ip_address": fmt.Sprintf("203.0.113.%d", random(250)),
			"event_data": object{"worker_time_in_previous_activity_ms": strconv.FormatInt(random(9999), 10), "worker_sid": s.worker["sid"]},
			s.extra[i]:   i,
		})
	}
	answerJSON(w, 200, object{"events": events, "meta": object{"key": "events"}})
}

func (s *service) notFound(w http.ResponseWriter, r *http.Request) {
	answerJSON(w, 404, object{"code": 20404, "message": "The requested resource " + r.URL.Path + " was not found"})
}

func answerJSON(w http.ResponseWriter, status int, body object) {
	w.WriteHeader(status)
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write(data)
}
