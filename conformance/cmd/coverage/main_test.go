package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/openapi"
)

func TestRunPrintsARowForEachOperation(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(&out))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	operations := bytes.Count(openapi.Document, []byte("\n      operationId:"))
	require.Len(t, lines, 1+operations+2)
	assert.Regexp(t, `^operation +successes +failures`, lines[0])
	assert.Regexp(t, `(?m)^deleteTask +[0-9]+ +400 401 404 412 429 +0/0 +1/1 +204 404 +Tasks\.Delete$`, out.String())
	assert.Regexp(t, fmt.Sprintf(`^%d operations, [0-9]{3,} exchanges in [0-9]{2} fixtures$`, operations), lines[1+operations])
	assert.Equal(t, fmt.Sprintf("emulator: %d of %d operations answer a success and a failure", operations, operations), lines[2+operations])
}

func TestRunSaysThatItCannotPrint(t *testing.T) {
	assert.EqualError(t, run(full{}), "the disk is full")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }
