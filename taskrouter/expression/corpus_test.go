package expression_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// corpusContexts are the contexts of the kinds of expressions that a corpus has.
// A known_worker_sid is only a path.
var corpusContexts = map[string]expression.Context{
	"filter.expression": expression.ContextFilter, "target.expression": expression.ContextTarget, "target_workers": expression.ContextQueue,
	"skip_if": expression.ContextSkipIf, "known_worker_sid": expression.ContextTarget,
}

// corpusRefusals are what is refused in expressions that are in use, and how
// often: a condition into which a part of a name slipped.
var corpusRefusals = map[string]int{`mail.assigned_tasks, expected AND, OR or ")"`: 1}

// TestCorpus reads expressions that are in use, one a line: a kind, a tab and the
// expression as a JSON string. The file is named by EXPRESSION_CORPUS. What Check
// warns of is logged, to be judged by people: a warning of what works is a fault.
func TestCorpus(t *testing.T) {
	name := os.Getenv("EXPRESSION_CORPUS")
	if name == "" {
		t.Skip("EXPRESSION_CORPUS names no file") // the expressions of others are not part of this repository
	}
	if _, err := os.Stat(name); err != nil {
		name = filepath.Join("..", "..", name) // from the root of the repository
	}
	corpus, err := os.ReadFile(name)
	require.NoError(t, err)

	refused := map[string]int{}
	for line := range strings.Lines(string(corpus)) {
		kind, text, ok := strings.Cut(line, "\t")
		require.True(t, ok, line)
		var source string
		require.NoError(t, json.Unmarshal([]byte(text), &source), line)
		if kind == "order_by" {
			order := parseOrder(t, source)
			assert.Equal(t, order.String(), parseOrder(t, order.String()).String())
			judge(t, kind, source, order.Check(expression.Samples{}))
			continue
		}
		context, ok := corpusContexts[kind]
		require.True(t, ok, kind)
		if kind == "known_worker_sid" {
			source += " != null"
		}
		e, err := expression.Parse(source)
		if err != nil {
			var syntaxError *expression.SyntaxError
			require.ErrorAs(t, err, &syntaxError)
			refused[syntaxError.Text+", expected "+syntaxError.Expected]++
			continue
		}
		requirePrintedAgain(t, e)
		requireSpans(t, e)
		judge(t, kind, source, e.Check(context, expression.Samples{}))
	}
	assert.Equal(t, corpusRefusals, refused)
}

// judge logs findings. None is an error, since all of a corpus works.
func judge(t *testing.T, kind, source string, findings []expression.Finding) {
	t.Helper()
	for _, finding := range findings {
		assert.NotEqual(t, expression.SeverityError, finding.Severity, "%s: %s: %s", kind, source, finding)
		t.Logf("%s: %s", kind, finding)
	}
}
