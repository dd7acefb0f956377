package taskroutertest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// annServes wants that Ann is asked for these tasks in this order, each of which she
// completes at once.
func (w *world) annServes(jobs []*job, order ...int) {
	w.t.Helper()
	var have []int
	for range jobs {
		n := slices.IndexFunc(jobs, func(j *job) bool {
			return len(j.reservations()) > 0 && j.reservation("Ann").ReservationStatus == "pending"
		})
		if n < 0 {
			break
		}
		have = append(have, n)
		w.accepts("Ann", jobs[n])
		w.answers("Ann", jobs[n], "completed")
	}
	assert.Equal(w.t, order, have)
}

func started(ago time.Duration) func(*taskrouter.CreateTaskRequest) {
	return func(r *taskrouter.CreateTaskRequest) { r.VirtualStartTime = new(time.Now().Add(-ago)) }
}

// each makes a task for each change, one a second.
func (w *world) each(changes ...func(*taskrouter.CreateTaskRequest)) []*job {
	w.t.Helper()
	var jobs []*job
	for _, change := range changes {
		jobs = append(jobs, w.tasks(1, change)...)
	}
	return jobs
}

func TestAFirstInQueueServesTheHighestPriorityFirstAndThenTheOldest(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		jobs := w.each(priority(1), priority(0), priority(7), priority(1), priority(7))
		w.workers("Ann")
		w.annServes(jobs, 2, 4, 0, 3, 1)
	})
}

func TestALastInQueueServesTheNewestFirstWhateverItsPriority(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queue("Support", "1==1", lifo)
		w.targets(`{"queue": "$Support"}`)
		jobs := w.each(priority(1), priority(9), priority(0))
		w.workers("Ann")
		w.annServes(jobs, 2, 1, 0)
	})
}

func TestTheVirtualStartTimeStandsForTheTimeOfCreation(t *testing.T) {
	for name, test := range map[string]struct {
		changes []func(*taskrouter.CreateTaskQueueRequest)
		order   []int
	}{
		"first in": {nil, []int{1, 3, 0, 2}},
		"last in":  {[]func(*taskrouter.CreateTaskQueueRequest){lifo}, []int{2, 0, 3, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.queue("Support", "1==1", test.changes...)
				w.targets(`{"queue": "$Support"}`)
				jobs := w.each(started(0), started(time.Hour), started(0), started(time.Minute))
				w.workers("Ann")
				w.annServes(jobs, test.order...)
			})
		})
	}
}

func TestAWorkspaceSaysWhichKindOfQueueGoesFirst(t *testing.T) {
	for prefers, order := range map[taskrouter.QueueOrder][]int{"FIFO": {0, 2, 3, 1}, "LIFO": {3, 1, 0, 2}} {
		t.Run(string(prefers), func(t *testing.T) {
			inWorldOf(t, taskrouter.CreateWorkspaceRequest{PrioritizeQueueOrder: &prefers}, func(w *world) {
				w.queue("First", "1==1")
				w.queue("Last", "1==1", lifo)
				w.workflow(`"filters": [{"expression": "last == true", "targets": [{"queue": "$Last"}]}], "default_filter": {"queue": "$First"}`)
				var jobs []*job
				for _, attributes := range []string{`{}`, `{"last": true}`, `{}`, `{"last": true}`} {
					jobs = append(jobs, w.task(attributes, priority(1-len(jobs)/2)))
					later(time.Second)
				}
				w.workers("Ann")
				w.annServes(jobs, order...)
			})
		})
	}
}

func TestAnUpdateOfThePreferredKindOfQueueCountsFromNowOn(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queue("First", "1==1")
		w.queue("Last", "1==1", lifo)
		w.workflow(`"filters": [{"expression": "last == true", "targets": [{"queue": "$Last"}]}], "default_filter": {"queue": "$First"}`)
		jobs := []*job{w.task(`{}`), w.task(`{"last": true}`)}
		_, err := w.client.Workspaces.Update(w.t.Context(), w.sid, taskrouter.UpdateWorkspaceRequest{PrioritizeQueueOrder: new(taskrouter.QueueOrderLIFO)})
		w.ok(err)
		w.workers("Ann")
		w.annServes(jobs, 1, 0)
	})
}

func TestTasksOfSeveralQueuesAreComparedByPriorityAndAge(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("One", "Two")
		w.workflow(`"filters": [{"expression": "two == true", "targets": [{"queue": "$Two"}]}], "default_filter": {"queue": "$One"}`)
		jobs := []*job{w.task(`{}`), w.task(`{"two": true}`), w.task(`{}`, priority(1)), w.task(`{"two": true}`, priority(2))}
		w.workers("Ann")
		w.annServes(jobs, 3, 2, 0, 1)
	})
}

func TestAWorkerWithRoomForTwoIsGivenTheBestOfAllQueues(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("One", "Two")
		w.workflow(`"filters": [{"expression": "two == true", "targets": [{"queue": "$Two"}]}], "default_filter": {"queue": "$One"}`)
		jobs := []*job{w.task(`{}`, priority(9)), w.task(`{}`, priority(1)), w.task(`{"two": true}`, priority(5))}
		w.workerIn("Offline", "Ann", "{}")
		w.takes("Ann", "default", 2)
		w.goes("Ann", "Available")
		jobs[0].is("reserved in One at 9: Ann")
		jobs[1].is("pending in One at 1")
		jobs[2].is("reserved in Two at 5: Ann")
	})
}

func TestATaskThatNobodyCanDoDoesNotHoldUpOthers(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("Support")
		w.targets(`{"queue": "$Support", "expression": "task.language IN worker.languages"}`)
		jobs := []*job{w.task(`{"language": "fi"}`, priority(9)), w.task(`{"language": "en"}`)}
		w.worker("Ann", `{"languages": ["en"]}`)
		jobs[0].is("pending in Support at 9")
		jobs[1].is("reserved in Support: Ann")
	})
}

func TestAnExpressionSaysWhoServesAQueue(t *testing.T) {
	for expression, want := range map[string]string{
		"1==1": "Ann, Bob, Cid",
		`(skills HAS "support") AND (languages HAS "english")`: "Ann",
		`languages HAS "spanish"`:                              "Bob",
		"tech_support_skill > 5":                               "Bob",
		`"support" in skills`:                                  "Ann, Bob",
		"location.city != null":                                "Cid",
		"languages[0] == 'english'":                            "Ann",
		"friendly_name == 'Cid'":                               "Cid",
		"sid IN ['$Bob']":                                      "Bob",
		"activity_name == 'Available'":                         "Ann, Bob, Cid",
		"1==0":                                                 "",
		"":                                                     "",
	} {
		t.Run(expression, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.worker("Ann", `{"skills": ["support"], "languages": ["english"], "tech_support_skill": 5}`)
				w.worker("Bob", `{"skills": ["support"], "languages": ["spanish"], "tech_support_skill": "6"}`)
				w.worker("Cid", `{"location": {"city": "Turku"}}`)
				w.queue("Support", expression, asking(9))
				w.targets(`{"queue": "$Support"}`)
				if want == "" {
					w.task("{}").is("pending in Support")
					return
				}
				w.task("{}").is("reserved in Support: " + want)
			})
		})
	}
}

func TestAQueueThatAsksForTheSIDOfTheActivityFollowsIt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.activity("Phone", true)
		w.workers("Ann")
		w.queue("Support", "activity_sid == '$Phone'")
		w.targets(`{"queue": "$Support"}`)
		j := w.task("{}")
		j.is("pending in Support")
		w.goes("Ann", "Phone")
		j.is("reserved in Support: Ann")
	})
}

func TestAQueueThatAsksForTheActivityFollowsIt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.activity("Chatting", true)
		w.workers("Ann")
		w.queue("Chats", "activity_name == 'Chatting'")
		w.targets(`{"queue": "$Chats"}`)
		j := w.task("{}")
		j.is("pending in Chats")
		w.goes("Ann", "Chatting")
		j.is("reserved in Chats: Ann")
		w.rejectsInto("Available", "Ann", j)
		j.is("pending in Chats")
	})
}
