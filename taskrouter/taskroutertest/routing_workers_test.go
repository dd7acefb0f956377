package taskroutertest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestTheWorkerWhoWasWithoutATaskForTheLongestIsAsked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob", "Cid")
		w.support()
		var asked []string
		for range 7 {
			j := w.task("{}")
			name := j.reservations()[0].WorkerName
			asked = append(asked, name)
			w.accepts(name, j)
			w.answers(name, j, "completed")
		}
		assert.Equal(w.t, []string{"Ann", "Bob", "Cid", "Ann", "Bob", "Cid", "Ann"}, asked, "never asked first, then by age")
	})
}

func TestWhoIsNewGoesBeforeWhoHadATask(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		w.answers("Ann", w.assigned("Ann"), "completed")
		w.workers("Bob")
		w.task("{}").is("reserved in Support: Bob")
	})
}

// twoChannels has Ann asked for a call first and Bob for a chat then, and returns a chat.
func (w *world) twoChannels(optimized bool) *job {
	w.t.Helper()
	for _, name := range []string{"voice", "chat"} {
		_, err := w.client.TaskChannels(w.sid).Update(w.t.Context(), name, taskrouter.UpdateTaskChannelRequest{ChannelOptimizedRouting: &optimized})
		w.ok(err)
	}
	w.workers("Ann", "Bob")
	w.takes("Ann", "chat", 5)
	w.takes("Bob", "chat", 5)
	w.support()
	w.task("{}", channel("chat")).is("reserved in Support: Ann")
	if optimized {
		w.task("{}", channel("voice")).is("reserved in Support: Ann")
		w.task("{}", channel("chat")).is("reserved in Support: Bob")
		w.task("{}", channel("voice")).is("reserved in Support: Bob")
	} else {
		w.task("{}", channel("voice")).is("reserved in Support: Bob")
		w.task("{}", channel("voice")).is("reserved in Support: Ann")
	}
	return w.task("{}", channel("chat"))
}

func TestTheIdleTimeIsSharedByAllChannels(t *testing.T) {
	inWorld(t, func(w *world) { w.twoChannels(false).is("reserved in Support: Bob") })
}

func TestAnOptimizedChannelHasAnIdleTimeOfItsOwn(t *testing.T) {
	inWorld(t, func(w *world) { w.twoChannels(true).is("reserved in Support: Ann") })
}

// optimize says whether a channel has an idle time of its own.
func (w *world) optimize(channel string, optimized bool) {
	w.t.Helper()
	_, err := w.client.TaskChannels(w.sid).Update(w.t.Context(), channel, taskrouter.UpdateTaskChannelRequest{ChannelOptimizedRouting: &optimized})
	w.ok(err)
}

// calledLast lets Ann be the first to do a task, before Bob, and the last to be called,
// after which both were looked at for a task that nobody can do.
func (w *world) calledLast() {
	w.t.Helper()
	w.workers("Ann", "Bob")
	w.queues("Support")
	w.workflow(`"filters": [{"expression": "hard == true", "targets": [{"queue": "$Support", "expression": "worker.level > 9"}]}],
		"default_filter": {"queue": "$Support"}`)
	hers, his := w.assigned("Ann"), w.assigned("Bob")
	w.answers("Ann", hers, "completed")
	w.answers("Bob", his, "completed")
	w.task("{}", channel("voice")).is("reserved in Support: Ann")
	w.task(`{"hard": true}`).is("pending in Support")
}

func TestAChannelThatBecomesOptimizedCountsItsOwnIdleTime(t *testing.T) {
	inWorld(t, func(w *world) {
		w.calledLast()
		w.optimize("default", true)
		w.task("{}").is("reserved in Support: Ann")
	})
}

func TestAChannelThatIsOptimizedNoLongerLeavesTheOthersAsTheyAre(t *testing.T) {
	inWorld(t, func(w *world) {
		w.optimize("default", true)
		w.optimize("voice", true)
		w.calledLast()
		w.optimize("voice", false)
		w.task("{}").is("reserved in Support: Ann")
	})
}

func TestAChannelThatBecomesOptimizedCountsItsOwnIdleTimeOfThoseWhoWereBusy(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.support()
		hers, his := w.assigned("Ann"), w.assigned("Bob")
		w.task("{}", channel("voice")).is("reserved in Support: Ann")
		w.task("{}").moves("canceled", "") // for which both were looked at
		w.optimize("default", true)
		w.answers("Ann", hers, "completed")
		w.answers("Bob", his, "completed")
		w.task("{}").is("reserved in Support: Ann")
	})
}

func TestAWorkerWhoIsFreedWhenNothingWaitsIsAskedForWhatComesNext(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.assigned("Ann")
		w.task("{}").moves("canceled", "")
		w.answers("Ann", j, "completed")
		w.task("{}").is("reserved in Support: Ann")
	})
}

func TestAWorkerIsAskedUpToItsCapacity(t *testing.T) {
	for capacity, want := range map[int][]string{
		0: {"pending in Support", "pending in Support", "pending in Support"},
		1: {"reserved in Support: Ann", "pending in Support", "pending in Support"},
		2: {"reserved in Support: Ann", "reserved in Support: Ann", "pending in Support"},
		3: {"reserved in Support: Ann", "reserved in Support: Ann", "reserved in Support: Ann"},
	} {
		t.Run(fmt.Sprint(capacity), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.workers("Ann")
				w.takes("Ann", "default", capacity)
				w.support()
				for i, j := range w.tasks(3) {
					j.is(want[i])
				}
			})
		})
	}
}

func TestEachChannelHasItsOwnCapacity(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		for _, name := range []string{"default", "voice", "chat", "sms", "video"} {
			w.task("{}", channel(name)).is("reserved in Support: Ann")
			w.task("{}", channel(name)).is("pending in Support")
		}
	})
}

func TestWhatIsNotOverUsesCapacity(t *testing.T) {
	for status, frees := range map[taskrouter.ReservationStatus]bool{"accepted": false, "wrapping": false, "completed": true} {
		t.Run(string(status), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.workers("Ann")
				w.support()
				first := w.assigned("Ann")
				if status != "accepted" {
					w.answers("Ann", first, status)
				}
				j := w.task("{}")
				if frees {
					j.is("reserved in Support: Ann")
					return
				}
				j.is("pending in Support")
			})
		})
	}
}

// channelOf returns how many tasks a worker has accepted of a channel, and how many
// percent of the capacity are free.
func (w *world) channelOf(worker, name string) (assigned, free int) {
	w.t.Helper()
	found, err := w.client.WorkerChannels(w.sid, w.sidOf(worker)).Get(w.t.Context(), name)
	w.ok(err)
	return found.AssignedTasks, found.AvailableCapacityPercentage
}

func TestAChannelTellsHowMuchOfItsCapacityIsFree(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.takes("Ann", "default", 3)
		w.support()
		wants := func(assigned, free int) {
			w.t.Helper()
			haveAssigned, haveFree := w.channelOf("Ann", "default")
			assert.Equal(w.t, []int{assigned, free}, []int{haveAssigned, haveFree})
		}
		wants(0, 100)
		j := w.task("{}")
		wants(0, 66)
		w.accepts("Ann", j)
		wants(1, 66)
		w.task("{}")
		wants(1, 33)
		w.answers("Ann", j, "wrapping")
		wants(0, 33)
		w.takes("Ann", "default", 1)
		wants(0, 0)
		w.takes("Ann", "default", 3)
		w.answers("Ann", j, "completed")
		wants(0, 66)
	})
}

func TestAChannelThatIsNotAvailableGetsNothingAndKeepsItsCapacity(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.takes("Ann", "chat", 2)
		w.support()
		w.updateChannel("Ann", "chat", taskrouter.UpdateWorkerChannelRequest{Available: new(false)})
		chat := w.task("{}", channel("chat"))
		chat.is("pending in Support")
		w.task("{}", channel("sms")).is("reserved in Support: Ann")
		w.updateChannel("Ann", "chat", taskrouter.UpdateWorkerChannelRequest{Available: new(true)})
		chat.is("reserved in Support: Ann")
		w.task("{}", channel("chat")).is("reserved in Support: Ann")
	})
}

func TestAWorkerWhoIsNotAvailableGetsNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workerIn("Unavailable", "Ann", "{}")
		w.support()
		j := w.task("{}")
		j.is("pending in Support")
		w.goes("Ann", "Available")
		j.is("reserved in Support: Ann")
	})
}

func TestAWorkerIsCreatedInTheDefaultActivity(t *testing.T) {
	inWorld(t, func(w *world) {
		worker, err := w.client.Workers(w.sid).Create(w.t.Context(), taskrouter.CreateWorkerRequest{FriendlyName: "Ann"})
		w.ok(err)
		assert.Equal(w.t, "Offline", worker.ActivityName)
	})
}

// desk is a workspace without multitasking, whose queue has activities for those who are
// asked and for those who accepted.
func (w *world) desk(changes ...func(*taskrouter.CreateTaskQueueRequest)) {
	w.t.Helper()
	w.activity("Reserved", false)
	w.activity("Busy", false)
	w.workers("Ann")
	w.queue("Support", "1==1", append(changes, func(r *taskrouter.CreateTaskQueueRequest) {
		r.ReservationActivitySID, r.AssignmentActivitySID = new(w.sidOf("Reserved")), new(w.sidOf("Busy"))
	})...)
	w.targets(`{"queue": "$Support"}`)
}

func TestWithoutMultitaskingAQueueMovesWorkersToItsActivities(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.desk()
		j := w.task("{}")
		w.has("Ann", "Reserved")
		w.accepts("Ann", j)
		w.has("Ann", "Busy")
		w.answers("Ann", j, "completed")
		w.has("Ann", "Busy")
		w.task("{}").is("pending in Support")
	})
}

func TestWithMultitaskingAQueueMovesNobody(t *testing.T) {
	inWorld(t, func(w *world) {
		w.desk()
		j := w.task("{}")
		w.has("Ann", "Available")
		w.accepts("Ann", j)
		w.has("Ann", "Available")
	})
}

func TestWithoutMultitaskingWhatEndsAReservationSaysWhatTheWorkerDoesNext(t *testing.T) {
	for name, test := range map[string]struct {
		end      func(*world, *job)
		activity string
	}{
		"rejected into an activity": {func(w *world, j *job) { w.rejectsInto("Unavailable", "Ann", j) }, "Unavailable"},
		"timeout":                   {func(w *world, _ *job) { w.at("120s") }, "Offline"},
		"canceled":                  {func(_ *world, j *job) { j.moves("canceled", "") }, "Available"},
	} {
		t.Run(name, func(t *testing.T) {
			inSingleTasking(t, func(w *world) {
				w.desk()
				j := w.task("{}")
				test.end(w, j)
				w.has("Ann", test.activity)
			})
		})
	}
}

func TestWithoutMultitaskingARejectionRestoresThePreviousActivity(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.activity("Eager", true)
		w.desk(asking(2))
		w.goes("Ann", "Eager")
		w.workers("Bob")
		j := w.task("{}")
		j.is("reserved in Support: Ann, Bob")
		w.rejects("Ann", j)
		w.has("Ann", "Eager")
		j.is("reserved in Support: Bob")
	})
}

func TestWithoutMultitaskingWhoeverIsRescindedGoesBack(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.desk(asking(2))
		w.workers("Bob")
		j := w.task("{}")
		w.has("Bob", "Reserved")
		w.accepts("Ann", j)
		w.has("Ann", "Busy")
		w.has("Bob", "Available")
	})
}

func TestWithoutMultitaskingAWorkerDoesOneThingAtATime(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.workers("Ann")
		w.takes("Ann", "chat", 9)
		w.support()
		call := w.task("{}", channel("voice"))
		chat := w.task("{}", channel("chat"))
		chat.is("pending in Support")
		w.accepts("Ann", call)
		w.answers("Ann", call, "wrapping")
		chat.is("pending in Support")
		w.answers("Ann", call, "completed")
		chat.is("reserved in Support: Ann")
		w.has("Ann", "Available")
	})
}

func TestWithoutMultitaskingAWorkerWithoutRoomGetsNothing(t *testing.T) {
	for name, request := range map[string]taskrouter.UpdateWorkerChannelRequest{
		"no capacity":   {Capacity: new(0)},
		"not available": {Available: new(false)},
	} {
		t.Run(name, func(t *testing.T) {
			inSingleTasking(t, func(w *world) {
				w.workers("Ann")
				w.support()
				w.updateChannel("Ann", "default", request)
				w.task("{}").is("pending in Support")
			})
		})
	}
}

func TestWithoutMultitaskingAReservationIsToldBeforeTheMoveOfItsWorker(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.desk()
		w.at("10s")
		w.task("{}")
		told := w.told(w.events(taskrouter.ListEventsParams{WorkerSID: new(w.sidOf("Ann"))}))
		assert.Equal(w.t, []string{"10s reservation.created Ann", "10s worker.activity.update Ann"}, told[len(told)-2:])
		created := w.events(taskrouter.ListEventsParams{EventType: new("reservation.created")})
		assert.Equal(w.t, "Available", created[0].EventData["worker_activity_name"])
	})
}

func TestWithoutMultitaskingWhoeverIsAskedTwiceGoesBackAfterBoth(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.desk()
		first, second := w.task("{}"), w.task("{}", w.meantFor("Ann"))
		second.is("reserved in Support: Ann")
		first.moves("canceled", "")
		w.has("Ann", "Reserved")
		second.moves("canceled", "")
		w.has("Ann", "Available")
	})
}

func TestWithoutMultitaskingAWorkerGoesBackToWhatItDidLast(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.desk()
		w.task("{}").moves("canceled", "")
		w.activity("Phone", true)
		w.goes("Ann", "Phone")
		j := w.task("{}")
		w.has("Ann", "Reserved")
		j.moves("canceled", "")
		w.has("Ann", "Phone")
	})
}

func TestWithoutMultitaskingAWorkerDoesNotGoBack(t *testing.T) {
	for name, test := range map[string]struct {
		end         func(*world, *job)
		want, state string
	}{
		"from where it was moved meanwhile": {func(w *world, j *job) {
			w.goes("Ann", "Offline")
			j.moves("canceled", "no")
		}, "Offline", "canceled in Support: no"},
		"to what is gone": {func(w *world, j *job) {
			w.ok(w.client.Activities(w.sid).Delete(w.t.Context(), w.sidOf("Phone")))
			j.moves("canceled", "no")
		}, "Reserved", "canceled in Support: no"},
		"from where a rejection leads": {func(w *world, j *job) { w.rejectsInto("Reserved", "Ann", j) }, "Reserved", "pending in Support"},
	} {
		t.Run(name, func(t *testing.T) {
			inSingleTasking(t, func(w *world) {
				w.activity("Phone", true)
				w.desk()
				w.goes("Ann", "Phone")
				j := w.task("{}")
				w.has("Ann", "Reserved")
				test.end(w, j)
				w.has("Ann", test.want)
				j.is(test.state)
			})
		})
	}
}

func TestADeletedWorkerIsNotToldToMove(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.desk()
		w.at("10s")
		j := w.task("{}")
		w.at("20s")
		w.ok(w.client.Workers(w.sid).Delete(w.t.Context(), w.sidOf("Ann")))
		j.is("pending in Support")
		told := w.told(w.events(taskrouter.ListEventsParams{WorkerSID: new(w.sidOf("Ann"))}))
		assert.Equal(w.t, []string{"20s reservation.canceled Ann", "20s worker.deleted Ann"}, told[len(told)-2:])
	})
}
