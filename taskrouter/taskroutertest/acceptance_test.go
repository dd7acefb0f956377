package taskroutertest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// acceptanceVariable names a folder with programs of users and the program run that
// runs one of them against a checkout.
const acceptanceVariable = "ACCEPTANCE"

func TestProgramsOfUsersRunThroughAListener(t *testing.T) {
	folder := os.Getenv(acceptanceVariable)
	if folder == "" {
		t.Skipf("%s names no folder", acceptanceVariable)
	}
	project, err := filepath.Abs("../..")
	require.NoError(t, err)
	s := newServer(t, taskroutertest.WithListener(listen(t)))
	program := exec.CommandContext(t.Context(), filepath.Join(folder, "run"), "seed", project)
	program.Env = append(os.Environ(),
		"TASKROUTER_BASE_URL="+s.URL(), "TWILIO_ACCOUNT_SID="+s.AccountSID(), "TWILIO_AUTH_TOKEN="+s.AuthToken())
	output, err := program.CombinedOutput()
	require.NoError(t, err, string(output))
	assert.Contains(t, string(output), "missing worker: 20404\ndone\n")
}
