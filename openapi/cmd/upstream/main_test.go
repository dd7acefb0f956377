package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/internal/upstream"
)

func file(t *testing.T, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "published.yaml")
	require.NoError(t, os.WriteFile(name, data, 0o600))
	return name
}

func TestRunListsWhatThereIsToDo(t *testing.T) {
	published := bytes.Replace(openapi.Document, []byte("        - name: FriendlyName\n          in: query\n"),
		[]byte("        - name: Colour\n          in: query\n"), 1)
	require.NotEqual(t, openapi.Document, published)
	var out strings.Builder
	todo, err := run(&out, []string{file(t, published)})
	require.NoError(t, err)
	deviations, err := upstream.LoadDeviations(deviationsFile)
	require.NoError(t, err)
	assert.Equal(t, 2+len(deviations), todo, "each deviation is stale, since our document does not differ from itself")
	assert.Contains(t, out.String(), "- `listWorkspaces query Colour`: ours lacks it; theirs: string, optional\n")
	assert.Contains(t, out.String(), "- `listWorkspaces query FriendlyName`: theirs has no such parameter\n")
	assert.Contains(t, out.String(), "\n## Deviations that no longer apply\n")
}

// TestDeviationsAreOfOurDocument keeps the list from naming places that are gone.
func TestDeviationsAreOfOurDocument(t *testing.T) {
	deviations, err := upstream.LoadDeviations(deviationsFile)
	require.NoError(t, err)
	for _, d := range deviations {
		name := d.Where[strings.LastIndexAny(d.Where, ". ")+1:]
		declared := bytes.Contains(openapi.Document, []byte(" "+name+":\n")) || bytes.Contains(openapi.Document, []byte(" name: "+name+"\n"))
		assert.True(t, declared, "no %s for %q", name, d.Where)
	}
}

func TestRunSaysWhatItExpected(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string
	}{
		"no file":           {nil, "expected one file, an OpenAPI 3 document of the service"},
		"two files":         {[]string{"a", "b"}, "expected one file, an OpenAPI 3 document of the service"},
		"a missing file":    {[]string{"missing.yaml"}, "open missing.yaml: no such file or directory"},
		"Swagger":           {[]string{file(t, []byte("swagger: '2.0'"))}, "published.yaml: expected OpenAPI 3, found Swagger 2.0: convert it first"},
		"another service's": {[]string{file(t, []byte("openapi: 3.0.0\npaths: {/pets: {get: {responses: {}}}}"))}, "no operation is in both documents"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			_, err := run(&out, test.args)
			assert.ErrorContains(t, err, test.want)
			assert.Empty(t, out.String())
		})
	}
}

func TestRunSaysThatItCannotPrint(t *testing.T) {
	_, err := run(full{}, []string{file(t, openapi.Document)})
	assert.EqualError(t, err, "the disk is full")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }
