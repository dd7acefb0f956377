package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/api"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// What the halves of the statistics below have in common.
const (
	byActivity       = `"activity_statistics":[{"sid":"{Offline}","friendly_name":"Offline","workers":1},{"sid":"{Available}","friendly_name":"Available","workers":%d},{"sid":"{Unavailable}","friendly_name":"Unavailable","workers":0}]`
	reservationsAll  = `"reservations_created":1,"reservations_accepted":2,"reservations_rejected":3,"reservations_timed_out":4,"reservations_canceled":5,"reservations_rescinded":6`
	waits            = `"wait_duration_until_accepted":{"avg":7,"min":4,"max":10,"total":14},"wait_duration_until_canceled":{"avg":25,"min":4,"max":46,"total":200}`
	waitsInQueue     = `"wait_duration_in_queue_until_accepted":{"avg":4,"min":3,"max":5,"total":8}`
	split            = `"split_by_wait_time":{"5":{"below":{"tasks_canceled":1,"reservations_accepted":1},"above":{"tasks_canceled":7,"reservations_accepted":1}},"30":{"below":{"tasks_canceled":5,"reservations_accepted":2},"above":{"tasks_canceled":3,"reservations_accepted":0}}}`
	window           = `"start_time":"1999-12-31T23:46:00Z","end_time":"2000-01-01T00:01:00Z"`
	ofWorkspace      = `"account_sid":"{AC}","workspace_sid":"{WS}"`
	ofQueueTasks     = `"total_tasks":11,"longest_task_waiting_age":60,"longest_task_waiting_sid":"{WT0}","tasks_by_status":{"pending":4,"reserved":3,"assigned":2,"wrapping":1,"completed":1,"canceled":0},"tasks_by_priority":{"0":8,"5":3}`
	ofWorkspaceTasks = `"total_tasks":12,"longest_task_waiting_age":60,"longest_task_waiting_sid":"{WT0}","tasks_by_status":{"pending":5,"reserved":3,"assigned":2,"wrapping":1,"completed":1,"canceled":0},"tasks_by_priority":{"0":8,"5":3,"7":1}`
	ofQueueWorkers   = `"total_available_workers":1,"total_eligible_workers":2`
	relative         = `"longest_relative_task_age_in_queue":50,"longest_relative_task_sid_in_queue":"{WT3}"`
	durations        = `"activity_durations":[{"sid":"{Offline}","friendly_name":"Offline","avg":2,"min":2,"max":2,"total":2},{"sid":"{Available}","friendly_name":"Available","avg":60,"min":60,"max":60,"total":60},{"sid":"{Unavailable}","friendly_name":"Unavailable","avg":0,"min":0,"max":0,"total":0}]`
)

func TestStatisticsHaveTheFiguresUnderTheirNames(t *testing.T) {
	queueNow := strings.Join([]string{ofQueueTasks, ofQueueWorkers, relative, fmt.Sprintf(byActivity, 1)}, ",")
	queuePast := strings.Join([]string{
		window, `"avg_task_acceptance_time":7`, split, reservationsAll,
		`"tasks_entered":11,"tasks_canceled":8,"tasks_deleted":11,"tasks_moved":12`,
	}, ",")
	workspaceNow := ofWorkspaceTasks + `,"total_workers":3,` + fmt.Sprintf(byActivity, 2)
	workspacePast := strings.Join([]string{
		window, `"avg_task_acceptance_time":7`, split, reservationsAll,
		`"tasks_created":7,"tasks_canceled":8,"tasks_deleted":11,"tasks_moved":12,"tasks_timed_out_in_workflow":14`,
	}, ",")
	workflowPast := strings.Join([]string{
		window, `"avg_task_acceptance_time":7`, split,
		`"reservations_accepted":2,"reservations_rejected":3,"reservations_timed_out":4`,
		`"tasks_entered":13,"tasks_canceled":8,"tasks_moved":12,"tasks_timed_out_in_workflow":14`,
	}, ",")
	workersPast := window + "," + reservationsAll + "," + durations
	const thresholds = "SplitByWaitTime=5,30"

	for path, want := range map[string]string{
		"/RealTimeStatistics":                 `{` + ofWorkspace + `,` + workspaceNow + `,"url":"{URL}/RealTimeStatistics"}`,
		"/CumulativeStatistics?" + thresholds: `{` + ofWorkspace + `,` + workspacePast + `,` + waits + `,"tasks_completed":9,"url":"{URL}/CumulativeStatistics"}`,
		"/Statistics?" + thresholds:           `{` + ofWorkspace + `,"realtime":{` + workspaceNow + `},"cumulative":{` + workspacePast + `},"url":"{URL}/Statistics"}`,

		"/TaskQueues/{WQ}/RealTimeStatistics":                 `{` + ofWorkspace + `,"task_queue_sid":"{WQ}",` + queueNow + `,"url":"{URL}/TaskQueues/{WQ}/RealTimeStatistics"}`,
		"/TaskQueues/{WQ}/CumulativeStatistics?" + thresholds: `{` + ofWorkspace + `,"task_queue_sid":"{WQ}",` + queuePast + `,` + waits + `,` + waitsInQueue + `,"tasks_completed":9,"url":"{URL}/TaskQueues/{WQ}/CumulativeStatistics"}`,
		"/TaskQueues/{WQ}/Statistics?" + thresholds:           `{` + ofWorkspace + `,"task_queue_sid":"{WQ}","realtime":{` + queueNow + `},"cumulative":{` + queuePast + `},"url":"{URL}/TaskQueues/{WQ}/Statistics"}`,
		"/TaskQueues/Statistics?FriendlyName=Espa%C3%B1ol&" + thresholds: `{"task_queues_statistics":[{` + ofWorkspace + `,"task_queue_sid":"{WQ}","realtime":{` + queueNow + `},"cumulative":{` + queuePast + `}}],
			"meta":{"key":"task_queues_statistics","page":0,"page_size":50,"previous_page_url":null,"next_page_url":null,
			"first_page_url":"{URL}/TaskQueues/Statistics?FriendlyName=Espa%C3%B1ol&SplitByWaitTime=5%2C30&PageSize=50&Page=0",
			"url":"{URL}/TaskQueues/Statistics?FriendlyName=Espa%C3%B1ol&SplitByWaitTime=5%2C30&PageSize=50&Page=0"}}`,

		"/Workflows/{WW}/RealTimeStatistics": `{` + ofWorkspace + `,"workflow_sid":"{WW}",` + ofWorkspaceTasks + `,"url":"{URL}/Workflows/{WW}/RealTimeStatistics"}`,
		"/Workflows/{WW}/CumulativeStatistics?" + thresholds: `{` + ofWorkspace + `,"workflow_sid":"{WW}",` + workflowPast + `,` + waits + `,
			"reservations_created":1,"reservations_canceled":5,"reservations_rescinded":6,"tasks_completed":9,"tasks_deleted":11,"url":"{URL}/Workflows/{WW}/CumulativeStatistics"}`,
		"/Workflows/{WW}/Statistics?" + thresholds: `{` + ofWorkspace + `,"workflow_sid":"{WW}","realtime":{` + ofWorkspaceTasks + `},"cumulative":{` + workflowPast + `},"url":"{URL}/Workflows/{WW}/Statistics"}`,

		"/Workers/RealTimeStatistics": `{` + ofWorkspace + `,"total_workers":3,` + fmt.Sprintf(byActivity, 2) + `,"url":"{URL}/Workers/RealTimeStatistics"}`,
		"/Workers/{WK}/Statistics":    `{` + ofWorkspace + `,"worker_sid":"{WK}","cumulative":{` + workersPast + `},"url":"{URL}/Workers/{WK}/Statistics"}`,
	} {
		t.Run(path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newBusyFloor(t)
				answer := f.get(f.fill(path))
				require.Equal(t, http.StatusOK, answer.Status, "%s", answer.Body)
				assert.JSONEq(t, f.fill(want), string(answer.Body))
			})
		})
	}
}

// newBusyFloor is a workspace with a different count of everything.
func newBusyFloor(t *testing.T) *floor {
	t.Helper()
	f := newFloor(t)
	f.task(gen.TaskStatusPending, url.Values{"Attributes": {`{"patient":true}`}}) // which enters the queue after 20 seconds only
	f.task(gen.TaskStatusPending, url.Values{"RoutingTarget": {f.other.SID}, "TaskChannel": {"chat"}, "Priority": {"7"}})
	<-time.After(10 * time.Second)
	f.update("/Workers/"+f.amara.SID+"/Channels/default", url.Values{"Capacity": {"6"}})
	for _, status := range []gen.TaskStatus{
		gen.TaskStatusCompleted,
		gen.TaskStatusReserved, gen.TaskStatusReserved, gen.TaskStatusReserved,
		gen.TaskStatusAssigned, gen.TaskStatusAssigned, gen.TaskStatusWrapping, // which are all that Amara takes
		gen.TaskStatusPending, gen.TaskStatusPending, gen.TaskStatusPending,
	} {
		priority := "0"
		if status == gen.TaskStatusReserved {
			priority = "5"
		}
		f.task(status, url.Values{"Priority": {priority}})
	}
	<-time.After(50 * time.Second)
	f.loadEvents()
	return f
}

func TestStatisticsOfWorkersAreOfThoseWhoMatch(t *testing.T) {
	for query, want := range map[string]struct {
		workers, created int
	}{
		"":                                      {3, 1},
		"?FriendlyName=Amara":                   {1, 1},
		"?FriendlyName=Bruno":                   {1, 0},
		"?FriendlyName=Nobody":                  {0, 0},
		"?TaskQueueSid={WQ}":                    {2, 1},
		"?TaskQueueSid={WQother}":               {0, 0},
		"?TaskQueueSid={WQunlisted}":            {0, 0},
		"?TaskQueueName=Espa%C3%B1ol":           {2, 1},
		"?TaskQueueName=Other":                  {0, 0},
		"?TaskQueueSid={WQ}&FriendlyName=Chidi": {0, 0},
		"?TaskChannel=voice":                    {3, 1},
		"?TaskChannel=chat":                     {3, 0},
	} {
		t.Run(query, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newBusyFloor(t)
				var got gen.WorkersStatistics
				decode(t, f.get("/Workers/Statistics"+f.fill(query)), &got)
				assert.Equal(t, want.workers, got.Realtime.TotalWorkers)
				assert.Len(t, got.Realtime.ActivityStatistics, 3)
				assert.Equal(t, want.created, got.Cumulative.ReservationsCreated)
				assert.Len(t, got.Cumulative.ActivityDurations, 3)
				total := 0.0
				for _, duration := range got.Cumulative.ActivityDurations {
					total += duration.Total
				}
				assert.InDelta(t, 60*want.workers, total, 2, "of the same workers; Amara was offline before")
			})
		})
	}
}

func TestTheWaysToAskForStatisticsOfWorkersAgree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newBusyFloor(t)
		var (
			both gen.WorkersStatistics
			now  gen.WorkersRealTimeStatistics
			past gen.WorkersCumulativeStatistics
		)
		decode(t, f.get("/Workers/Statistics?TaskChannel=voice&Minutes=20"), &both)
		decode(t, f.get("/Workers/RealTimeStatistics?TaskChannel=voice"), &now)
		decode(t, f.get("/Workers/CumulativeStatistics?TaskChannel=voice&Minutes=20"), &past)
		assert.Equal(t, f.fill("{URL}/Workers/Statistics"), both.URL)
		assert.Equal(t, f.account.SID, both.AccountSID)
		assert.Equal(t, f.workspace.SID, both.WorkspaceSID)
		assert.Equal(t, gen.WorkersRealTimeStatistics{
			AccountSID: f.account.SID, WorkspaceSID: f.workspace.SID, URL: f.fill("{URL}/Workers/RealTimeStatistics"),
			TotalWorkers: both.Realtime.TotalWorkers, ActivityStatistics: both.Realtime.ActivityStatistics,
		}, now)
		c := both.Cumulative
		assert.Equal(t, 6, c.ReservationsRescinded)
		assert.Equal(t, gen.WorkersCumulativeStatistics{
			AccountSID: f.account.SID, WorkspaceSID: f.workspace.SID, URL: f.fill("{URL}/Workers/CumulativeStatistics"),
			StartTime: c.StartTime, EndTime: c.EndTime, ActivityDurations: c.ActivityDurations,
			ReservationsCreated: c.ReservationsCreated, ReservationsAccepted: c.ReservationsAccepted,
			ReservationsRejected: c.ReservationsRejected, ReservationsTimedOut: c.ReservationsTimedOut,
			ReservationsCanceled: c.ReservationsCanceled, ReservationsRescinded: c.ReservationsRescinded,
		}, past)
	})
}

func decode(t *testing.T, answer *api.Answer, into any) {
	t.Helper()
	require.Equal(t, http.StatusOK, answer.Status, "%s", answer.Body)
	require.NoError(t, json.Unmarshal(answer.Body, into))
}

func TestAChannelIsNamedByItsSIDOrItsUniqueName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newBusyFloor(t)
		chat := collect(&f.workspace.TaskChannels)[2]
		require.Equal(t, "chat", chat.UniqueName)
		for name, want := range map[string]int{"": 12, "default": 11, "chat": 1, chat.SID: 1, "sms": 0} {
			for path, into := range map[string]string{"/RealTimeStatistics": "", "/Workflows/{WW}/RealTimeStatistics": "", "/Statistics": "realtime", "/Workflows/{WW}/Statistics": "realtime"} {
				assert.EqualValues(t, want, member(t, f.get(f.fill(path)+"?TaskChannel="+name), into, "total_tasks"), "%s %s", path, name)
			}
		}
		for name, want := range map[string]int{"": 7, "voice": 7, "chat": 0} {
			for path, into := range map[string]string{"/CumulativeStatistics": "", "/Statistics": "cumulative"} {
				assert.EqualValues(t, want, member(t, f.get(path+"?TaskChannel="+name), into, "tasks_created"), "%s %s", path, name)
			}
			for _, parent := range []string{"/TaskQueues/{WQ}", "/Workflows/{WW}"} {
				answer := f.get(f.fill(parent) + "/CumulativeStatistics?TaskChannel=" + name)
				assert.EqualValues(t, want/7*8, member(t, answer, "", "tasks_canceled"), "%s %s", parent, name)
			}
		}
		for name, want := range map[string]int{"": 11, "default": 11, "chat": 0} {
			for path, into := range map[string]string{"/RealTimeStatistics": "", "/Statistics": "realtime"} {
				assert.EqualValues(t, want, member(t, f.get("/TaskQueues/"+f.spanish.SID+path+"?TaskChannel="+name), into, "total_tasks"), "%s %s", path, name)
			}
		}
		assert.EqualValues(t, 0, member(t, f.get("/Workers/CumulativeStatistics?TaskChannel=chat"), "", "reservations_created"))
		assert.EqualValues(t, 0, member(t, f.get("/Workers/"+f.amara.SID+"/Statistics?TaskChannel=chat"), "cumulative", "reservations_created"))
		var list gen.TaskQueueStatisticsList
		decode(t, f.get("/TaskQueues/Statistics?TaskChannel=chat"), &list)
		require.Len(t, list.TaskQueuesStatistics, 2)
		assert.Equal(t, 0, list.TaskQueuesStatistics[0].Realtime.TotalTasks)
		assert.Equal(t, 1, list.TaskQueuesStatistics[1].Realtime.TotalTasks)
		assert.Equal(t, 0, list.TaskQueuesStatistics[0].Cumulative.TasksCanceled)
	})
}

// member returns a member of an answer, or of an object in it.
func member(t *testing.T, answer *api.Answer, object, name string) any {
	t.Helper()
	var members map[string]any
	decode(t, answer, &members)
	if object != "" {
		members = members[object].(map[string]any)
	}
	return members[name]
}

// windows are the paths that take a window, and in which object they tell of it.
var windows = map[string]string{
	"/Statistics": "cumulative", "/CumulativeStatistics": "",
	"/TaskQueues/{WQ}/Statistics": "cumulative", "/TaskQueues/{WQ}/CumulativeStatistics": "",
	"/Workflows/{WW}/Statistics": "cumulative", "/Workflows/{WW}/CumulativeStatistics": "",
	"/Workers/Statistics": "cumulative", "/Workers/CumulativeStatistics": "",
	"/Workers/{WK}/Statistics": "cumulative",
}

func TestStatisticsTellOfTheWindowThatIsAskedFor(t *testing.T) {
	for path, object := range windows {
		t.Run(path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFloor(t)
				<-time.After(time.Hour)
				for query, want := range map[string][2]string{
					"":                                {"2000-01-01T00:45:00Z", "2000-01-01T01:00:00Z"},
					"?Minutes=20":                     {"2000-01-01T00:40:00Z", "2000-01-01T01:00:00Z"},
					"?Minutes=720":                    {"1999-12-31T13:00:00Z", "2000-01-01T01:00:00Z"},
					"?StartDate=2000-01-01T00:10:00Z": {"2000-01-01T00:10:00Z", "2000-01-01T01:00:00Z"},
					"?StartDate=2000-01-01T00:10:00Z&EndDate=2000-01-01T00:20:00Z": {"2000-01-01T00:10:00Z", "2000-01-01T00:20:00Z"},
				} {
					answer := f.get(f.fill(path) + query)
					assert.Equal(t, want[0], member(t, answer, object, "start_time"), query)
					assert.Equal(t, want[1], member(t, answer, object, "end_time"), query)
				}
			})
		})
	}
}

func TestAWindowThatEndsBeforeEventsAreForgottenHasNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFloor(t)
		f.task(gen.TaskStatusReserved, url.Values{})
		<-time.After(router.EventsKept)
		created := func(query string) any { return member(t, f.get("/CumulativeStatistics"+query), "", "tasks_created") }
		assert.EqualValues(t, 1, created("?EndDate=2000-01-01T00:00:00Z"))
		assert.EqualValues(t, 0, created("?EndDate=1999-12-31T23:59:59Z"))
		assert.Equal(t, "1999-12-31T23:59:59Z", member(t, f.get("/CumulativeStatistics?EndDate=1999-12-31T23:59:59Z"), "", "end_time"))
	})
}

func TestWhatHappenedLeavesTheWindowAsTimePasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFloor(t)
		f.task(gen.TaskStatusReserved, url.Values{})
		created := func(query string) any { return member(t, f.get("/CumulativeStatistics"+query), "", "tasks_created") }
		<-time.After(15 * time.Minute)
		assert.EqualValues(t, 1, created(""))
		<-time.After(time.Nanosecond)
		assert.EqualValues(t, 0, created(""))
		assert.EqualValues(t, 1, created("?Minutes=16"))
		<-time.After(router.EventsKept)
		assert.EqualValues(t, 0, created("?Minutes=43200"))
	})
}

func TestStatisticsAreRefused(t *testing.T) {
	const (
		noChannel  = "TaskChannel telegraph does not exist"
		longAgo    = "StartDate is more than 30 days ago"
		twoWindows = "Minutes cannot be combined with StartDate and EndDate"
	)
	synctest.Test(t, func(t *testing.T) {
		f := newFloor(t)
		refuse := func(path, message string) {
			answer := f.get(f.fill(path))
			assert.Equal(t, http.StatusBadRequest, answer.Status, path)
			assert.Contains(t, string(answer.Body), message, path)
		}
		for _, parent := range []string{"", "/TaskQueues/{WQ}", "/Workflows/{WW}", "/Workers"} {
			refuse(parent+"/RealTimeStatistics?TaskChannel=telegraph", noChannel)
		}
		paths := []string{"/TaskQueues/Statistics"}
		for path := range windows {
			paths = append(paths, path)
		}
		for _, path := range paths {
			refuse(path+"?TaskChannel=telegraph", noChannel)
			refuse(path+"?StartDate=1999-11-02T00:00:00Z", longAgo)
			refuse(path+"?Minutes=5&EndDate=2000-01-01T00:00:00Z", twoWindows)
			refuse(path+"?Minutes=x", "Minutes cannot be read")
			if strings.HasPrefix(path, "/Workers") {
				continue
			}
			for _, list := range []string{"0", "-1", "%2B5", "1.5", "x", "5,", ",5", "5,,6", "5,%206", "99999999999"} {
				refuse(path+"?SplitByWaitTime="+list, "SplitByWaitTime has ")
			}
		}
		refuse("/Workers/Statistics?TaskQueueSid=Espa%C3%B1ol", "TaskQueueSid is Español, which is no SID of a task queue")
	})
}

func TestThereAreNoStatisticsOfWhatIsNotThere(t *testing.T) {
	f := newFloor(t)
	for _, path := range []string{
		"/TaskQueues/{WQunlisted}/Statistics", "/TaskQueues/{WQunlisted}/RealTimeStatistics", "/TaskQueues/{WQunlisted}/CumulativeStatistics",
		"/Workflows/WW/Statistics", "/Workflows/WW/RealTimeStatistics", "/Workflows/WW/CumulativeStatistics",
		"/Workers/WK/Statistics",
	} {
		answer := f.get(f.fill(path))
		assert.Equal(t, http.StatusNotFound, answer.Status, path)
		assert.Contains(t, string(answer.Body), "/Workspaces/"+f.workspace.SID+f.fill(path)+" was not found")
	}
	for path := range windows {
		answer := f.call(http.MethodGet, "/Workspaces/WS"+strings.Repeat("0", 32)+f.fill(path), "", "")
		assert.Equal(t, http.StatusNotFound, answer.Status, path)
	}
}

func TestThresholdsThatAreNotAskedForAreNull(t *testing.T) {
	f := newFloor(t)
	for path, object := range windows {
		if strings.HasPrefix(path, "/Workers") {
			continue
		}
		for _, query := range []string{"", "?SplitByWaitTime="} {
			assert.Nil(t, member(t, f.get(f.fill(path)+query), object, "split_by_wait_time"), path)
		}
		assert.Len(t, member(t, f.get(f.fill(path)+"?SplitByWaitTime=7,07,60"), object, "split_by_wait_time"), 2, path)
	}
}

func TestStatisticsOfWorkersAreRefusedInALargeWorkspace(t *testing.T) {
	f := newFloor(t)
	for n := range 98 {
		if n == 97 {
			for _, path := range []string{"/Workers/Statistics", "/Workers/RealTimeStatistics", "/Workers/CumulativeStatistics", "/Workers/" + f.amara.SID + "/Statistics"} {
				assert.Equal(t, http.StatusOK, f.get(path).Status, "100 workers: %s", path)
			}
		}
		f.worker(fmt.Sprint("Worker ", n), f.offline, "{}")
	}
	for _, path := range []string{"/Workers/Statistics", "/Workers/RealTimeStatistics", "/Workers/CumulativeStatistics", "/Workers/" + f.amara.SID + "/Statistics"} {
		answer := f.get(path)
		assert.Equal(t, http.StatusBadRequest, answer.Status, path)
		assert.Contains(t, string(answer.Body), "The workspace has 101 workers")
	}
	assert.Equal(t, http.StatusNotFound, f.get("/Workers/WK/Statistics").Status, "one that is not there is not found, however many there are")
	assert.Equal(t, http.StatusOK, f.get("/RealTimeStatistics").Status)
	assert.Equal(t, http.StatusOK, f.get("/TaskQueues/"+f.spanish.SID+"/RealTimeStatistics").Status)
}

func TestStatisticsOfTaskQueuesComeInPages(t *testing.T) {
	f := newFloor(t)
	var sids []string
	for path := "/TaskQueues/Statistics?PageSize=1"; path != ""; {
		var list gen.TaskQueueStatisticsList
		decode(t, f.get(path), &list)
		require.Len(t, list.TaskQueuesStatistics, 1)
		sids = append(sids, list.TaskQueuesStatistics[0].TaskQueueSID)
		path = ""
		if next := list.Meta.NextPageURL; next != nil {
			path = strings.TrimPrefix(*next, f.fill("{URL}"))
		}
	}
	assert.Equal(t, []string{f.spanish.SID, f.other.SID}, sids)

	var list gen.TaskQueueStatisticsList
	decode(t, f.get("/TaskQueues/Statistics?FriendlyName=Other"), &list)
	require.Len(t, list.TaskQueuesStatistics, 1)
	assert.Equal(t, f.other.SID, list.TaskQueuesStatistics[0].TaskQueueSID)
}

func (f *floor) bulk(contentType, body string) *api.Answer {
	f.t.Helper()
	return f.call(http.MethodPost, "/Workspaces/"+f.workspace.SID+"/TaskQueues/RealTimeStatistics", contentType, f.fill(body))
}

func TestStatisticsOfManyTaskQueuesAreToldInTheOrderOfTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newBusyFloor(t)
		none := `"activity_statistics":[{"sid":"{Offline}","friendly_name":"Offline","workers":0},{"sid":"{Available}","friendly_name":"Available","workers":0},{"sid":"{Unavailable}","friendly_name":"Unavailable","workers":0}],
			"total_available_workers":0,"total_eligible_workers":0`
		want := `{` + ofWorkspace + `,"url":"{URL}/TaskQueues/RealTimeStatistics","task_queue_response_count":3,"task_queue_data":[
			{"task_queue_sid":"{WQother}","total_tasks":1,"longest_task_waiting_age":60,"longest_task_waiting_sid":"{WT1}","tasks_by_status":{"pending":1,"reserved":0,"assigned":0,"wrapping":0,"completed":0,"canceled":0},"tasks_by_priority":{"7":1},` + none + `},
			{"task_queue_sid":"{WQunlisted}","total_tasks":0,"longest_task_waiting_age":0,"longest_task_waiting_sid":null,"tasks_by_status":{"pending":0,"reserved":0,"assigned":0,"wrapping":0,"completed":0,"canceled":0},"tasks_by_priority":{},` + none + `},
			{"task_queue_sid":"{WQ}",` + ofQueueTasks + `,` + ofQueueWorkers + `,` + fmt.Sprintf(byActivity, 1) + `}]}`
		for _, name := range []string{"queueSids", "QueueSids"} {
			answer := f.bulk("application/json", `{"`+name+`":["{WQother}","{WQunlisted}","{WQ}"]}`)
			require.Equal(t, http.StatusOK, answer.Status, "%s", answer.Body)
			assert.JSONEq(t, f.fill(want), string(answer.Body))
		}
	})
}

func TestStatisticsOfManyTaskQueuesAreRefused(t *testing.T) {
	many := func(n int) string { return `{"queueSids":["{WQ}"` + strings.Repeat(`,"{WQ}"`, n-1) + `]}` }
	for name, test := range map[string]struct {
		contentType, body, message string // "" for no refusal
	}{
		"one":               {"application/json", many(1), ""},
		"with a charset":    {"application/json; charset=utf-8", many(1), ""},
		"most":              {"application/json", many(50), ""},
		"more":              {"application/json", many(51), "queueSids has 51 SIDs, from 1 to 50 are expected"},
		"none":              {"application/json", `{"queueSids":[]}`, "queueSids has 0 SIDs"},
		"no member":         {"application/json", `{}`, "queueSids has 0 SIDs"},
		"null":              {"application/json", `null`, "queueSids has 0 SIDs"},
		"a name":            {"application/json", `{"queueSids":["{WQ}","Español"]}`, "queueSids has Español, which is no SID of a task queue"},
		"SID of a workflow": {"application/json", `{"queueSids":["{WW}"]}`, "which is no SID of a task queue"},
		"numbers":           {"application/json", `{"queueSids":[1]}`, "not the JSON that is expected"},
		"no JSON":           {"application/json", `queueSids`, "not the JSON that is expected"},
		"nothing":           {"", "", "not the JSON that is expected"},
		"a form":            {"application/x-www-form-urlencoded", "queueSids={WQ}", "Content-Type must be application/json"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := newFloor(t).bulk(test.contentType, test.body)
			if test.message == "" {
				assert.Equal(t, http.StatusOK, answer.Status, "%s", answer.Body)
				return
			}
			assert.Equal(t, http.StatusBadRequest, answer.Status)
			assert.Contains(t, string(answer.Body), test.message)
		})
	}
	f := newFloor(t)
	answer := f.call(http.MethodPost, "/Workspaces/WS"+strings.Repeat("0", 32)+"/TaskQueues/RealTimeStatistics", "application/json", f.fill(many(1)))
	assert.Equal(t, http.StatusNotFound, answer.Status)
}

func FuzzStatisticsAnswerWhateverIsAsked(f *testing.F) {
	for _, seed := range [][3]string{
		{"SplitByWaitTime=5,30", "Minutes=5", `{"queueSids":["WQ"]}`}, {"SplitByWaitTime=%00", "StartDate=2000-01-01", `[]`},
		{"TaskChannel=voice", "EndDate=x", `{"QueueSids":null}`},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, first, second, body string) {
		floor := newFloor(t)
		query := (&url.URL{RawQuery: first + "&" + second}).Query().Encode()
		for _, path := range []string{"/Statistics", "/TaskQueues/Statistics", "/Workers/Statistics", "/Workflows/{WW}/CumulativeStatistics"} {
			answer := floor.get(floor.fill(path) + "?" + query)
			assert.Contains(t, []int{http.StatusOK, http.StatusBadRequest}, answer.Status)
		}
		assert.Contains(t, []int{http.StatusOK, http.StatusBadRequest}, floor.bulk("application/json", body).Status)
	})
}

func TestStatisticsAreOfOneQueueOrWorkflowOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newBusyFloor(t)
		f.create("/Workspaces/"+f.workspace.SID, "Workflows", url.Values{
			"FriendlyName":  {"Idle"},
			"Configuration": {`{"task_routing":{"default_filter":{"queue":"` + f.spanish.SID + `"}}}`},
		})
		idle := collect(&f.workspace.Workflows)[1]
		for parent, total := range map[string]int{"/TaskQueues/" + f.other.SID: 1, "/Workflows/" + idle.SID: 0} {
			assert.EqualValues(t, total, member(t, f.get(parent+"/RealTimeStatistics"), "", "total_tasks"), parent)
			assert.EqualValues(t, 0, member(t, f.get(parent+"/CumulativeStatistics"), "", "tasks_canceled"), parent)
			assert.EqualValues(t, total, member(t, f.get(parent+"/Statistics"), "realtime", "total_tasks"), parent)
		}
	})
}
