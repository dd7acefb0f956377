package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheStateIsReadAndReplaced(t *testing.T) {
	for _, base := range []string{"", "/base"} {
		var flags []string
		if base != "" {
			flags = []string{"-base-path", base}
		}
		p := start(t, nil, flags...)
		sid := p.createWorkspace("Support")
		status, state := p.request("GET", "/emulator/state", "")
		require.Equal(t, 200, status)
		require.True(t, json.Valid([]byte(state)))

		require.NoError(t, p.client().Workspaces.Delete(t.Context(), sid))
		status, answer := p.request("PUT", "/emulator/state", state)
		require.Equal(t, 204, status, answer)
		assert.Empty(t, answer)
		_, err := p.client().Workspaces.Get(t.Context(), sid)
		assert.NoError(t, err)
	}
}

func TestAStateThatCannotBeChangesNothing(t *testing.T) {
	p := start(t, nil)
	sid := p.createWorkspace("Support")
	for _, state := range []string{"", "{", `{"version": 1, "workspaces": [{"sid": "WS1"}]}`} {
		status, answer := p.request("PUT", "/emulator/state", state)
		assert.Equal(t, 400, status)
		var refusal struct {
			Status  int
			Message string
		}
		require.NoError(t, json.Unmarshal([]byte(answer), &refusal), answer)
		assert.Equal(t, 400, refusal.Status)
		assert.Contains(t, refusal.Message, "Load: ")
	}
	_, err := p.client().Workspaces.Get(t.Context(), sid)
	assert.NoError(t, err)
}

func TestAStateMayBeTooLarge(t *testing.T) {
	s := settings{speed: 1}
	e := newEmulator(s, newServer(t, s), slog.New(slog.DiscardHandler))
	assert.EqualValues(t, 256<<20, e.maxState)
	put := func(state string) int {
		answer := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodPut, "/emulator/state", strings.NewReader(state))
		request.SetBasicAuth(e.server.AccountSID(), e.server.AuthToken())
		e.handler().ServeHTTP(answer, request)
		return answer.Code
	}
	e.maxState = int64(len(workspaceInAFile))
	assert.Equal(t, 204, put(workspaceInAFile))
	assert.Equal(t, 413, put(workspaceInAFile+" "))
}

func TestTheStateIsWrittenWhenItIsAskedFor(t *testing.T) {
	file := stateFile(t)
	p := start(t, nil, "-state", file)
	p.createWorkspace("Support")
	status, answer := p.request("POST", "/emulator/state", "")
	assert.Equal(t, 204, status, answer)
	assert.Contains(t, read(t, file), "Support")
}

func TestWithoutAFileThereIsAConflict(t *testing.T) {
	p := start(t, nil)
	status, answer := p.request("POST", "/emulator/state", "")
	assert.Equal(t, 409, status)
	assert.JSONEq(t, `{"status": 409, "message": "expected the flag -state, which names the file of the state"}`, answer)
}

func TestEndpointsWantTheCredentialsOfTheAPI(t *testing.T) {
	file := stateFile(t)
	p := start(t, nil, "-state", file)
	account, token := p.value("TWILIO_ACCOUNT_SID"), p.value("TWILIO_AUTH_TOKEN")
	for name, caller := range map[string][2]string{
		"nobody":         {"", ""},
		"no password":    {account, ""},
		"wrong password": {account, token + "0"},
		"wrong user":     {"AC00000000000000000000000000000001", token},
	} {
		for _, method := range []string{"GET", "PUT", "POST", "DELETE"} {
			status, answer := p.requestAs(caller[0], caller[1], method, "/emulator/state", strings.NewReader(workspaceInAFile))
			assert.Equal(t, 401, status, "%s by %s", method, name)
			assert.JSONEq(t, `{"status": 401, "message": "expected the credentials of the API"}`, answer)
		}
	}
	assert.NoFileExists(t, file)
	_, state := p.request("GET", "/emulator/state", "")
	assert.NotContains(t, state, "In the file")
}

func TestAnAccountMayGoOnAfterTheStateIsReplaced(t *testing.T) {
	p := start(t, nil)
	token := p.value("TWILIO_AUTH_TOKEN")
	callers := []string{p.value("TWILIO_ACCOUNT_SID")}
	for _, account := range []string{"AC0000000000000000000000000000000a", "AC0000000000000000000000000000000b"} {
		status, answer := p.request("PUT", "/emulator/state", `{"version": 1, "account_sid": "`+account+`"}`)
		require.Equal(t, 204, status, answer)
		callers = append(callers, account)
	}
	for _, caller := range callers {
		for _, path := range []string{"/v1/Workspaces", "/emulator/state"} {
			status, _ := p.requestAs(caller, token, "GET", path, nil)
			assert.Equal(t, 200, status, "%s by %s", path, caller)
		}
	}
}

func TestOtherEndpointsAreNotThere(t *testing.T) {
	p := start(t, nil)
	for _, path := range []string{"/emulator/", "/emulator/states", "/emulator/state/"} {
		status, answer := p.request("GET", path, "")
		assert.Equal(t, 404, status)
		assert.JSONEq(t, `{"status": 404, "message": "expected /emulator/state"}`, answer)
	}
	status, answer := p.request("DELETE", "/emulator/state", "")
	assert.Equal(t, 405, status)
	assert.JSONEq(t, `{"status": 405, "message": "expected GET, PUT or POST"}`, answer)
}

func TestTheAPIAnswersEverythingElse(t *testing.T) {
	p := start(t, nil)
	for _, path := range []string{"/", "/emulator", "//v1/Workspaces", "/v1/../v1/Workspaces", "/v2/Workspaces"} {
		status, answer := p.request("GET", path, "")
		assert.Equal(t, 404, status, path)
		assert.Contains(t, answer, `"code":20404`, path)
	}
}
