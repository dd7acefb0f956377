package taskrouter_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// Method and path in the error come from the description of the operation, and
// so tell whether a method names its own.
func TestErrorsSayWhatWasAsked(t *testing.T) {
	service := newFakeService(t, answer(http.StatusNotFound, `{"code":20404,"message":"gone"}`))
	for _, m := range methodsOf(service.client(t)) {
		t.Run(m.name, func(t *testing.T) {
			before := len(service.seen())
			results, err := m.call(t.Context(), m.arguments())
			failure := answerError(t, err)
			assertAbout(t, taskrouter.ErrNotFound, err)
			for _, result := range results {
				assert.True(t, result.IsNil(), "a result beside an error")
			}
			requests := service.seen()[before:]
			require.Len(t, requests, 1)
			assert.Equal(t, requests[0].Method, failure.Method)
			assert.Equal(t, requests[0].Path, failure.Path)
			assert.NotEmpty(t, failure.Operation)
		})
	}
}

// The answer holds a resource and, under every name that an envelope has, a
// list of two.
func TestMethodsReturnWhatWasAnswered(t *testing.T) {
	body := map[string]any{"account_sid": "AC-resource", "meta": map[string]any{"page_size": 2}}
	for _, key := range envelopeKeys {
		body[key] = []any{map[string]any{"account_sid": "AC-first"}, map[string]any{"account_sid": "AC-second"}}
	}
	text, err := json.Marshal(body)
	require.NoError(t, err)
	service := newFakeService(t, answer(http.StatusOK, string(text)))

	accountOf := func(result reflect.Value) string { return reflect.Indirect(result).FieldByName("AccountSID").String() }
	for _, m := range methodsOf(service.client(t)) {
		t.Run(m.name, func(t *testing.T) {
			results, err := m.call(t.Context(), m.arguments())
			require.NoError(t, err)
			switch {
			case m.result == nil:
				assert.Empty(t, results)
			case m.isList:
				require.Len(t, results, 2)
				assert.Equal(t, "AC-first", accountOf(results[0]))
				assert.Equal(t, "AC-second", accountOf(results[1]))
			case results[0].Elem().FieldByName("Items").IsValid():
				items := results[0].Elem().FieldByName("Items")
				require.Equal(t, 2, items.Len())
				assert.Equal(t, "AC-second", accountOf(items.Index(1)))
				assert.Equal(t, 2, results[0].Elem().FieldByName("Meta").Interface().(taskrouter.PageMeta).PageSize)
			default:
				assert.Equal(t, "AC-resource", accountOf(results[0]))
			}
		})
	}
}

func TestAClientThatNewClientDidNotMakeAnswersWithAnError(t *testing.T) {
	for name, client := range map[string]*taskrouter.Client{"nil": nil, "zero": {}} {
		for _, m := range methodsOf(client) {
			t.Run(name+" "+m.name, func(t *testing.T) {
				_, err := m.call(t.Context(), m.arguments())
				assertAbout(t, taskrouter.ErrInvalidArgument, err)
				assert.ErrorContains(t, err, "the client was not made by NewClient")
			})
		}
	}
}

func TestIdleConnectionsCanBeClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeServiceInBubble(t, answer(http.StatusOK, `{}`))
		client := service.client(t)
		for connections := 1; connections <= 3; connections++ {
			for range 2 {
				require.NoError(t, retryGet(t.Context(), client))
			}
			assert.Equal(t, connections, service.connections())
			client.CloseIdleConnections()
		}
	})
	for name, client := range map[string]*taskrouter.Client{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) { assert.NotPanics(t, client.CloseIdleConnections) })
	}
}

func TestServicesAndCopiesShareTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeServiceInBubble(t, answer(http.StatusOK, `{"sid":"WS1"}`))
		client := *service.client(t)
		for range 3 {
			workspace, err := client.Workspaces.Get(t.Context(), "WS1")
			require.NoError(t, err)
			assert.Equal(t, "WS1", workspace.SID)
			_, err = client.Tasks("WS1").Get(t.Context(), "WT1")
			require.NoError(t, err)
		}
		assert.Equal(t, 1, service.connections())
	})
}

// A print of anything that comes from a client may end in a log.
func TestNoPrintShowsASecret(t *testing.T) {
	const keySecret = "s3cret-0f-the-key"
	withToken, withKey := taskrouter.WithAuthToken(account, secretToken), taskrouter.WithAPIKey(account, "SK1", keySecret)
	byToken := offline(t, inMemory(pageOfTasks("", "WT1")))
	byKey := offline(t, inMemory(pageOfTasks("", "WT1")), withKey)
	page, err := byKey.Tasks("WS1").Page(t.Context(), taskrouter.ListTasksParams{})
	require.NoError(t, err)
	_, answered := offline(t, inMemory(answer(http.StatusUnauthorized, `{}`)), withKey).Tasks("WS1").Get(t.Context(), "WT1")
	_, failed := offline(t, func(*http.Request) (*http.Response, error) { return nil, errors.New("no network") }, withKey).Tasks("WS1").Get(t.Context(), "WT1")
	_, refused := taskrouter.NewClient(withKey, taskrouter.WithAuthToken("AC1:"+secretToken, secretToken), taskrouter.WithBaseURL("http://AC1:"+keySecret+"@host:x"),
		taskrouter.WithBaseURL("http://AC1:"+keySecret+"@host"), taskrouter.WithAPIKey(secretToken, keySecret, keySecret))

	prints := map[string]any{
		"a client": *byToken, "a pointer to a client": byToken, "a client with a key": *byKey, "a zero client": taskrouter.Client{},
		"a client in a struct": struct{ client taskrouter.Client }{*byKey}, "clients": []*taskrouter.Client{byToken, byKey},
		"a service": byKey.Tasks("WS1"), "the workspaces": byKey.Workspaces, "reservations": byKey.TaskReservations("WS1", "WT1"),
		"an option": withToken, "options": []taskrouter.Option{withToken, withKey},
		"a page": *page, "a pointer to a page": page,
		"an answer": answered, "a failure": failed, "a refusal": refused,
	}
	for name, value := range prints {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			printed := fmt.Sprintf(verb, value)
			for _, secret := range []string{
				secretToken, base64.StdEncoding.EncodeToString([]byte(account + ":" + secretToken)),
				keySecret, base64.StdEncoding.EncodeToString([]byte("SK1:" + keySecret)),
			} {
				assert.NotContains(t, printed, secret, "%s by %s", name, verb)
				assert.NotContains(t, printed, fmt.Sprintf("%x", secret), "%s by %s", name, verb)
			}
		}
	}
	require.Error(t, answered)
	require.Error(t, failed)
	require.Error(t, refused)
}

func TestAClientPrintsWhereItSendsRequests(t *testing.T) {
	client := offline(t, nil)
	assert.Equal(t, "taskrouter.Client(https://service.test/base)", fmt.Sprint(client))
	assert.Equal(t, "taskrouter.Client(https://service.test/base)", fmt.Sprintf("%#v", *client))
	assert.Equal(t, "taskrouter.Client()", fmt.Sprint(taskrouter.Client{}))
}

func TestAWrongIdentifierIsNamedWithWhatWasExpected(t *testing.T) {
	client := newTestClient(t)
	_, empty := client.Tasks("").Get(t.Context(), "WT1")
	assert.EqualError(t, empty, "taskrouter: getTask: invalid argument: WorkspaceSid is empty, expected a SID that begins with WS")
	_, slash := client.Tasks("WS1").Get(t.Context(), "WT/1")
	assert.EqualError(t, slash, `taskrouter: getTask: invalid argument: TaskSid "WT/1" contains '/', expected a SID that begins with WT`)
	_, kind := client.Workers("WS1").Get(t.Context(), "WT1")
	assert.EqualError(t, kind, `taskrouter: getWorker: invalid argument: WorkerSid is "WT1", expected a SID that begins with WK`)
	_, channel := client.TaskChannels("WS1").Get(t.Context(), "..")
	assert.EqualError(t, channel, `taskrouter: getTaskChannel: invalid argument: TaskChannelSid is "..", expected a SID or a unique name`)
}
