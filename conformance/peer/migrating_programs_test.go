package peer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	twilioclient "github.com/twilio/twilio-go/client"
	twiliotoken "github.com/twilio/twilio-go/client/jwt/taskrouter"
	openapi "github.com/twilio/twilio-go/rest/taskrouter/v1"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/capability"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// What docs/migrating-from-twilio-go.md shows are parts of these programs, which do the
// same twice. Those of theirs write client.TaskrouterV1, as with the client of their root
// package. That one is not imported: it compiles all products of the service.

type theirClient struct{ TaskrouterV1 *openapi.ApiService }

type ticket struct {
	Type string `json:"type"`
}

func setUpTheirs(accountSID, authToken string, own *http.Client) theirClient {
	base := &twilioclient.Client{
		Credentials: twilioclient.NewCredentials(accountSID, authToken),
		HTTPClient:  own,
	}
	base.SetTimeout(5 * time.Second) // which changes own
	api := openapi.NewApiServiceWithClient(base)
	return theirClient{api}
}

func setUpOurs(accountSID, authToken, serverURL string, own *http.Client) (*taskrouter.Client, error) {
	client, err := taskrouter.NewClient(
		taskrouter.WithAuthToken(accountSID, authToken),
		taskrouter.WithHTTPClient(own), // which is copied
		taskrouter.WithAttemptTimeout(5*time.Second),
		taskrouter.WithBaseURL(serverURL),
	)
	return client, err
}

func createTheirs(client theirClient, workspaceSID, workflowSID string) (string, error) {
	params := &openapi.CreateTaskParams{}
	params.SetWorkflowSid(workflowSID).
		SetPriority(5).
		SetAttributes(`{"type": "call"}`)
	task, err := client.TaskrouterV1.CreateTask(workspaceSID, params)
	if err != nil {
		return "", err
	}
	return *task.Sid, nil
}

func createOurs(ctx context.Context, client *taskrouter.Client, workspaceSID, workflowSID string) (string, error) {
	task, err := client.Tasks(workspaceSID).Create(ctx, taskrouter.CreateTaskRequest{
		WorkflowSID: new(workflowSID),
		Priority:    new(5),
		Attributes:  `{"type": "call"}`,
	})
	if err != nil {
		return "", err
	}
	return task.SID, nil
}

// A line is what the programs say of a task.
func line(status, kind string, age int, entered bool) string {
	return fmt.Sprintln(status, kind, age, entered)
}

func readTheirs(client theirClient, workspaceSID, taskSID string) (string, error) {
	task, err := client.TaskrouterV1.FetchTask(workspaceSID, taskSID)
	if err != nil {
		return "", err
	}
	var t ticket
	if task.Attributes != nil {
		if err := json.Unmarshal([]byte(*task.Attributes), &t); err != nil {
			return "", err
		}
	}
	var status string
	if task.AssignmentStatus != nil {
		status = *task.AssignmentStatus
	}
	return line(status, t.Type, task.Age, task.TaskQueueEnteredDate != nil), nil
}

func readOurs(ctx context.Context, client *taskrouter.Client, workspaceSID, taskSID string) (string, error) {
	task, err := client.Tasks(workspaceSID).Get(ctx, taskSID)
	if err != nil {
		return "", err
	}
	var t ticket
	if err := task.Attributes.Decode(&t); err != nil {
		return "", err
	}
	return line(string(task.AssignmentStatus), t.Type, task.Age, task.TaskQueueEnteredDate != nil), nil
}

func collectTheirs(client theirClient, workspaceSID string) ([]openapi.TaskrouterV1Task, error) {
	params := &openapi.ListTaskParams{}
	params.SetAssignmentStatus([]string{"pending", "reserved"}).
		SetLimit(20)
	tasks, err := client.TaskrouterV1.ListTask(workspaceSID, params)
	return tasks, err
}

func collectOurs(ctx context.Context, client *taskrouter.Client, workspaceSID string) ([]*taskrouter.Task, error) {
	list := client.Tasks(workspaceSID).List(ctx, taskrouter.ListTasksParams{
		AssignmentStatus: []taskrouter.TaskStatus{taskrouter.TaskStatusPending, taskrouter.TaskStatusReserved},
	})
	tasks, err := taskrouter.Collect(list, 20) // -1 for all of them
	return tasks, err
}

func streamTheirs(client theirClient, workspaceSID string) (sids []string, err error) {
	tasks, failures := client.TaskrouterV1.StreamTask(workspaceSID, nil)
	for task := range tasks { // to the end, or a goroutine waits for ever
		sids = append(sids, *task.Sid)
	}
	if err := <-failures; err != nil {
		return nil, err
	}
	return sids, nil
}

func streamOurs(ctx context.Context, client *taskrouter.Client, workspaceSID string) (sids []string, err error) {
	for task, err := range client.Tasks(workspaceSID).List(ctx, taskrouter.ListTasksParams{}) {
		if err != nil {
			return nil, err
		}
		sids = append(sids, task.SID) // break whenever you like
	}
	return sids, nil
}

func turnTheirs(client theirClient, workspaceSID string) (*openapi.ListTaskResponse, error) {
	params := &openapi.ListTaskParams{}
	params.SetPageSize(2)
	page, err := client.TaskrouterV1.PageTask(workspaceSID, params, "", "")
	if err != nil {
		return nil, err
	}
	link, err := url.Parse(*page.Meta.NextPageUrl)
	if err != nil {
		return nil, err
	}
	query := link.Query()
	return client.TaskrouterV1.PageTask(workspaceSID, params, query.Get("PageToken"), query.Get("Page"))
}

func turnOurs(ctx context.Context, client *taskrouter.Client, workspaceSID string) (*taskrouter.Page[taskrouter.Task], error) {
	page, err := client.Tasks(workspaceSID).Page(ctx, taskrouter.ListTasksParams{PageSize: new(2)})
	if err != nil {
		return nil, err
	}
	return page.Next(ctx) // or ErrNoPage
}

func failTheirs(client theirClient, workspaceSID, workerSID string) (bool, error) {
	_, err := client.TaskrouterV1.FetchWorker(workspaceSID, workerSID)
	var failure *twilioclient.TwilioRestError
	if errors.As(err, &failure) && failure.Status == http.StatusNotFound {
		return false, nil
	}
	return err == nil, err
}

func failOurs(ctx context.Context, client *taskrouter.Client, workspaceSID, workerSID string) (bool, error) {
	_, err := client.Workers(workspaceSID).Get(ctx, workerSID)
	if errors.Is(err, taskrouter.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func matchTheirs(client theirClient, workspaceSID, taskSID string) error {
	task, err := client.TaskrouterV1.FetchTaskWithMetadata(workspaceSID, taskSID)
	if err != nil {
		return err
	}
	params := &openapi.UpdateTaskParams{}
	params.SetPriority(0).
		SetIfMatch(task.GetHeader("ETag"))
	_, err = client.TaskrouterV1.UpdateTask(workspaceSID, taskSID, params)
	return err
}

func matchOurs(ctx context.Context, client *taskrouter.Client, workspaceSID, taskSID string) error {
	var response taskrouter.Response
	_, err := client.Tasks(workspaceSID).Get(ctx, taskSID, taskrouter.WithResponseInto(&response))
	if err != nil {
		return err
	}
	_, err = client.Tasks(workspaceSID).Update(ctx, taskSID, taskrouter.UpdateTaskRequest{Priority: new(0)},
		taskrouter.WithIfMatch(response.ETag()))
	return err
}

func countTheirs(client theirClient, workspaceSID string) (int, error) {
	statistics, err := client.TaskrouterV1.FetchWorkspaceStatistics(workspaceSID, nil)
	if err != nil {
		return 0, err
	}
	now := (*statistics.Realtime).(map[string]interface{})
	return int(now["total_tasks"].(float64)), nil
}

func countOurs(ctx context.Context, client *taskrouter.Client, workspaceSID string) (int, error) {
	statistics, err := client.Workspaces.Statistics(ctx, workspaceSID, taskrouter.GetWorkspaceStatisticsParams{})
	if err != nil {
		return 0, err
	}
	return statistics.Realtime.TotalTasks, nil
}

func tokenTheirs(accountSID, authToken, workspaceSID, workerSID string) (string, error) {
	token := twiliotoken.CreateCapabilityToken(twiliotoken.CapabilityTokenParams{
		AccountSid: accountSID, AuthToken: authToken, WorkspaceSid: workspaceSID, ChannelID: workerSID,
		Ttl: 8 * 3600,
	})
	for _, policy := range twiliotoken.WorkerPolicies(workspaceSID, workerSID) {
		token.AddPolicy(policy)
	}
	token.AddPolicy(twiliotoken.GeneratePolicy(twiliotoken.Worker(workspaceSID, workerSID), "POST", true,
		map[string]interface{}{"ActivitySid": map[string]interface{}{"required": true}}, nil))
	return token.ToJwt()
}

func tokenOurs(accountSID, authToken, workspaceSID, workerSID string) (string, error) {
	return capability.Worker{
		AccountSID: accountSID, WorkspaceSID: workspaceSID, WorkerSID: workerSID,
		TTL:                   8 * time.Hour,
		AllowUpdateActivities: true,
	}.Sign(authToken)
}

func assignTheirs(authToken string) http.Handler {
	validator := twilioclient.NewRequestValidator(authToken)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !validator.ValidateBody("https://example.com"+r.URL.RequestURI(), body, r.Header.Get("X-Twilio-Signature")) {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"instruction": "accept"}`)
	})
}

func assignOurs(authToken string) (http.Handler, error) {
	verifier, err := webhook.NewVerifier(authToken).With(webhook.WithBaseURL("https://example.com"))
	if err != nil {
		return nil, err
	}
	return webhook.AssignmentHandler(verifier, func(context.Context, webhook.Assignment) (webhook.Instruction, error) {
		return webhook.Accept{}, nil
	}), nil
}

// A fake answers whatever it is asked with one body.
type fake struct {
	twilioclient.BaseClient
	body string
}

func (f fake) SendRequest(string, string, url.Values, map[string]interface{}, ...byte) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(f.body))}, nil
}

func fakeTheirs() (string, error) {
	api := openapi.NewApiServiceWithClient(fake{body: `{"sid": "WS1", "friendly_name": "Support"}`})
	workspace, err := api.FetchWorkspace("WS1")
	if err != nil {
		return "", err
	}
	return *workspace.FriendlyName, nil
}

func fakeOurs(ctx context.Context) (string, error) {
	server := taskroutertest.NewServer()
	defer server.Close()
	client := server.Client()
	made, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
	if err != nil {
		return "", err
	}
	workspace, err := client.Workspaces.Get(ctx, made.SID)
	if err != nil {
		return "", err
	}
	return workspace.FriendlyName, nil
}
