package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClientsCallByWhatIsPrinted(t *testing.T) {
	p := start(t, nil)
	sid := p.createWorkspace("Support")
	workspace, err := p.client().Workspaces.Get(t.Context(), sid)
	require.NoError(t, err)
	assert.Equal(t, "Support", workspace.FriendlyName)
	assert.Equal(t, p.value("TWILIO_ACCOUNT_SID"), workspace.AccountSID)
	assert.Equal(t, done, p.stop())
}

func TestWhatIsPrintedIsForAShell(t *testing.T) {
	p := start(t, nil, "-base-path", "/below/it")
	assert.Regexp(t, `^TASKROUTER_BASE_URL=http://127\.0\.0\.1:[0-9]+/below/it
TWILIO_ACCOUNT_SID=AC[0-9a-f]{32}
TWILIO_AUTH_TOKEN=[0-9a-f]{32}
$`, p.stdout.String())
	p.createWorkspace("Support")
}

func TestCredentialsFollowFromTheSeed(t *testing.T) {
	first, again, other := start(t, nil, "-seed", "7"), start(t, nil, "-seed", "7"), start(t, nil, "-seed", "8")
	for _, name := range []string{"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"} {
		assert.Equal(t, first.value(name), again.value(name), name)
		assert.NotEqual(t, first.value(name), other.value(name), name)
	}
	assert.Equal(t, first.createWorkspace("Support"), again.createWorkspace("Support"))
}

func TestRateLimitsAreAskedFor(t *testing.T) {
	refused := func(p *program) (refused bool) {
		sid := p.createWorkspace("Support")
		for range 20 {
			status, _ := p.request("GET", "/v1/Workspaces/"+sid+"/Workers?TargetWorkersExpression=1%3D%3D1", "")
			refused = refused || status == 429
		}
		return refused
	}
	assert.True(t, refused(start(t, nil, "-rate-limits")))
	assert.False(t, refused(start(t, nil)))
}

func TestThePortMayBeTaken(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	code, stdout, stderr := runToEnd(t, nil, "-addr", listener.Addr().String())
	assert.Equal(t, failed, code)
	assert.Empty(t, stdout, "the port is not open")
	assert.Contains(t, stderr, "taskrouter-emulator: -addr: listen tcp "+listener.Addr().String())
}

// closed is a stdout that nobody reads.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestNobodyWhoReadsTheAddressIsAFailure(t *testing.T) {
	stderr := newOutput()
	getenv := func(string) string { return "" }
	assert.Equal(t, failed, run(t.Context(), []string{"-addr", "127.0.0.1:0"}, getenv, signals{}, closed{}, stderr))
	assert.Contains(t, stderr.String(), "print the address: file already closed")
}

func TestLocalhostIsLoopback(t *testing.T) {
	p := start(t, nil, "-addr", "localhost:0")
	assert.Regexp(t, `^http://127\.0\.0\.1:`, p.value("TASKROUTER_BASE_URL"))
	p.createWorkspace("Support")
}

func TestTheAddressOfAllInterfacesIsPrintedAsOneToCall(t *testing.T) {
	e := &emulator{settings: settings{basePath: "/base"}}
	for address, want := range map[string]string{
		"127.0.0.1:80":      "http://127.0.0.1:80/base",
		"[::1]:80":          "http://[::1]:80/base",
		"[::]:80":           "http://127.0.0.1:80/base",
		"0.0.0.0:80":        "http://127.0.0.1:80/base",
		"192.0.2.1:80":      "http://192.0.2.1:80/base",
		"[fe80::1%eth0]:80": "http://[fe80::1%25eth0]:80/base",
	} {
		tcp, err := net.ResolveTCPAddr("tcp", address)
		require.NoError(t, err)
		assert.Equal(t, want, e.url(tcp))
	}
}

// acceptanceVariable names a folder with programs of users and the program run that
// runs one of them against a checkout.
const acceptanceVariable = "ACCEPTANCE"

func TestProgramsOfUsersRun(t *testing.T) {
	folder := os.Getenv(acceptanceVariable)
	if folder == "" {
		t.Skipf("%s names no folder", acceptanceVariable)
	}
	project, err := filepath.Abs("../../..")
	require.NoError(t, err)
	p := start(t, nil)
	user := exec.CommandContext(t.Context(), filepath.Join(folder, "run"), "seed", project)
	user.Env = append(os.Environ(), "TASKROUTER_BASE_URL="+p.value("TASKROUTER_BASE_URL"),
		"TWILIO_ACCOUNT_SID="+p.value("TWILIO_ACCOUNT_SID"), "TWILIO_AUTH_TOKEN="+p.value("TWILIO_AUTH_TOKEN"))
	printed, err := user.CombinedOutput()
	require.NoError(t, err, string(printed))
	assert.Contains(t, string(printed), "missing worker: 20404\ndone\n")
}

// Both packages know what an account and a base path look like; the server panics.
func TestOptionsThatAreLetThroughDoNotPanic(t *testing.T) {
	s, err := parse([]string{"-base-path", "/~a/b.c/_-", "-rate-limits", "-speed", "10000"}, func(name string) string {
		return map[string]string{"TWILIO_ACCOUNT_SID": "ACABCDEF00000000000000000000abcdef", "TWILIO_AUTH_TOKEN": "x"}[name]
	}, newOutput())
	require.NoError(t, err)
	assert.NotPanics(t, func() { newServer(t, s) })
}
