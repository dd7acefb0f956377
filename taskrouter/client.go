package taskrouter

import (
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// Version is the version of this module without the v, until it is tagged the first one to come.
const Version = "0.1.0"

// Client is the way to the service. Make one with [NewClient] and share it: it
// is safe for use by many goroutines, and it keeps the connections.
type Client struct {
	// Workspaces are the containers of everything else.
	Workspaces WorkspacesService

	wire             *gen.Client
	pipeline         pipeline.Step
	baseURL          *url.URL
	maxResponseBytes int64
	limits           *pipeline.Limits
	http             *http.Client
}

// NewClient returns a client. What no option sets is read from the
// environment, each on its own: the credentials from TWILIO_API_KEY and
// TWILIO_API_SECRET, or else TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN; the
// address from TASKROUTER_BASE_URL, or else TWILIO_REGION and TWILIO_EDGE. An
// option always wins, and an API key wins over a token. It fails without credentials
// and if options are wrong, which are all reported in one error. Nothing is sent.
//
// An attempt ends after 30 seconds ([WithAttemptTimeout]), and a call makes four
// at most ([WithRetry]). How long a call may take in all is for its context to
// say, or for [WithTimeout].
func NewClient(options ...Option) (*Client, error) {
	config, err := newConfig(options)
	if err != nil {
		return nil, fmt.Errorf("taskrouter: new client: %w", err)
	}
	c := &Client{
		pipeline:         pipeline.New(config.pipeline),
		baseURL:          config.pipeline.BaseURL,
		maxResponseBytes: config.pipeline.MaxResponseBytes,
		limits:           config.pipeline.Limits,
		http:             config.pipeline.Client,
	}
	c.wire = &gen.Client{Server: c.baseURL.String() + "/", Client: c.pipeline}
	c.Workspaces = WorkspacesService{client: c}
	return c, nil
}

// Activities returns the activities of a workspace.
func (c *Client) Activities(workspaceSID string) ActivitiesService {
	return ActivitiesService{c, workspaceSID}
}

// Events returns what happened in a workspace.
func (c *Client) Events(workspaceSID string) EventsService {
	return EventsService{c, workspaceSID}
}

// Tasks returns the tasks of a workspace.
func (c *Client) Tasks(workspaceSID string) TasksService {
	return TasksService{c, workspaceSID}
}

// TaskChannels returns the task channels of a workspace.
func (c *Client) TaskChannels(workspaceSID string) TaskChannelsService {
	return TaskChannelsService{c, workspaceSID}
}

// TaskQueues returns the task queues of a workspace.
func (c *Client) TaskQueues(workspaceSID string) TaskQueuesService {
	return TaskQueuesService{c, workspaceSID}
}

// Workers returns the workers of a workspace.
func (c *Client) Workers(workspaceSID string) WorkersService {
	return WorkersService{c, workspaceSID}
}

// Workflows returns the workflows of a workspace.
func (c *Client) Workflows(workspaceSID string) WorkflowsService {
	return WorkflowsService{c, workspaceSID}
}

// TaskReservations returns the reservations that were made for a task.
func (c *Client) TaskReservations(workspaceSID, taskSID string) TaskReservationsService {
	return TaskReservationsService{reservations{client: c, workspaceSID: workspaceSID, taskSID: taskSID, ofTask: true}}
}

// WorkerReservations returns the reservations that were made for a worker.
func (c *Client) WorkerReservations(workspaceSID, workerSID string) WorkerReservationsService {
	return WorkerReservationsService{reservations{client: c, workspaceSID: workspaceSID, workerSID: workerSID}}
}

// WorkerChannels returns the channels of a worker.
func (c *Client) WorkerChannels(workspaceSID, workerSID string) WorkerChannelsService {
	return WorkerChannelsService{c, workspaceSID, workerSID}
}

// CloseIdleConnections closes the connections that no call is using. Clients that
// were not given a transport by [WithHTTPClient] share theirs.
func (c *Client) CloseIdleConnections() {
	if c != nil && c.http != nil {
		c.http.CloseIdleConnections()
	}
}

// Format prints where the client sends requests, whatever the verb, and so
// never what it holds.
func (c Client) Format(f fmt.State, _ rune) {
	if c.baseURL == nil {
		_, _ = io.WriteString(f, "taskrouter.Client()") // fmt.State keeps the error
		return
	}
	_, _ = fmt.Fprintf(f, "taskrouter.Client(%s)", c.baseURL)
}
