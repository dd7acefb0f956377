package measure

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The program with all of twilio-go takes minutes to build, which is what is measured
// of it: whether all that it imports is there is known before.
func TestProgramsCompile(t *testing.T) {
	for _, p := range programs {
		t.Run(p.folder, func(t *testing.T) {
			var counted Program
			require.NoError(t, counted.count(t.Context(), source+p.folder))
			assert.Greater(t, counted.Packages, counted.Foreign)
			assert.Positive(t, counted.Foreign)
			if p.name == nameDocumented {
				return
			}
			_, err := goCommand(t.Context(), nil, "vet", source+p.folder)
			assert.NoError(t, err)
		})
	}
}

func TestProgramIsReadFromItsBinary(t *testing.T) {
	folder := t.TempDir()
	binary, stripped := filepath.Join(folder, "program"), filepath.Join(folder, "stripped")
	for _, arguments := range [][]string{{"-o", binary}, {"-ldflags=-s -w", "-o", stripped}} {
		_, err := goCommand(t.Context(), nil, append(append([]string{"build", "-buildvcs=false"}, arguments...), source+"sdk")...)
		require.NoError(t, err)
	}
	var p Program
	require.NoError(t, p.read(binary, stripped))
	assert.Equal(t, 4, p.Modules, "the SDK and three small ones")
	assert.Less(t, p.Stripped, p.Size)
	assert.Positive(t, p.Stripped)
}

func TestFailedBuildSaysWhy(t *testing.T) {
	_, err := builder{t.TempDir()}.measure(t.Context(), "none", source+"none", true)
	require.ErrorContains(t, err, "go list -deps")
	assert.ErrorContains(t, err, "testdata/none")
}

func TestGoCommandHasTheEnvironmentThatItIsGiven(t *testing.T) {
	cache := t.TempDir()
	printed, err := goCommand(t.Context(), []string{"GOCACHE=" + cache}, "env", "GOCACHE")
	require.NoError(t, err)
	assert.Equal(t, cache+"\n", printed)
}

func TestBuildEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := goCommand(ctx, nil, "version")
	assert.ErrorIs(t, err, context.Canceled)
}
