package capability_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

const (
	account   = "AC00000000000000000000000000000001"
	workspace = "WS00000000000000000000000000000002"
	worker    = "WK00000000000000000000000000000003"
	queue     = "WQ00000000000000000000000000000004"
	apiKey    = "SK00000000000000000000000000000005"
	authToken = "an-auth-token"
	secret    = "a-secret"

	workspaceURL = "https://taskrouter.twilio.com/v1/Workspaces/" + workspace
	workerURL    = workspaceURL + "/Workers/" + worker
	queueURL     = workspaceURL + "/TaskQueues/" + queue
	bridgeURL    = "https://event-bridge.twilio.com/v1/wschannels/" + account + "/"
)

type object = map[string]any

// part decodes one part of a token, without looking at its signature.
func part(t *testing.T, token string, i int) object {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	var decoded object
	require.NoError(t, json.Unmarshal([]byte(decode(parts[i])), &decoded))
	return decoded
}

func header(t *testing.T, token string) object  { t.Helper(); return part(t, token, 0) }
func payload(t *testing.T, token string) object { t.Helper(); return part(t, token, 1) }

// policies lists those of a token, one a line: + or -, the method, the URL and the
// filters if there are any.
func policies(t *testing.T, token string) []string {
	t.Helper()
	var lines []string
	for _, entry := range payload(t, token)["policies"].([]any) {
		policy := entry.(object)
		line := "- "
		if policy["allow"].(bool) {
			line = "+ "
		}
		line += policy["method"].(string) + " " + policy["url"].(string)
		for _, name := range []string{"query_filter", "post_filter"} {
			if filter, found := policy[name]; found {
				text, err := json.Marshal(filter)
				require.NoError(t, err)
				line += " " + name + " " + string(text)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// signed makes a token from a payload that may be anything.
func signed(t testing.TB, header object, payload, key string) string {
	t.Helper()
	head, err := json.Marshal(header)
	require.NoError(t, err)
	text := encode(string(head)) + "." + encode(payload)
	signature, err := jwt.SigningMethodHS256.Sign(text, []byte(key))
	require.NoError(t, err)
	return text + "." + encode(string(signature))
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func decode(part string) string {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

var (
	plainHeader  = object{"typ": "JWT", "alg": "HS256"}
	accessHeader = object{"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1"}
)

// changed is the text of a JSON object with some members changed, each of which is
// a name in quotes, a colon and a value, or a name alone to leave it out.
func changed(t testing.TB, members string, changes []string) string {
	t.Helper()
	var object map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(members), &object))
	for _, change := range changes {
		name, value, found := strings.Cut(change, ":")
		if name = strings.Trim(name, `"`); found {
			object[name] = json.RawMessage(strings.TrimSpace(value))
			continue
		}
		require.Contains(t, object, name)
		delete(object, name)
	}
	parts := make([]string, 0, len(object))
	for name, value := range object {
		parts = append(parts, strconv.Quote(name)+":"+string(value)) // which need not be JSON
	}
	slices.Sort(parts)
	return "{" + strings.Join(parts, ",") + "}"
}

// farAway is a time that no test reaches, in the year 2286.
const farAway = "9999999999"

// workspaceClaims are those of a token for a workspace, with changes.
func workspaceClaims(t testing.TB, changes ...string) string {
	t.Helper()
	return changed(t, `{
		"version": "v1", "iss": "`+account+`", "account_sid": "`+account+`", "workspace_sid": "`+workspace+`",
		"channel": "`+workspace+`", "exp": `+farAway+`, "policies": []
	}`, changes)
}

// accessClaims are those of an access token, with changes.
func accessClaims(t testing.TB, changes ...string) string {
	t.Helper()
	return changed(t, `{"iss": "`+apiKey+`", "sub": "`+account+`", "exp": `+farAway+`, "grants": {}}`, changes)
}

// bubble runs a test at the beginning of 2000, in a time of its own.
func bubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}

// start is when a bubble begins.
var start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func aWorker() capability.Worker {
	return capability.Worker{AccountSID: account, WorkspaceSID: workspace, WorkerSID: worker}
}

func aQueue() capability.TaskQueue {
	return capability.TaskQueue{AccountSID: account, WorkspaceSID: workspace, TaskQueueSID: queue}
}

func aWorkspace() capability.Workspace {
	return capability.Workspace{AccountSID: account, WorkspaceSID: workspace}
}

func anAccessToken() capability.AccessToken {
	return capability.AccessToken{
		AccountSID: account, KeySID: apiKey, Identity: "ann",
		TaskRouter: capability.TaskRouterGrant{WorkspaceSID: workspace, WorkerSID: worker},
	}
}

// a signer is any kind of token.
type signer interface {
	Sign(key string) (string, error)
}

func sign(t testing.TB, token signer, key string) string {
	t.Helper()
	text, err := token.Sign(key)
	require.NoError(t, err)
	return text
}
