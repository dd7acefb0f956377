package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// The tests of this module use the standard library alone: what a user's program
// needs has to be what its go.mod names, and that is the SDK.

const (
	workspace   = "WS00000000000000000000000000000001"
	activity    = "WA00000000000000000000000000000001"
	queue       = "WQ00000000000000000000000000000001"
	workflow    = "WW00000000000000000000000000000001"
	worker      = "WK00000000000000000000000000000001"
	task        = "WT00000000000000000000000000000001"
	reservation = "WR00000000000000000000000000000001"

	below = "/v1/Workspaces/" + workspace
)

func one(status int, body object) []answer { return []answer{{status, body}} }

// page is the list of one page, or of one with another after it.
func page(key, next string, items ...object) object {
	meta := object{"key": key, "page": 0, "page_size": 50, "next_page_url": nil}
	if next != "" {
		meta["next_page_url"] = next
	}
	return object{key: append([]object{}, items...), "meta": meta}
}

// answers are those of a service in which all goes well.
func answers() map[string][]answer {
	reserved := object{"sid": reservation, "worker_name": "Robin", "worker_sid": worker, "reservation_status": "pending"}
	accepted := maps.Clone(reserved)
	accepted["reservation_status"] = "accepted"
	return map[string][]answer{
		"POST /v1/Workspaces":                                                   one(201, object{"sid": workspace}),
		"DELETE " + below:                                                       one(204, nil),
		"POST " + below + "/TaskChannels":                                       one(201, object{"sid": "TC1", "unique_name": "letters"}),
		"POST " + below + "/TaskQueues":                                         one(201, object{"sid": queue, "max_reserved_workers": 2}),
		"POST " + below + "/Workflows":                                          one(201, object{"sid": workflow}),
		"POST " + below + "/Activities":                                         one(201, object{"sid": activity}),
		"POST " + below + "/Workers":                                            one(201, object{"sid": worker}),
		"POST " + below + "/Tasks":                                              one(201, object{"sid": task, "assignment_status": "pending"}),
		"POST " + below + "/Tasks/" + task:                                      one(200, object{"sid": task, "assignment_status": "completed"}),
		"POST " + below + "/Workers/" + worker:                                  one(200, object{"sid": worker, "friendly_name": "Robin"}),
		"POST " + below + "/TaskQueues/" + queue:                                one(200, object{"sid": queue, "max_reserved_workers": 1}),
		"POST " + below + "/Workers/" + worker + "/Channels/letters":            one(200, object{"configured_capacity": 2, "task_channel_unique_name": "letters"}),
		"POST " + below + "/Workers/" + worker + "/Reservations/" + reservation: one(200, accepted),
		"GET " + below + "/Tasks/" + task:                                       one(200, object{"sid": task, "age": 7}),
		"GET " + below + "/Tasks/" + task + "/Reservations": {
			{200, page("reservations", "")}, // the service takes its time
			{200, page("reservations", "", reserved)},
		},
		"GET " + below + "/Events": {
			{200, page("events", "https://taskrouter.twilio.com"+below+"/Events?PageToken=2", object{"event_type": "task.created"})},
			{200, page("events", "", object{"event_type": "reservation.accepted"})},
		},
	}
}

func TestEachServiceIsAskedAndTheResultPrinted(t *testing.T) {
	s := serve(t, answers())
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	compare(t, "requests", s.asked, []string{
		"POST /v1/Workspaces FriendlyName=Support+desk",
		"POST " + below + "/TaskChannels FriendlyName=Letters&UniqueName=letters",
		"POST " + below + "/TaskQueues FriendlyName=Everything&TargetWorkers=1%3D%3D1",
		"POST " + below + "/TaskQueues/" + queue + " MaxReservedWorkers=1",
		"POST " + below + "/Workflows Configuration=%7B%22task_routing%22%3A%7B%22default_filter%22%3A%7B%22queue%22%3A%22" + queue + "%22%7D%7D%7D&FriendlyName=Into+the+queue",
		"POST " + below + "/Activities Available=true&FriendlyName=At+the+desk",
		"POST " + below + "/Workers Attributes=%7B%22languages%22%3A%5B%22en%22%5D%7D&FriendlyName=Robin",
		"POST " + below + "/Workers/" + worker + "/Channels/letters Capacity=2",
		"POST " + below + "/Workers/" + worker + " ActivitySid=" + activity,
		"POST " + below + "/Tasks Attributes=%7B%22from%22%3A%22Alex%22%7D&TaskChannel=letters&WorkflowSid=" + workflow,
		"GET " + below + "/Tasks/" + task + "/Reservations ReservationStatus=pending",
		"GET " + below + "/Tasks/" + task + "/Reservations ReservationStatus=pending",
		"POST " + below + "/Workers/" + worker + "/Reservations/" + reservation + " ReservationStatus=accepted",
		"POST " + below + "/Tasks/" + task + " AssignmentStatus=completed&Reason=answered",
		"GET " + below + "/Tasks/" + task,
		"GET " + below + "/Events TaskSid=" + task,
		"GET " + below + "/Events PageToken=2",
		"GET " + below + "/Workers/WK00000000000000000000000000000000",
		"DELETE " + below,
	})
	compare(t, "result", strings.Split(strings.TrimSpace(out.String()), "\n"), []string{
		"opened workspace " + workspace,
		"task channel letters",
		"task queue " + queue + " asks 1 worker at a time",
		"workflow " + workflow,
		"worker Robin takes 2 of letters",
		"task " + task + " is pending",
		"reservation " + reservation + " of Robin is accepted",
		"task " + task + " is completed",
		"task " + task + " is 7 seconds old",
		"event task.created",
		"event reservation.accepted",
		"missing: 404 20404 getWorker",
		`not sent: taskrouter: getWorker: invalid argument: WorkerSid is "WT00000000000000000000000000000000", expected a SID that begins with WK`,
	})
}

// compare shows the first line that differs.
func compare(t *testing.T, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("%s differ from line %d on:\ngot:\n%s\nwant:\n%s", what, i+1,
				strings.Join(got[min(i, len(got)):], "\n"), strings.Join(want[min(i, len(want)):], "\n"))
			return
		}
	}
}

// Whatever fails, the program says what it was and clears the workspace away.
func TestAFailureIsToldAndTheDeskCleared(t *testing.T) {
	for key := range answers() {
		if key == "POST /v1/Workspaces" || strings.HasPrefix(key, "DELETE ") {
			continue
		}
		t.Run(key, func(t *testing.T) {
			given := answers()
			given[key] = one(403, object{"code": 20003, "message": "not yours", "status": 403})
			s := serve(t, given)
			err := run(t.Context(), new(strings.Builder))
			if err == nil || !strings.Contains(err.Error(), "not yours") {
				t.Errorf("expected the failure of the service, not %v", err)
			}
			if last := s.asked[len(s.asked)-1]; last != "DELETE "+below {
				t.Errorf("expected the workspace to be deleted at last, not %s", last)
			}
		})
	}
}

func TestAFailureAtEitherEndIsTold(t *testing.T) {
	for _, key := range []string{"POST /v1/Workspaces", "DELETE " + below} {
		t.Run(key, func(t *testing.T) {
			given := answers()
			given[key] = one(403, object{"code": 20003, "message": "not yours", "status": 403})
			serve(t, given)
			if err := run(t.Context(), new(strings.Builder)); err == nil || !strings.Contains(err.Error(), "not yours") {
				t.Errorf("expected the failure of the service, not %v", err)
			}
		})
	}
}

func TestWorkersFoundWhereNoneAreAreAFailure(t *testing.T) {
	given := answers()
	given["GET "+below+"/Workers/WK00000000000000000000000000000000"] = one(200, object{"sid": "WK00000000000000000000000000000000"})
	serve(t, given)
	if err := run(t.Context(), new(strings.Builder)); err == nil || err.Error() != "a worker whom nobody hired was found" {
		t.Errorf("expected the program to notice, not %v", err)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	given := answers()
	given["GET "+below+"/Tasks/"+task+"/Reservations"] = []answer{{200, page("reservations", "")}}
	serve(t, given)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := run(ctx, new(strings.Builder)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("expected the end of the context, not %v", err)
	}
}

func TestWithoutCredentialsNothingIsSent(t *testing.T) {
	s := serve(t, answers())
	t.Setenv("TWILIO_AUTH_TOKEN", "")
	if err := run(t.Context(), new(strings.Builder)); err == nil || !strings.Contains(err.Error(), "TWILIO_AUTH_TOKEN") {
		t.Errorf("expected the variable that is missing, not %v", err)
	}
	if len(s.asked) > 0 {
		t.Errorf("expected no request, not %s", s.asked)
	}
}
