package upstream

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	getA  = Operation{ID: "getA", Method: "GET", Path: "/v1/A/{ASid}"}
	listA = Operation{ID: "listA", Method: "GET", Path: "/v1/A"}
	newA  = Operation{Method: "PUT", Path: "/v1/A"}
)

func TestReport(t *testing.T) {
	report := Report{
		Findings: []Finding{
			{Kind: Lack, Where: "A.sid", What: "ours lacks it; theirs: string", Operations: []Operation{listA, getA, newA}},
			{Kind: Extra, Where: "listA query Old", What: "theirs has no such parameter", Operations: []Operation{listA}},
			{Kind: Lack, Where: "A.date", What: "theirs may be null, ours not", Operations: []Operation{listA}},
			{Kind: Lack, Where: "PUT /v1/A", What: "ours lacks the operation; theirs: ", Operations: []Operation{newA}},
			{Kind: Note, Where: "path parameters", What: "{Sid} is {ASid} here", Operations: []Operation{getA}},
		},
		Meant: 2,
		Stale: []Deviation{{Where: "A.gone", What: "theirs has no such member", Why: "because"}},
	}
	assert.Equal(t, 5, report.ToDo())
	assert.Equal(t, "# What the published document says otherwise\n"+`
5 to do; 2 on purpose.

## Ours lacks it, or says otherwise

### listA, GET /v1/A

- `+"`A.sid`"+`: ours lacks it; theirs: string (also getA, PUT /v1/A)
- `+"`A.date`"+`: theirs may be null, ours not

### without operationId, PUT /v1/A

- `+"`PUT /v1/A`"+`: ours lacks the operation; theirs: 

## Ours has it, theirs has not

### listA, GET /v1/A

- `+"`listA query Old`"+`: theirs has no such parameter

## Deviations that no longer apply

- `+"`A.gone`"+`: theirs has no such member

## Nothing to do

Parameters of paths: {Sid} is {ASid} here.
`, report.String())
}

func TestReportOfNothing(t *testing.T) {
	assert.Zero(t, Report{}.ToDo())
	assert.Equal(t, "# What the published document says otherwise\n\n0 to do; 0 on purpose.\n", Report{}.String())
}

func TestJudge(t *testing.T) {
	findings := []Finding{
		{Where: "A.a", What: "theirs is string, ours integer"},
		{Where: "A.b", What: "theirs is string, ours integer"},
	}
	deviations := []Deviation{
		{Where: "A.b", What: "theirs is string, ours integer"},
		{Where: "A.a", What: "theirs is boolean, ours integer"}, // theirs has changed since
	}
	rest, meant, stale := Judge(findings, deviations)
	assert.Equal(t, findings[:1], rest)
	assert.Equal(t, 1, meant)
	assert.Equal(t, deviations[1:], stale)
}

func TestLoadDeviations(t *testing.T) {
	deviations, err := LoadDeviations([]byte("- {where: A.a, what: other, why: &w it is so}\n- {where: A.b, what: other, why: *w}\n"))
	require.NoError(t, err)
	assert.Equal(t, []Deviation{{"A.a", "other", "it is so"}, {"A.b", "other", "it is so"}}, deviations)

	for text, want := range map[string]string{
		"- {where: A.a, what: other}":               "entry 1: expected where, what and why, found {Where:A.a What:other Why:}",
		"- {where: A, what: b, why: c, because: d}": "field because not found",
		"where: A": "expected a list of where, what and why",
	} {
		_, failure := LoadDeviations([]byte(text))
		assert.ErrorContains(t, failure, want)
	}

	none, err := LoadDeviations([]byte("# no entry\n"))
	assert.NoError(t, err)
	assert.Empty(t, none)
}
