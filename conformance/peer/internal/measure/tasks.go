package measure

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	service    = "https://taskrouter.twilio.com"
	account    = "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	authToken  = "0123456789abcdef0123456789abcdef"
	workflow   = "WW0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	attributes = `{"type":"call","contact":"+15558675309","language":"es"}`
	priority   = 3 // of the task that is created
)

// workspaceOf is the SID of the workspace that has so many tasks.
func workspaceOf(tasks int) string { return fmt.Sprintf("WS%032d", tasks) }

func taskSID(i int) string { return fmt.Sprintf("WT%032x", i) }

// A task is what is compared of the tasks that the libraries return.
type task struct {
	SID, Status, Attributes, Queue string
	Priority, Age                  int
	Created                        time.Time
}

// taskAt is the task of that number, in whichever workspace.
func taskAt(i int) task {
	return task{
		SID:        taskSID(i),
		Status:     []string{"pending", "reserved", "assigned"}[i%3],
		Attributes: attributes,
		Queue:      "Sales",
		Priority:   i%7 + 1,
		Age:        i + 25,
		Created:    time.Date(2026, time.March, 1, 9, 30, i%60, 0, time.UTC),
	}
}

func tasksUpTo(n int) []task {
	tasks := make([]task, n)
	for i := range tasks {
		tasks[i] = taskAt(i)
	}
	return tasks
}

// taskJSON is a task as the service answers it, some 1.5 KB.
func taskJSON(i int, workspace string) string {
	t := taskAt(i)
	address := service + "/v1/Workspaces/" + workspace
	return fmt.Sprintf(`{"sid": %[1]q, "account_sid": %[2]q, "workspace_sid": %[3]q, "attributes": %[4]q,
 "assignment_status": %[5]q, "priority": %[6]d, "age": %[7]d, "timeout": 86400, "reason": null,
 "task_channel_sid": "TC0a1b2c3d4e5f60718293a4b5c6d7e8f9", "task_channel_unique_name": "voice",
 "workflow_sid": %[8]q, "workflow_friendly_name": "Incoming calls",
 "task_queue_sid": "WQ0a1b2c3d4e5f60718293a4b5c6d7e8f9", "task_queue_friendly_name": %[9]q,
 "task_queue_entered_date": %[10]q, "virtual_start_time": %[10]q, "date_created": %[10]q, "date_updated": %[10]q,
 "routing_target": null, "ignore_capacity": false, "addons": "{}",
 "url": "%[11]s/Tasks/%[1]s", "links": {"workspace": %[11]q, "workflow": "%[11]s/Workflows/%[8]s",
 "task_queue": "%[11]s/TaskQueues/WQ0a1b2c3d4e5f60718293a4b5c6d7e8f9", "reservations": "%[11]s/Tasks/%[1]s/Reservations"}}`,
		t.SID, account, workspace, t.Attributes, t.Status, t.Priority, t.Age, workflow, t.Queue, t.Created.Format(time.RFC3339), address)
}

// pageJSON is a page of the tasks of a workspace that has so many.
func pageJSON(tasks, size, page int) string {
	workspace := workspaceOf(tasks)
	var items []string
	for i := page * size; i < min((page+1)*size, tasks); i++ {
		items = append(items, taskJSON(i, workspace))
	}
	next := "null"
	if (page+1)*size < tasks {
		next = strconv.Quote(pageURL(workspace, size, page+1))
	}
	previous := "null"
	if page > 0 {
		previous = strconv.Quote(pageURL(workspace, size, page-1))
	}
	return fmt.Sprintf(`{"tasks": [%s], "meta": {"page": %d, "page_size": %d, "key": "tasks",
 "first_page_url": %q, "previous_page_url": %s, "next_page_url": %s, "url": %q}}`,
		strings.Join(items, ", "), page, size, pageURL(workspace, size, 0), previous, next, pageURL(workspace, size, page))
}

func pageURL(workspace string, size, page int) string {
	return service + tasksPath(workspace) + "?" + pageQuery(size, page).Encode()
}

func tasksPath(workspace string) string { return "/v1/Workspaces/" + workspace + "/Tasks" }

// pageQuery is the query of a page that a link leads to; that of the first page, when
// it is asked for by a library, has a page size only.
func pageQuery(size, page int) url.Values {
	query := url.Values{"PageSize": {strconv.Itoa(size)}, "Page": {strconv.Itoa(page)}}
	if page > 0 {
		query.Set("PageToken", "PT"+taskSID(page*size-1))
	}
	return query
}
