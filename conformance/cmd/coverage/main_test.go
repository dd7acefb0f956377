package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunPrintsARowForEachOperation(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(&out))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 63)
	assert.Regexp(t, `^operation +successes +failures`, lines[0])
	assert.Regexp(t, `^deleteTask +[0-9]+ +400 401 404 412 429 +0/0 +1/1 +Tasks\.Delete$`, lines[56])
	assert.Regexp(t, `^61 operations, [0-9]{3,} exchanges in [0-9]{2} fixtures$`, lines[62])
}

func TestRunSaysThatItCannotPrint(t *testing.T) {
	assert.EqualError(t, run(full{}), "the disk is full")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }
