package peer_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	openapi "github.com/twilio/twilio-go/rest/taskrouter/v1"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/capability"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// A migration is a task, and both libraries with their way to it.
type migration struct {
	*desk
	theirs theirClient
	ours   *taskrouter.Client
	task   string
}

func TestMigratedProgramsDoTheSame(t *testing.T) {
	tests := map[string]func(m migration) (theirs, ours any, theirErr, ourErr error){
		"create": func(m migration) (theirs, ours any, theirErr, ourErr error) {
			first, theirErr := createTheirs(m.theirs, m.sid, m.sample())
			second, ourErr := createOurs(m.t.Context(), m.ours, m.sid, m.sample())
			assert.NotEqual(m.t, first, second)
			return m.is(first, "pending").Priority, m.is(second, "pending").Priority, theirErr, ourErr
		},
		"read": func(m migration) (theirs, ours any, theirErr, ourErr error) {
			theirs, theirErr = readTheirs(m.theirs, m.sid, m.task)
			ours, ourErr = readOurs(m.t.Context(), m.ours, m.sid, m.task)
			assert.Equal(m.t, "pending call 0 true\n", ours)
			return theirs, ours, theirErr, ourErr
		},
		"collect": func(m migration) (theirs, ours any, theirErr, ourErr error) {
			first, theirErr := collectTheirs(m.theirs, m.sid)
			second, ourErr := collectOurs(m.t.Context(), m.ours, m.sid)
			assert.Len(m.t, second, 5)
			return taskSIDs(first), ourSIDs(second), theirErr, ourErr
		},
		"stream": func(m migration) (theirs, ours any, theirErr, ourErr error) {
			theirs, theirErr = streamTheirs(m.theirs, m.sid)
			ours, ourErr = streamOurs(m.t.Context(), m.ours, m.sid)
			assert.Len(m.t, ours, 5)
			return theirs, ours, theirErr, ourErr
		},
		"turn pages": func(m migration) (theirs, ours any, theirErr, ourErr error) {
			first, theirErr := turnTheirs(m.theirs, m.sid)
			second, ourErr := turnOurs(m.t.Context(), m.ours, m.sid)
			m.ok(errors.Join(theirErr, ourErr))
			assert.Len(m.t, second.Items, 2)
			assert.Equal(m.t, first.Meta.Page, second.Meta.Page)
			return of(first.Tasks[0].Sid), second.Items[0].SID, theirErr, ourErr
		},
		"fail": func(m migration) (theirs, ours any, theirErr, ourErr error) {
			theirs, theirErr = failTheirs(m.theirs, m.sid, "WK0")
			ours, ourErr = failOurs(m.t.Context(), m.ours, m.sid, "WK0")
			assert.Equal(m.t, false, ours)
			return theirs, ours, theirErr, ourErr
		},
		"match": func(m migration) (theirs, ours any, theirErr, ourErr error) {
			theirErr = matchTheirs(m.theirs, m.sid, m.task)
			ourErr = matchOurs(m.t.Context(), m.ours, m.sid, m.task)
			assert.Zero(m.t, m.is(m.task, "pending").Priority)
			return nil, nil, theirErr, ourErr
		},
		"count": func(m migration) (theirs, ours any, theirErr, ourErr error) {
			theirs, theirErr = countTheirs(m.theirs, m.sid)
			ours, ourErr = countOurs(m.t.Context(), m.ours, m.sid)
			assert.Equal(m.t, 5, ours)
			return theirs, ours, theirErr, ourErr
		},
		"fake": func(m migration) (theirs, ours any, theirErr, ourErr error) {
			theirs, theirErr = fakeTheirs()
			ours, ourErr = fakeOurs(m.t.Context())
			return theirs, ours, theirErr, ourErr
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inDesk(t, func(d *desk) {
				m := migration{desk: d, theirs: setUpTheirs(d.server.AccountSID(), d.server.AuthToken(), d.server.HTTPClient())}
				var err error
				m.ours, err = setUpOurs(d.server.AccountSID(), d.server.AuthToken(), d.server.URL(), d.server.HTTPClient())
				d.ok(err)
				for range 5 {
					m.task = d.task(d.sample(), `{"type": "call"}`)
				}
				theirs, ours, theirErr, ourErr := test(m)
				d.ok(theirErr)
				d.ok(ourErr)
				assert.Equal(d.t, theirs, ours)
			})
		})
	}
}

func ourSIDs(tasks []*taskrouter.Task) (sids []string) {
	for _, task := range tasks {
		sids = append(sids, task.SID)
	}
	return sids
}

func TestMigratedTokensPermitTheSame(t *testing.T) {
	theirs, err := tokenTheirs(account, authToken, workspace, worker)
	require.NoError(t, err)
	ours, err := tokenOurs(account, authToken, workspace, worker)
	require.NoError(t, err)
	before, err := capability.Parse(theirs, authToken)
	require.NoError(t, err)
	after, err := capability.Parse(ours, authToken)
	require.NoError(t, err)
	assert.ElementsMatch(t, before.Policies, after.Policies)
	assert.WithinDuration(t, before.ExpiresAt, after.ExpiresAt, 2*time.Second)
}

func TestMigratedHandlersAnswerTheSame(t *testing.T) {
	ours, err := assignOurs(authToken)
	require.NoError(t, err)
	form := webhook.Assignment{
		AccountSID: account, WorkspaceSID: workspace, WorkflowSID: "WW1", TaskQueueSID: queue, ReservationSID: "WR1",
		WorkerSID: worker, TaskSID: "WT1", WorkerAttributes: "{}", TaskAttributes: "{}",
	}.Form()
	for name, handler := range map[string]http.Handler{"theirs": assignTheirs(authToken), "ours": ours} {
		t.Run(name, func(t *testing.T) {
			for signature, status := range map[string]int{webhook.Sign(authToken, "https://example.com/hook?a=b", form): http.StatusOK, "?": http.StatusForbidden} {
				r := httptest.NewRequest(http.MethodPost, "http://10.0.0.1/hook?a=b", strings.NewReader(form.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set(webhook.SignatureHeader, signature)
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, r)
				require.Equal(t, status, answer.Code)
				if status == http.StatusOK {
					assert.JSONEq(t, `{"instruction": "accept"}`, answer.Body.String())
				}
			}
		})
	}
}

// What the page says of how both differ, beside what other tests of the package show.
func TestMigratedCallsDifferAsThePageSays(t *testing.T) {
	zone := time.FixedZone("", 5400)
	moment := time.Date(2026, 1, 2, 3, 4, 5, 600_000_000, zone)
	t.Run("times are sent in UTC", func(t *testing.T) {
		var w wire
		_, _ = w.peer().CreateTask(workspace, &openapi.CreateTaskParams{VirtualStartTime: &moment})
		_, _ = w.client(t).Tasks(workspace).Create(t.Context(), taskrouter.CreateTaskRequest{VirtualStartTime: &moment})
		require.Len(t, w.sent, 2)
		assert.Equal(t, "VirtualStartTime=2026-01-02T03%3A04%3A05%2B01%3A30", w.sent[0].form)
		assert.Equal(t, "VirtualStartTime=2026-01-02T01%3A34%3A05Z", w.sent[1].form)
	})
	t.Run("values in queries are sent whole", func(t *testing.T) {
		var w wire
		_, _ = w.peer().ListWorkspace(&openapi.ListWorkspaceParams{FriendlyName: new("Site 2.1")})
		_, _ = w.client(t).Workspaces.Page(t.Context(), taskrouter.ListWorkspacesParams{FriendlyName: new("Site 2.1")})
		require.Len(t, w.sent, 2)
		assert.Equal(t, "FriendlyName=Site+2&PageSize=50", w.sent[0].query)
		assert.Equal(t, "FriendlyName=Site+2.1", w.sent[1].query)
	})
	t.Run("what cannot be is not sent", func(t *testing.T) {
		var w wire
		client := w.client(t)
		theirs := w.peer()
		_, _ = theirs.CreateTask(workspace, &openapi.CreateTaskParams{Attributes: new("type: call")})
		_, _ = theirs.FetchWorker(workspace, "WT1")
		_, _ = theirs.UpdateTaskReservation(workspace, "WT1", "WR1", &openapi.UpdateTaskReservationParams{Instruction: new("redirect")})
		_ = theirs.DeleteTask(workspace, "", nil)
		require.Len(t, w.sent, 4)
		w.sent = nil
		_, failure := client.Tasks(workspace).Create(t.Context(), taskrouter.CreateTaskRequest{Attributes: "type: call"})
		assert.ErrorIs(t, failure, taskrouter.ErrInvalidArgument)
		_, failure = client.Workers(workspace).Get(t.Context(), "WT1")
		assert.ErrorIs(t, failure, taskrouter.ErrInvalidArgument)
		_, failure = client.TaskReservations(workspace, "WT1").Redirect(t.Context(), "WR1", taskrouter.RedirectRequest{})
		assert.ErrorIs(t, failure, taskrouter.ErrInvalidArgument)
		assert.ErrorIs(t, client.Tasks(workspace).Delete(t.Context(), ""), taskrouter.ErrInvalidArgument)
		assert.Empty(t, w.sent)
	})
	t.Run("an HTTP client is changed by theirs and copied by ours", func(t *testing.T) {
		own := &http.Client{}
		_, err := setUpOurs(account, authToken, "https://taskrouter.test", own)
		require.NoError(t, err)
		assert.Zero(t, *own)
		setUpTheirs(account, authToken, own)
		assert.Equal(t, 5*time.Second, own.Timeout)
	})
	t.Run("a redirect is no success", func(t *testing.T) {
		w := wire{status: http.StatusFound}
		nothing, err := w.peer().FetchWorkspace(workspace)
		require.NoError(t, err)
		assert.Nil(t, nothing.Sid)
		_, err = w.client(t).Workspaces.Get(t.Context(), workspace)
		failure, ok := errors.AsType[*taskrouter.Error](err)
		require.True(t, ok)
		assert.Equal(t, http.StatusFound, failure.StatusCode)
	})
	t.Run("credentials do not follow the link to a page", func(t *testing.T) {
		var w leading
		own := &http.Client{Transport: &w}
		_, _ = setUpTheirs(account, authToken, own).TaskrouterV1.ListWorkspace(nil)
		assert.Equal(t, []string{"taskrouter.twilio.com", "elsewhere.test"}, w.authorized)
		w.authorized = nil
		client, err := setUpOurs(account, authToken, "https://taskrouter.test", own)
		require.NoError(t, err)
		_, err = taskrouter.Collect(client.Workspaces.List(t.Context(), taskrouter.ListWorkspacesParams{}), -1)
		assert.ErrorIs(t, err, taskrouter.ErrInvalidResponse)
		assert.Equal(t, []string{"taskrouter.test", "taskrouter.test"}, w.authorized)
	})
	t.Run("a failure that passes is tried again", func(t *testing.T) {
		inDesk(t, func(d *desk) {
			d.server.Fail("getWorkspace", 2, taskroutertest.Failure{Status: http.StatusServiceUnavailable, Message: "Busy"})
			_, err := d.FetchWorkspace(d.sid)
			assert.Error(t, err)
			_, err = d.server.Client().Workspaces.Get(d.t.Context(), d.sid)
			assert.NoError(t, err)
		})
	})
	t.Run("a list that fails has what came before", func(t *testing.T) {
		inDesk(t, func(d *desk) {
			for range 3 {
				d.task(d.sample(), "{}")
			}
			none, err := d.ListTask(d.sid, &openapi.ListTaskParams{PageSize: new(2)})
			d.refused(err, http.StatusForbidden, 0)
			assert.Empty(t, none)
			list := d.server.Client().Tasks(d.sid).List(d.t.Context(), taskrouter.ListTasksParams{PageSize: new(2)})
			two, err := taskrouter.Collect(list, -1)
			assert.ErrorIs(t, err, taskrouter.ErrForbidden)
			assert.Len(t, two, 2)
		}, taskroutertest.WithBefore(refuseSecondPages))
	})
}

func refuseSecondPages(call taskroutertest.Call) *taskroutertest.Failure {
	if call.Operation == "listTasks" && call.Query.Has("PageToken") {
		return &taskroutertest.Failure{Status: http.StatusForbidden, Message: "No"}
	}
	return nil
}

// leading answers with a page whose next one is elsewhere, twice, and writes down whom
// credentials are sent to.
type leading struct{ authorized []string }

func (l *leading) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, _, ok := r.BasicAuth(); ok {
		l.authorized = append(l.authorized, r.URL.Host)
	}
	body := `{"workspaces": [], "meta": {"key": "workspaces", "next_page_url": "https://elsewhere.test/v1/Workspaces?Page=1"}}`
	if len(l.authorized) > 1 {
		body = "<html>"
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}
