package workflow_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// corpusVariable names a folder with configurations that others use, JSON files.
// They are not part of this repository.
const corpusVariable = "WORKFLOW_CORPUS"

// eachOfCorpus runs a test for each configuration, given its text.
func eachOfCorpus(t *testing.T, test func(t *testing.T, text string)) {
	t.Helper()
	folder := os.Getenv(corpusVariable)
	if folder == "" {
		t.Skipf("%s names no folder", corpusVariable)
	}
	files, err := filepath.Glob(filepath.Join(find(folder), "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "expected JSON files in %s", folder)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			test(t, string(text))
		})
	}
	t.Logf("%d configurations", len(files))
}

func TestCorpusIsReadAndWrittenWithoutLoss(t *testing.T) {
	eachOfCorpus(t, func(t *testing.T, text string) {
		configuration, err := workflow.Parse(text)
		require.NoError(t, err)
		assert.Equal(t, canonical(t, text), canonical(t, configuration.String()))
		assert.Equal(t, configuration, parse(t, configuration.String()))
	})
}

// corpusErrors are the errors of the corpus, by file. All others have none.
var corpusErrors = map[string][]string{
	// A filter asks for the skills of a worker: worker.routing.skills HAS 'Swahili'.
	"helpline-tz-master.json": {"context task_routing.filters[1].expression"},
	// A != in two pieces: worker.waitingOfflineContact! = true.
	"helpline-za-master.json": {"syntax task_routing.filters[5].targets[0].expression"},
}

// corpusTasks are tasks as the configurations of the corpus have them.
var corpusTasks = []attributes{
	nil,
	{"channelType": "voice", "service": "VC", "serviceLanguage": "English", "transferTargetType": ""},
	{"channelType": "web", "language": "fr-CA", "transferTargetType": "queue", "preEngagementData": map[string]any{"location": "here", "age": "13"}},
	{"channelType": "web", "transferTargetType": "worker", "targetSid": "WK1", "KnownAgentWorkerSid": "WK1", "isContactlessTask": false},
	{"isContactlessTask": true, "targetSid": "WK1"},
	{"isSurveyTask": true},
}

func TestCorpusIsCheckedExplainedAndDrawn(t *testing.T) {
	eachOfCorpus(t, func(t *testing.T, text string) {
		c := parse(t, filledIn(text))
		var found []string
		for _, problem := range c.Check(workflow.Workspace{}) {
			t.Log(problem)
			if problem.Severity == workflow.SeverityError {
				found = append(found, fmt.Sprintf("%s %s", problem.Rule, problem.Place))
			}
		}
		assert.Equal(t, corpusErrors[filepath.Base(t.Name())], found)
		assert.Equal(t, len(found) > 0, c.Validate() != nil)
		for _, task := range corpusTasks {
			explanation := c.Explain(task, workflow.Workspace{})
			assert.Equal(t, len(explanation.Filters) > 0, len(c.TaskRouting.Filters) > 0)
			for _, filter := range explanation.Filters {
				assert.NotEmpty(t, filter.Why, filter.Place)
			}
			assert.NotContains(t, explanation.String(), "is not tried")
		}
		t.Log("\n" + c.Explain(corpusTasks[1], workflow.Workspace{}).String())
		assertDrawable(t, c.Diagram(workflow.Workspace{}))
	})
}

var (
	placeholder        = regexp.MustCompile(`\$\{[^}]*\}`)
	expressionToFillIn = regexp.MustCompile(`("expression"\s*:\s*)"\$\{[^}]*\}"`)
)

// filledIn puts values for placeholders: a condition that no other implies where one
// stands for a whole expression, elsewhere the SID of a queue, another for each name.
func filledIn(text string) string {
	text = expressionToFillIn.ReplaceAllString(text, `$1"filledIn == true"`)
	sids := map[string]string{}
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if sids[name] == "" {
			sids[name] = fmt.Sprintf("WQ%032x", len(sids)+1)
		}
		return sids[name]
	})
}

func TestPlaceholdersAreFilledIn(t *testing.T) {
	sid := func(last string) string { return "WQ" + strings.Repeat("0", 31) + last }
	assert.Equal(t, `{"queue":"`+sid("1")+`","expression": "filledIn == true"} {"expression":"a == '`+sid("2")+`'","queue":"`+sid("1")+`"}`,
		filledIn(`{"queue":"${a}","expression": "${b.c}"} {"expression":"a == '${d}'","queue":"${a}"}`))
}

// find finds a folder that is named as seen from the root of the repository, from
// where tests are run, or from here, where they run.
func find(folder string) string {
	if fromRoot := filepath.Join("..", "..", folder); !filepath.IsAbs(folder) {
		if _, err := os.Stat(fromRoot); err == nil {
			return fromRoot
		}
	}
	return folder
}
