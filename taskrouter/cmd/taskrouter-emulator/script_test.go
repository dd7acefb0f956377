//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// script runs commands while the emulator serves.
const script = "../../../conformance/with-emulator"

// needBash skips a test of the script where there is no bash, which the SDK and its
// other tests do not need.
func needBash(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("needs bash")
	}
}

// startScript runs a command that prints the variables it has and waits for its stdin to
// end, for which the function is that is returned.
func startScript(t *testing.T, args ...string) (p *program, endStdin func()) {
	t.Helper()
	needBash(t)
	p = &program{t: t, stdout: newOutput(), stderr: newOutput(), ended: make(chan struct{})}
	command := exec.CommandContext(t.Context(), script, append(args, "sh", "-c", "env | grep '^T'; cat; exit 7")...)
	command.Env = append(os.Environ(), "TWILIO_ACCOUNT_SID=AC000000000000000000000000000000aa",
		"TWILIO_AUTH_TOKEN=of-the-service", "TWILIO_API_KEY=SK1", "TWILIO_API_SECRET=of-the-service")
	command.Stdout, command.Stderr = p.stdout, p.stderr
	stdin, err := command.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	go func() {
		defer close(p.ended)
		_ = command.Wait() // the test looks at its status
		p.code = command.ProcessState.ExitCode()
	}()
	endStdin = func() { _ = stdin.Close() } // a command that has ended reads nothing
	t.Cleanup(func() { endStdin(); <-p.ended })
	for _, name := range []string{"TASKROUTER_BASE_URL=", "TWILIO_ACCOUNT_SID=", "TWILIO_AUTH_TOKEN="} {
		p.waitFor(p.stdout, name)
	}
	return p, endStdin
}

func TestACommandRunsWhileTheEmulatorServes(t *testing.T) {
	file := stateFile(t)
	write(t, file, workspaceInAFile)
	p, endStdin := startScript(t, "-state", file, "-base-path=/base", "--")
	p.createWorkspace("Sales")
	_, state := p.request("GET", "/emulator/state", "")
	assert.Contains(t, state, "In the file")
	assert.NotContains(t, p.stdout.String(), "of-the-service", "credentials of the caller reach nobody")

	endStdin()
	<-p.ended
	assert.Equal(t, 7, p.code, "as the command says")
	assert.Empty(t, p.stderr.String())
	assert.Equal(t, workspaceInAFile, read(t, file), "the file stays as it is")
	_, err := p.client().Workspaces.Get(t.Context(), workspaceSID)
	assert.Error(t, err, "nobody serves any more")
}

// recipe is what the package comment tells scripts to do.
func recipe(t *testing.T) (lines string) {
	t.Helper()
	_, rest, ok := strings.Cut(read(t, "main.go"), "//\n//\trm -f env\n")
	require.True(t, ok)
	rest, _, ok = strings.Cut(rest, "//\n")
	require.True(t, ok)
	return "rm -f env\n" + strings.ReplaceAll(rest, "//\t", "")
}

// runRecipe answers what a script prints that has the recipe, and what its tests print.
func runRecipe(t *testing.T, tests string, environment ...string) (printed string, err error) {
	t.Helper()
	folder := filepath.Dir(build(t))
	require.NoError(t, os.Rename(filepath.Join(folder, "emulator"), filepath.Join(folder, "taskrouter-emulator")))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "run-the-tests"), []byte("#!/bin/sh\n"+tests), 0o700))
	write(t, filepath.Join(folder, "env"), "TASKROUTER_BASE_URL=of-another-run\n")
	command := exec.CommandContext(t.Context(), "sh", "-euc", recipe(t))
	command.Dir = folder
	command.Env = append([]string{"PATH=" + folder + ":" + os.Getenv("PATH")}, environment...)
	output, err := command.CombinedOutput()
	return string(output), err
}

func TestAScriptHasWhatIsPrinted(t *testing.T) {
	printed, err := runRecipe(t, "env")
	require.NoError(t, err, printed)
	assert.Regexp(t, `(?m)^TASKROUTER_BASE_URL=http://127\.0\.0\.1:`, printed)
	assert.Regexp(t, `(?m)^TWILIO_ACCOUNT_SID=AC`, printed)
	assert.Regexp(t, `(?m)^TWILIO_AUTH_TOKEN=[0-9a-f]{32}$`, printed)
	assert.Contains(t, printed, "shutting down", "it has ended")
}

func TestAScriptDoesNotWaitForAnEmulatorThatDoesNotStart(t *testing.T) {
	printed, err := runRecipe(t, "", "TWILIO_ACCOUNT_SID=AC1", "TWILIO_AUTH_TOKEN=x")
	assert.Error(t, err)
	assert.Contains(t, printed, "expected AC and 32 hex digits")
}

func TestWithEmulatorSaysWhyItRunsNoCommand(t *testing.T) {
	needBash(t)
	tests := map[string]struct {
		args []string
		code int
		want string
	}{
		"no command":          {nil, 2, "expected the command to run"},
		"flags alone":         {[]string{"-rate-limits", "--"}, 2, "expected the command to run"},
		"no file":             {[]string{"-state"}, 2, "expected a file after -state"},
		"a flag that is none": {[]string{"-bogus", "true"}, 1, "the emulator did not start"},
		"a file that is not":  {[]string{"-state=nowhere.json", "true"}, 1, "nowhere.json"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			output, err := exec.CommandContext(t.Context(), script, test.args...).CombinedOutput()
			var failure *exec.ExitError
			require.ErrorAs(t, err, &failure, string(output))
			assert.Equal(t, test.code, failure.ExitCode(), string(output))
			assert.Contains(t, string(output), test.want)
		})
	}
}
