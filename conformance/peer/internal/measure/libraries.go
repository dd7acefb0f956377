package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// A library makes the calls that are measured, each as its users do.
type library interface {
	name() string
	get(workspace, sid string) attempt
	create(workspace string) attempt
	// list reads all tasks of a workspace, of which it is known how many there are.
	list(workspace string, tasks, pageSize int) attempt
}

// An attempt is a call that can be made often.
type attempt struct {
	do   func(ctx context.Context) error // is measured
	take func() []task                   // is what the last do returned, and forgets it
}

// attemptTo keeps the result of do for read. It allocates nothing.
func attemptTo[T any](do func(context.Context) (T, error), read func(T) []task) attempt {
	var result, none T
	return attempt{
		do: func(ctx context.Context) (err error) {
			result = none
			result, err = do(ctx)
			return err
		},
		take: func() []task {
			tasks := read(result)
			result = none
			return tasks
		},
	}
}

func libraries(transport func() *http.Transport) ([]library, error) {
	client, err := taskrouter.NewClient(
		taskrouter.WithAuthToken(account, authToken),
		taskrouter.WithHTTPClient(&http.Client{Transport: transport()}),
	)
	if err != nil {
		return nil, fmt.Errorf("make a client of this SDK: %w", err)
	}
	return []library{
		ours{client},
		theirs{ApiService: newPeer(transport())},
		theirs{ApiService: newPeer(transport()), limited: true},
		floor{&http.Client{Transport: transport()}},
	}, nil
}

// ours is this SDK as it is without options: an attempt has a deadline, and what fails
// is repeated.
type ours struct{ client *taskrouter.Client }

func (ours) name() string { return nameOurs }

func (l ours) get(workspace, sid string) attempt {
	return attemptTo(func(ctx context.Context) (*gen.Task, error) {
		return l.client.Tasks(workspace).Get(ctx, sid)
	}, tasksOfGen)
}

func (l ours) create(workspace string) attempt {
	return attemptTo(func(ctx context.Context) (*gen.Task, error) {
		return l.client.Tasks(workspace).Create(ctx, taskrouter.CreateTaskRequest{
			Attributes:  attributes,
			Priority:    new(priority),
			WorkflowSID: new(workflow),
		})
	}, tasksOfGen)
}

func (l ours) list(workspace string, _, pageSize int) attempt {
	return attemptTo(func(ctx context.Context) ([]*gen.Task, error) {
		return taskrouter.Collect(l.client.Tasks(workspace).List(ctx, taskrouter.ListTasksParams{PageSize: new(pageSize)}), -1)
	}, listOfGen)
}

// theirs is twilio-go. It asks after each page whether there is another one, for which
// it encodes the page to JSON again and decodes that, unless a limit is reached before:
// who knows how long a list is can spare the last of these, which is all of them if the
// list has one page.
type theirs struct {
	*peer.ApiService
	limited bool
}

// newPeer sets it up with an HTTP client, whose timeout is the one that it has without.
func newPeer(transport *http.Transport) *peer.ApiService {
	c := &client.Client{
		Credentials: client.NewCredentials(account, authToken),
		HTTPClient:  &http.Client{Transport: transport, Timeout: 10 * time.Second},
	}
	c.SetAccountSid(account)
	return peer.NewApiServiceWithClient(c)
}

func (l theirs) name() string {
	if l.limited {
		return nameLimited
	}
	return nameTheirs
}

func (l theirs) get(workspace, sid string) attempt {
	return attemptTo(func(context.Context) (*peer.TaskrouterV1Task, error) {
		return l.FetchTask(workspace, sid)
	}, tasksOfPeer)
}

func (l theirs) create(workspace string) attempt {
	return attemptTo(func(context.Context) (*peer.TaskrouterV1Task, error) {
		return l.CreateTask(workspace, new(peer.CreateTaskParams).
			SetAttributes(attributes).SetPriority(priority).SetWorkflowSid(workflow))
	}, tasksOfPeer)
}

func (l theirs) list(workspace string, tasks, pageSize int) attempt {
	return attemptTo(func(context.Context) ([]peer.TaskrouterV1Task, error) {
		params := new(peer.ListTaskParams).SetPageSize(pageSize)
		if l.limited {
			params.SetLimit(tasks)
		}
		return l.ListTask(workspace, params)
	}, listOfPeer)
}

// floor is the least that a careful programmer writes by hand, into the same types as
// this SDK's. It repeats nothing, and knows no errors of the service.
type floor struct{ client *http.Client }

func (floor) name() string { return nameFloor }

func (l floor) get(workspace, sid string) attempt {
	return attemptTo(func(ctx context.Context) (*gen.Task, error) {
		var result gen.Task
		err := l.send(ctx, http.MethodGet, service+tasksPath(workspace)+"/"+sid, nil, &result)
		return &result, err
	}, tasksOfGen)
}

func (l floor) create(workspace string) attempt {
	return attemptTo(func(ctx context.Context) (*gen.Task, error) {
		form := url.Values{}
		form.Set("Attributes", attributes)
		form.Set("Priority", strconv.Itoa(priority))
		form.Set("WorkflowSid", workflow)
		var result gen.Task
		err := l.send(ctx, http.MethodPost, service+tasksPath(workspace), form, &result)
		return &result, err
	}, tasksOfGen)
}

func (l floor) list(workspace string, _, pageSize int) attempt {
	return attemptTo(func(ctx context.Context) ([]*gen.Task, error) {
		var tasks []*gen.Task
		next := new(service + tasksPath(workspace) + "?PageSize=" + strconv.Itoa(pageSize))
		for next != nil {
			var page gen.TaskList
			if err := l.send(ctx, http.MethodGet, *next, nil, &page); err != nil {
				return nil, err
			}
			for i := range page.Tasks {
				tasks = append(tasks, &page.Tasks[i])
			}
			next = page.Meta.NextPageURL
		}
		return tasks, nil
	}, listOfGen)
}

func (l floor) send(ctx context.Context, method, target string, form url.Values, result any) error {
	request, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	if len(form) > 0 {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.SetBasicAuth(account, authToken)
	response, err := l.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("status %s", response.Status)
	}
	// Into a buffer of the right size: json.NewDecoder would take half as much memory again.
	var answer bytes.Buffer
	answer.Grow(int(response.ContentLength) + bytes.MinRead)
	if _, err := answer.ReadFrom(response.Body); err != nil {
		return err
	}
	return json.Unmarshal(answer.Bytes(), result)
}
