package requests

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// withoutEnvironment keeps settings of this machine from sending requests elsewhere.
func withoutEnvironment(t *testing.T) {
	t.Helper()
	for _, name := range []string{"TASKROUTER_BASE_URL", "TWILIO_REGION", "TWILIO_EDGE"} {
		t.Setenv(name, "")
	}
}

func TestEveryDifferenceIsKnown(t *testing.T) {
	withoutEnvironment(t)
	result, err := Compare(t.Context())
	require.NoError(t, err)
	if failure := result.Err(); failure != nil {
		t.Error(failure) // of which testify would cut the end
	}
	assert.Equal(t, 61, result.Operations)
	assert.Equal(t, 951, result.Fixtures)
	// What both send alike needs no entry: nobody would miss a value or a method that is
	// no longer tried, but for its calls.
	assert.GreaterOrEqual(t, result.Calls, 16_821)
	assert.GreaterOrEqual(t, result.Same, 8_686)
	assert.GreaterOrEqual(t, result.Answers, 566)
	assert.Equal(t, result.Answers, result.OursWhole)
	assert.Less(t, result.TheirsWhole, result.Answers)
	t.Logf("%d calls, %d the same, %d entries; %d answers, whole %d by ours and %d by theirs", result.Calls, result.Same, len(result.Entries), result.Answers, result.OursWhole, result.TheirsWhole)
}

func TestEveryOperationHasMethodsOfThePeer(t *testing.T) {
	assert.Len(t, theirNames, len(gen.Operations))
	for _, operation := range gen.Operations {
		methods, err := theirMethods(operation.ID)
		require.NoError(t, err)
		assert.NotEmpty(t, methods, operation.ID)
		for _, method := range methods {
			assert.Len(t, operation.PathParameters, method.path, method.name)
		}
	}
}

func TestEveryMethodOfThePeerIsCalled(t *testing.T) {
	called := map[string]bool{"RequestHandler": true} // which makes no request
	for _, operation := range gen.Operations {
		methods, err := theirMethods(operation.ID)
		require.NoError(t, err)
		for _, method := range methods {
			assert.False(t, called[method.name], "%s is called for two operations", method.name)
			called[method.name] = true
		}
	}
	for i := range theirService.NumMethod() {
		assert.True(t, called[theirService.Method(i).Name], "%s is called by no test", theirService.Method(i).Name)
	}
}

func TestAMethodThatThePeerHasNoMoreIsNoticed(t *testing.T) {
	_, err := theirMethodNamed("FetchNothing")
	assert.EqualError(t, err, "the peer has no method FetchNothing")
}

func TestAMethodWithAnArgumentThatIsNotKnownIsNoticed(t *testing.T) {
	_, err := theirMethodNamed("RequestHandler")
	require.NoError(t, err, "it takes nothing")
	require.ErrorContains(t, setTheirs(reflect.ValueOf(new(struct{ Field *float64 })).Elem().Field(0), []string{"1"}), "not known how to fill a *float64")
	require.ErrorContains(t, setTheirs(reflect.ValueOf(new(struct{ Field string })).Elem().Field(0), []string{"1"}), "expected a pointer")
}

func TestAFieldThatOnlyOneOfThemKnowsIsFound(t *testing.T) {
	declared := func(in string, names ...string) (inputs []input) {
		for _, name := range names {
			inputs = append(inputs, input{Input: document.Input{In: in, Name: name}})
		}
		return inputs
	}
	for name, test := range map[string]struct {
		operation string
		inputs    []input
		want      []difference
	}{
		"the same": {"deleteTask", declared(document.InHeader, "If-Match"), nil},
		"a new one of the document": {"deleteTask", slices.Concat(declared(document.InHeader, "If-Match"), declared(document.InQuery, "New")), []difference{
			{"deleteTask", "query New", "declared", noField},
		}},
		"a new one of the peer":           {"deleteTask", nil, []difference{{"deleteTask", "field If-Match", "not declared", "field"}}},
		"JSON, whatever is in it":         {"getTaskQueueBulkRealTimeStatistics", declared(document.InJSON, "queueSids"), nil},
		"those of the page, and no limit": {"listWorkspaces", declared(document.InQuery, "FriendlyName", "PageSize", "Page", "PageToken"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := comparisonOf(make(map[difference]*found), "")
			require.NoError(t, c.compareFields(test.operation, test.inputs))
			assert.Equal(t, test.want, c.order)
		})
	}
}

// comparisonOf is a comparison that found something, and made a call of each operation
// but one.
func comparisonOf(found map[difference]*found, uncalled string) *comparison {
	c := &comparison{called: make(map[string]bool), found: found}
	for _, operation := range gen.Operations {
		if operation.ID != uncalled {
			c.called[operation.ID] = true
		}
	}
	for d := range found {
		c.order = append(c.order, d)
	}
	return c
}

func TestNoTwoLinksAreTheSame(t *testing.T) {
	names := make(map[string]string)
	for name, link := range links {
		leads := link("/v1/Workspaces", 1)
		assert.Empty(t, names[leads], "it leads as %q does: %s", name, leads)
		names[leads] = name
	}
}

func TestWhatIsNotAsTheListSaysIsTold(t *testing.T) {
	known := difference{"getTask", "query A", `"1"`, nothing}
	entries := func() []*Entry {
		list, err := parse("theirs: It is known.\ngetTask | query A | \"1\" | nothing\n")
		require.NoError(t, err)
		return list
	}
	for name, test := range map[string]struct {
		comparison *comparison
		want       []string
	}{
		"nothing else": {comparisonOf(map[difference]*found{known: {"one", 2}}, ""), nil},
		"a difference that is not known": {
			comparisonOf(map[difference]*found{known: {"one", 2}, {"getTask", "query B", `"1"`, nothing}: {"Tasks.Get and FetchTask, all", 3}}, ""),
			[]string{`not explained: getTask | query B | "1" | nothing`, "in 3 calls, such as Tasks.Get and FetchTask, all"},
		},
		"an entry that nothing needs": {
			comparisonOf(nil, ""),
			[]string{`nothing differs any more as the list says in getTask: getTask | query A | "1" | nothing (It is known.)`},
		},
		"an operation without a call": {
			comparisonOf(map[difference]*found{known: {"one", 2}}, "getTask"),
			[]string{"getTask: no call was made by both"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			result := test.comparison.result(entries())
			if test.want == nil {
				assert.NoError(t, result.Err())
				assert.Equal(t, 2, result.Entries[0].Calls)
			}
			for _, want := range test.want {
				assert.ErrorContains(t, result.Err(), want)
			}
		})
	}
}

func TestOfEntriesThatFitTheFirstCounts(t *testing.T) {
	list, err := parse("theirs: One.\n* | query A | * | nothing\ntheirs: Two.\ngetTask | query A | \"1\" | nothing\n")
	require.NoError(t, err)
	result := comparisonOf(map[difference]*found{{"getTask", "query A", `"1"`, nothing}: {"one", 1}}, "").result(list)
	assert.EqualError(t, result.Err(), `nothing differs any more as the list says in getTask: getTask | query A | "1" | nothing (Two.)`)
}

func TestAnEntryIsNeededInEachOfItsOperations(t *testing.T) {
	list, err := parse("theirs: One.\nget* listTasks updateTask | query A | * | nothing\n")
	require.NoError(t, err)
	result := comparisonOf(map[difference]*found{
		{"getTask", "query A", `"1"`, nothing}: {"one", 1}, {"updateTask", "query A", `"1"`, nothing}: {"one", 1},
	}, "").result(list)
	assert.ErrorContains(t, result.Err(), "the list says in listTasks: ")
}

func TestCallsThatDifferOnlyInHowTheyAreEncodedAreTheSame(t *testing.T) {
	c := comparisonOf(make(map[difference]*found), "")
	c.count(nil, "")
	c.count([]difference{{place: "header Accept"}, {place: "page 2 header Content-Type"}}, "")
	c.count([]difference{{place: "header Accept"}, {place: "header If-Match"}}, "")
	assert.Equal(t, 3, c.calls)
	assert.Equal(t, 2, c.same)
}

func TestTheListAsMarkdown(t *testing.T) {
	entries, err := parse("theirs: One thing.\n* | query A | * | nothing\nlist* get* | path | * | *\nours: Another.\n* | request | * | *\n")
	require.NoError(t, err)
	c := comparisonOf(nil, "")
	c.found, c.calls, c.same, c.fixtures = make(map[difference]*found), 1000, 900, 951
	for _, d := range []difference{
		{"updateTask", "query A", `"a || b"`, nothing},
		{"updateTask", "query A", `"c"`, nothing},
		{"getTask", "path", "/v1/Workspaces/WS5e9ab69ae2a9bd6ef5e3f1b3b0b4c1d2", "/v1/`x`"},
		{"getTask", "request", "GET https://taskrouter.twilio.com/v1/Workspaces", "GET https://example.com/v1/Workspaces"},
		{"getTask", "query B", nothing, `"1"`},
	} {
		c.add(d, "a call")
	}
	var text strings.Builder
	require.NoError(t, c.result(entries).WriteMarkdown(&text))
	lines := strings.Split(text.String(), "\n")
	assert.Equal(t, "## Requests", lines[0])
	assert.Contains(t, text.String(), "951 requests")
	assert.Contains(t, text.String(), "1000 calls")
	assert.Contains(t, text.String(), "and 900 are the same")
	table := slices.Index(lines, "|---|---|---|--:|---|---|")
	assert.Equal(t, []string{
		"| `*` `query A`<br>`list* get*` `path` | `\"a \\|\\| b\"`<br>`/v1/Workspaces/WS…` | `nothing`<br>`/v1/'x'` | 2<br>1 | theirs | One thing. |",
		"| `*` `request` | `GET /v1/Workspaces` | `GET https://example.com/v1/Workspaces` | 1 | ours | Another. |",
		"",
		"Not explained, in 1 calls: `getTask \\| query B \\| nothing \\| \"1\"`",
		"",
	}, lines[table+1:])
}
