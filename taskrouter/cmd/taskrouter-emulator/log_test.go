package main

import (
	"encoding/base64"
	"encoding/json"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// calls are the lines of the log that tell of calls, without how long each took.
func (p *program) calls() (calls []map[string]any) {
	p.t.Helper()
	for line := range strings.Lines(p.stderr.String()) {
		var entry map[string]any
		require.NoError(p.t, json.Unmarshal([]byte(line), &entry), line)
		if entry["msg"] != "call" {
			continue
		}
		assert.Positive(p.t, entry["duration"])
		for _, name := range []string{"time", "level", "msg", "duration"} {
			delete(entry, name)
		}
		calls = append(calls, entry)
	}
	return calls
}

func TestEachCallIsLogged(t *testing.T) {
	p := start(t, nil, "-log", "json", "-base-path", "/base")
	sid := p.createWorkspace("Support")
	workspace := "/v1/Workspaces/" + sid
	for _, call := range [][2]string{{"GET", workspace}, {"HEAD", workspace}, {"GET", workspace + "0"}, {"GET", "/emulator/state"}, {"GET", "/nowhere?secret"}} {
		p.request(call[0], call[1], "")
	}
	p.requestAs("", "", "POST", workspace, nil)
	p.stop() // the log is complete
	assert.Equal(t, []map[string]any{
		{"operation": "createWorkspace", "method": "POST", "path": "/base/v1/Workspaces", "status": 201.},
		{"operation": "getWorkspace", "method": "GET", "path": "/base" + workspace, "status": 200.},
		{"operation": "", "method": "HEAD", "path": "/base" + workspace, "status": 405., "code": 20004.},
		{"operation": "getWorkspace", "method": "GET", "path": "/base" + workspace + "0", "status": 404., "code": 20404.},
		{"operation": "", "method": "GET", "path": "/base/emulator/state", "status": 200.},
		{"operation": "", "method": "GET", "path": "/base/nowhere", "status": 404., "code": 20404.},
		{"operation": "updateWorkspace", "method": "POST", "path": "/base" + workspace, "status": 401., "code": 20003.},
	}, p.calls())
}

func TestWhyACallIsRefusedIsLoggedForDebugAlone(t *testing.T) {
	for level, want := range map[string]map[string]any{
		"debug": {"operation": "", "method": "GET", "path": "/emulator/x", "status": 404., "message": "expected /emulator/state"},
		"info":  {"operation": "", "method": "GET", "path": "/emulator/x", "status": 404.},
	} {
		p := start(t, nil, "-log", "json", "-log-level", level)
		p.request("GET", "/emulator/x", "")
		p.request("GET", "/v1/Workspaces/WS00000000000000000000000000000001", "")
		p.createWorkspace("Support")
		p.stop()
		calls := p.calls()
		require.Len(t, calls, 3)
		assert.Equal(t, want, calls[0])
		message, ok := calls[1]["message"]
		assert.Equal(t, level == "debug", ok, message)
		assert.NotContains(t, calls[2], "message", "which succeeded")
	}
}

func TestACallThatBreaksIsLoggedWithoutAStatus(t *testing.T) {
	p := start(t, nil, "-log", "json")
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.value("TASKROUTER_BASE_URL"), "http://"))
	require.NoError(t, err)
	_, err = connection.Write([]byte("POST /v1/Workspaces HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nFriend"))
	require.NoError(t, err)
	require.NoError(t, connection.Close())
	p.waitFor(p.stderr, `"msg":"call"`)
	assert.Equal(t, []map[string]any{
		{"operation": "createWorkspace", "method": "POST", "path": "/v1/Workspaces", "status": 0.},
	}, p.calls())
	assert.NotContains(t, p.stderr.String(), "panic")
}

func TestWhyItEndsIsLogged(t *testing.T) {
	p := start(t, nil)
	p.stop()
	assert.Contains(t, p.stderr.String(), `level=INFO msg="shutting down" reason="interrupted by the test"`)
}

// What was given is a secret: it is neither printed nor logged, whatever happens.
func TestSecretsAreNowhere(t *testing.T) {
	environment := map[string]string{
		"TWILIO_ACCOUNT_SID": "AC000000000000000000000000000000aa", "TWILIO_AUTH_TOKEN": "token-of-the-account",
		"TWILIO_API_KEY": "SK000000000000000000000000000000bb", "TWILIO_API_SECRET": "secret-of-the-key",
	}
	for _, format := range []string{"text", "json"} {
		file := stateFile(t)
		p := start(t, environment, "-state", file, "-log", format, "-log-level", "debug")
		secrets := []string{"wrong-password", base64.StdEncoding.EncodeToString([]byte("who:wrong-password"))}
		for _, pair := range [][2]string{{"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}, {"TWILIO_API_KEY", "TWILIO_API_SECRET"}} {
			user, password := environment[pair[0]], environment[pair[1]]
			secrets = append(secrets, password, base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
			for _, path := range []string{"/v1/Workspaces", "/v1/Workspaces?token=" + password, "/nowhere", "/emulator/state"} {
				for _, method := range []string{"GET", "PUT", "POST"} {
					p.requestAs(user, password, method, path, strings.NewReader("FriendlyName="+password))
					p.requestAs("who", "wrong-password", method, path, strings.NewReader("wrong-password"))
				}
			}
		}
		p.hangups <- nil
		p.stop()
		for _, secret := range secrets {
			assert.NotContains(t, p.stdout.String(), secret)
			assert.NotContains(t, p.stderr.String(), secret)
		}
		assert.NotContains(t, p.stdout.String(), "TWILIO_AUTH_TOKEN")
	}
}
