package expression_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

func findings(t *testing.T, source string, context expression.Context, samples expression.Samples) []string {
	t.Helper()
	list := []string{}
	for _, finding := range parse(t, source).Check(context, samples) {
		list = append(list, finding.String())
	}
	return list
}

// checkRow has findings without the line in which they all are.
type checkRow struct {
	source string
	want   []string
}

func runChecks(t *testing.T, context expression.Context, samples expression.Samples, rows []checkRow) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.source, func(t *testing.T) {
			want := []string{}
			for _, finding := range row.want {
				if strings.HasPrefix(finding, "column ") {
					finding = "line 1, " + finding
				}
				want = append(want, finding)
			}
			assert.Equal(t, want, findings(t, row.source, context, samples))
		})
	}
}

var contexts = map[string]expression.Context{
	"queue": expression.ContextQueue, "filter": expression.ContextFilter, "target": expression.ContextTarget, "skip_if": expression.ContextSkipIf,
}

const (
	precedence = ": AND is taken to bind tighter than OR, which is not documented: put it in parentheses"
	escapes    = `: the language has no escapes: the \ is taken for a character like any other, which is not documented`
	letters    = ": whether a name may have letters other than a to z is not documented"
	noTask     = ": a task queue knows no task, only the worker: put this into the expression of a target"
	noWorker   = ": a filter knows no worker, only the task: put this into the expression of a target"
	noCounts   = ": counts of workers are for the skip_if of a target"
	ofBoth     = ": the expression of a target is about a task and a worker: write "
	ofCounts   = ": a skip_if knows only workers.available, workers.unavailable and workers.WA…, with the SID of an activity, not its name"
	mixed      = ": a text is compared with a number, whose result is not documented: this package takes a text for the number that it spells"
	builtIn    = ": this is documented for targets and for the list of workers, not for task queues"
	unquoted   = ": this is taken for the name of an attribute: if it is a text, write "
	otherwise  = ": where it is the one, the other comparison is never true"
)

func TestCheckFindsInEveryContext(t *testing.T) {
	rows := []checkRow{
		{`1==1 OR 2==2 AND 3==3`, []string{"column 9: warning: 2==2 AND 3==3" + precedence}},
		{`(1==1 AND 2==2 OR 3==3) AND 4==4`, []string{"column 2: warning: 1==1 AND 2==2" + precedence}},
		{`(1==1 OR 2==2 AND 3==3) AND 4==4`, []string{"column 10: warning: 2==2 AND 3==3" + precedence}},
		{`1==1 AND 2==2 OR 3==3 AND 4==4`, []string{
			"column 1: warning: 1==1 AND 2==2" + precedence, "column 18: warning: 3==3 AND 4==4" + precedence,
		}},
		{`1==1 OR (2==2) AND (3==3)`, []string{"column 9: warning: (2==2) AND (3==3)" + precedence}},
		{`'language' == 'spanish'`, []string{"column 1: warning: 'language' == 'spanish': this compares two constants and is always false: names stand without quotes"}},
		{`'language' != 'spanish'`, []string{"column 1: warning: 'language' != 'spanish': this compares two constants and is always true: names stand without quotes"}},
		{`1 == '\n'`, []string{
			`column 1: warning: 1 == '\n': this compares two constants and is always false: names stand without quotes`,
			`column 6: warning: '\n'` + escapes,
		}},
		{`1 == 1 AND 'a\' == 1`, []string{
			`column 12: warning: 'a\' == 1: this compares two constants and is always false: names stand without quotes`,
			`column 12: warning: 'a\'` + escapes,
		}},
	}
	for name, context := range contexts {
		t.Run(name, func(t *testing.T) { runChecks(t, context, expression.Samples{}, rows) })
	}
}

func TestCheckFindsWithoutSamples(t *testing.T) {
	runChecks(t, expression.ContextQueue, expression.Samples{}, []checkRow{
		// Names of another context.
		{`worker.skills HAS 'x'`, []string{"column 1: warning: worker.skills: names have no prefix in a task queue: write skills; as it is, it looks for an attribute that is called worker"}},
		{`task.skills[0] == 1`, []string{"column 1: error: task.skills[0]" + noTask}},
		{`workers.available == 0`, []string{"column 1: error: workers.available" + noCounts}},
		// Names and texts whose meaning is open.
		{`größe == 1 AND a.größe[0] == 'x'`, []string{"column 1: warning: größe" + letters, "column 16: warning: a.größe[0]" + letters}},
		{`a IN ['x', 'b\']`, []string{`column 12: warning: 'b\'` + escapes}},
		// Arrows for negative numbers.
		{`a >-5`, []string{"column 1: warning: a >-5: the arrow is read as HAS: the language has no negative numbers"}},
		{`a<-5`, []string{"column 1: warning: a<-5: the arrow is read as IN: the language has no negative numbers"}},
		// Single values with a list.
		{`a == ['x']`, []string{"column 1: error: a == ['x']: this is never true: == compares single values of one kind; write a IN ['x']"}},
		{`['x'] == a`, []string{"column 1: error: ['x'] == a: this is never true: == compares single values of one kind; write ['x'] HAS a"}},
		{`a > ['x']`, []string{"column 1: error: a > ['x']: this is never true: > orders numbers and texts"}},
		{`a CONTAINS ['x']`, []string{"column 1: error: a CONTAINS ['x']: this is never true: CONTAINS looks for a text in a text; write a IN ['x']"}},
		{`a != ['x', 'y']`, []string{"column 1: warning: a != ['x', 'y']: this is true only where something is missing: != compares single values of one kind; write a NOT IN ['x', 'y']"}},
		{`['x'] != a`, []string{"column 1: warning: ['x'] != a: this is true only where something is missing: != compares single values of one kind; write a NOT IN ['x']"}},
		// Operators for lists without one.
		{`a HAS ['x']`, []string{"column 1: error: a HAS ['x']: this is never true: HAS looks for a single value in a list on its left; write a HAS 'x'"}},
		{`'x' HAS a`, []string{"column 1: error: 'x' HAS a: this is never true: HAS looks for a single value in a list on its left; write 'x' IN a"}},
		{`5 HAS a`, []string{"column 1: error: 5 HAS a: this is never true: HAS looks for a single value in a list on its left; write 5 IN a"}},
		{`a IN 'x'`, []string{"column 1: error: a IN 'x': this is never true: IN looks for a single value in a list on its right; write a == 'x'"}},
		{`a NOT IN 'x'`, []string{"column 1: error: a NOT IN 'x': this is never true: NOT IN looks for a single value in a list on its right; write a != 'x'"}},
		{`a HAS null`, []string{"column 1: warning: a HAS null: this is never true: HAS looks for a single value in a list on its left"}},
		{`null HAS a`, []string{"column 1: warning: null HAS a: this is never true: HAS looks for a single value in a list on its left"}},
		{`a IN null`, []string{"column 1: warning: a IN null: this is never true: IN looks for a single value in a list on its right"}},
		{`null IN a`, []string{"column 1: warning: null IN a: this is never true: IN looks for a single value in a list on its right"}},
		// What has no order and no text in it, which is not documented.
		{`a > null`, []string{"column 1: warning: a > null: this is never true: > orders numbers and texts"}},
		{`null != null`, []string{"column 1: warning: null != null: this is never true: != null asks whether something is there"}},
		{`a <= true`, []string{"column 1: warning: a <= true: this is never true: <= orders numbers and texts"}},
		{`a CONTAINS 5`, []string{"column 1: warning: a CONTAINS 5: this is never true: CONTAINS looks for a text in a text"}},
		{`a CONTAINS null`, []string{"column 1: warning: a CONTAINS null: this is never true: CONTAINS looks for a text in a text"}},
		{`5 CONTAINS a`, []string{"column 1: warning: 5 CONTAINS a: this is never true: CONTAINS looks for a text in a text"}},
		// A path for a list here and for a single value there.
		{`a HAS 'x' AND a == 'y'`, []string{"column 15: warning: a: a single value here and a list in a HAS 'x'" + otherwise}},
		{`a == 'y' AND a HAS 'x' AND 'z' NOT IN a`, []string{
			"column 14: warning: a: a list here and a single value in a == 'y'" + otherwise,
			"column 39: warning: a: a list here and a single value in a == 'y'" + otherwise,
		}},
		{`a IN a`, []string{"column 6: warning: a: a list here and a single value in a IN a" + otherwise}},
		{`a HAS b AND b HAS c`, []string{
			"column 7: warning: b" + unquoted + "'b'",
			"column 13: warning: b: a list here and a single value in a HAS b" + otherwise,
			"column 19: warning: c" + unquoted + "'c'",
		}},
		{`1 < a AND b IN a`, []string{"column 16: warning: a: a list here and a single value in 1 < a" + otherwise}},
	})
	runChecks(t, expression.ContextFilter, expression.Samples{}, []checkRow{
		{`worker.skills HAS 'x'`, []string{"column 1: error: worker.skills" + noWorker}},
		{`task.type == 'x'`, []string{"column 1: error: task.type: names have no prefix in a filter: write type; as it is, it looks for an attribute that is called task"}},
		{`workers.available == 0`, []string{"column 1: error: workers.available" + noCounts}},
		{`worker[0] == 1`, []string{"column 1: error: worker[0]" + noWorker}},
	})
	runChecks(t, expression.ContextTarget, expression.Samples{}, []checkRow{
		{`language == task.language`, []string{"column 1: error: language: the expression of a target is about a task and a worker: write task.language or worker.language, or 'language' if it is a text"}},
		{`a.b[0] == 1`, []string{"column 1: error: a.b[0]" + ofBoth + "task.a.b[0] or worker.a.b[0]"}},
		{`worker == 1`, []string{"column 1: error: worker: write which attribute of the worker"}},
		{`task[0] == 1`, []string{"column 1: error: task[0]: write which attribute of the task"}},
		{`worker.ä == 1`, []string{"column 1: warning: worker.ä" + letters}},
	})
	runChecks(t, expression.ContextSkipIf, expression.Samples{}, []checkRow{
		{`workers.busy == 1`, []string{"column 1: error: workers.busy" + ofCounts}},
		{`available == 1`, []string{"column 1: error: available" + ofCounts}},
		{`workers.WA1.x == 1`, []string{"column 1: error: workers.WA1.x" + ofCounts}},
		{`workers.WK1 == 1`, []string{"column 1: error: workers.WK1" + ofCounts}},
		{`workers.wa1 == 1`, []string{"column 1: error: workers.wa1" + ofCounts}},
		{`workers == 1`, []string{"column 1: error: workers" + ofCounts}},
		{`task.WA1 == worker.sid`, []string{"column 1: error: task.WA1" + ofCounts, "column 13: error: worker.sid" + ofCounts}},
		{`workers.available IN [1]`, []string{"column 1: warning: workers.available IN [1]: a skip_if compares with == != > >= < and <=: whether it knows IN is not documented"}},
		{`workers.available NOT IN [1]`, []string{"column 1: warning: workers.available NOT IN [1]: a skip_if compares with == != > >= < and <=: whether it knows NOT IN is not documented"}},
		{`workers.available HAS 1`, []string{"column 1: warning: workers.available HAS 1: a skip_if compares with == != > >= < and <=: whether it knows HAS is not documented"}},
		{`workers.available CONTAINS '1'`, []string{"column 1: warning: workers.available CONTAINS '1': a skip_if compares with == != > >= < and <=: whether it knows CONTAINS is not documented"}},
		{`workers.available == 'none'`, []string{"column 1: warning: workers.available == 'none'" + mixed}},
		{`workers.available == true`, []string{"column 1: warning: workers.available == true: this is never true: == compares single values of one kind, and workers.available is a number"}},
	})
}

func TestCheckFindsNothingInWhatPeopleWriteOnPurpose(t *testing.T) {
	for name, test := range map[string]struct {
		context expression.Context
		sources []string
	}{
		"everywhere, in a queue": {expression.ContextQueue, []string{
			`1==1`, `1==0`, `1 != 1`, `1=0`, `null == null`, `true == true`, `1 IN [1, 2]`,
			`languages HAS "es" AND level >= 3`, `"voice" in products`, `(skills HAS 'a' OR skills HAS 'b') AND skills HAS 'c'`,
			`skills != null AND skills HAS 'x'`, `null == skills AND skills HAS 'x'`, `vip == true`, `vip != true`, `name != ''`, `name == ''`,
			`a == 1 OR (b == 2 AND c == 3)`, `( (a == 1) AND b == 2 ) OR c == 3`, `((a == 1 OR b == 2))`, `a == 1 AND b == 2 AND (c == 3 OR d == 4)`,
			`a >- 5`, `a HAS 5`, `a IN [5]`, `a <- [5]`, `a NOT IN ['x']`, `'x' NOT IN skills`, `a NOT IN null`, `a == '(x)'`,
			`worker == 1 OR task == 2 OR workers == 3`, `a.b == b.c`, `a IN b`, `b NOT IN a`, `a > b`, `_a$ == 1`, `activities == 1`,
		}},
		"filter": {expression.ContextFilter, []string{
			`preferred_agents != null`, `channelType IN ['web', 'sms'] AND transferTargetType != ''`, `type == 'x' OR targetSid == 'y'`,
			`language CONTAINS 'fr-CA'`, `phone == '+15550100' OR vip != true`, `data.attempts == 1`, `worker == 'x'`,
		}},
		"target": {expression.ContextTarget, []string{
			`1==1`, `task.language IN worker.languages`, `'S' IN worker.routing.skills`, `'S' NOT IN worker.routing.skills`, `worker.waiting != true`,
			`worker.sid != task.ignored AND worker.sid == task.wanted`, `worker.channel.chat.assigned_tasks == 0`, `worker.id IN task.preferred_agents`,
			`task.age > 13 OR task.age == '>20'`, `task.in == worker.has`, `worker.activity_name in ['Idle']`, `worker.channel.chat.available_capacity_percentage < 75`,
		}},
		"skip_if": {expression.ContextSkipIf, []string{
			`1==1`, `workers.available == 0`, `workers.unavailable > 5`, `workers.WA0123 < 2 OR workers.WA4567 < 2`, `workers.available <= workers.WA1`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, source := range test.sources {
				assert.Empty(t, findings(t, source, test.context, expression.Samples{}), source)
			}
		})
	}
}

// samples has workers who differ, and a task.
func samples() expression.Samples {
	return expression.Samples{
		Workers: []expression.Attributes{
			{
				"skills": []any{"x"}, "level": 5, "name": "Ada", "vip": true, "six": "6", "void": nil,
				"routing": map[string]any{"Skills": []any{"y"}, "levels": map[string]any{"a": 1}},
			},
			{"skills": []any{}, "level": "high", "optional": 1},
		},
		Tasks: []expression.Attributes{{"language": "es", "langs": []any{"es"}, "age": 5, "item": map[string]any{}}},
	}
}

func TestCheckFindsWithSamples(t *testing.T) {
	runChecks(t, expression.ContextQueue, samples(), []checkRow{
		// Names that nobody has.
		{`nix == 1`, []string{"column 1: warning: nix: no sample has it"}},
		{`nix != true AND x.y HAS 1`, []string{"column 1: warning: nix: no sample has it", "column 17: warning: x.y: no sample has it"}},
		{`void == 1`, []string{"column 1: warning: void: no sample has it"}},
		{`skills[1] == 'x'`, []string{"column 1: warning: skills[1]: no sample has it"}},
		{`name.x == 'x'`, []string{"column 1: warning: name.x: no sample has it"}},
		{`Level == 5`, []string{"column 1: warning: Level: no sample has it, but one has level: small and capital letters differ"}},
		{`routing.skills HAS 'y'`, []string{"column 1: warning: routing.skills: no sample has it, but one has routing.Skills: small and capital letters differ"}},
		{`ROUTING.LEVELS.A > 0`, []string{"column 1: warning: ROUTING.LEVELS.A: no sample has it, but one has routing.levels.a: small and capital letters differ"}},
		{`routing.levels.b > 0`, []string{"column 1: warning: routing.levels.b: no sample has it"}},
		// Types that do not fit.
		{`skills == 'x'`, []string{"column 1: warning: skills == 'x': this is never true: == compares single values of one kind, and skills is a list in every sample; write skills HAS 'x'"}},
		{`'x' == skills`, []string{"column 1: warning: 'x' == skills: this is never true: == compares single values of one kind, and skills is a list in every sample; write 'x' IN skills"}},
		{`skills != 'x'`, []string{"column 1: warning: skills != 'x': this is never true: != compares single values of one kind, and skills is a list in every sample; write 'x' NOT IN skills"}},
		{`'x' != skills`, []string{"column 1: warning: 'x' != skills: this is never true: != compares single values of one kind, and skills is a list in every sample; write 'x' NOT IN skills"}},
		{`skills NOT IN 'x'`, []string{"column 1: error: skills NOT IN 'x': this is never true: NOT IN looks for a single value in a list on its right, and skills is a list in every sample; write 'x' NOT IN skills"}},
		{`skills IN 'x'`, []string{"column 1: error: skills IN 'x': this is never true: IN looks for a single value in a list on its right, and skills is a list in every sample; write skills HAS 'x'"}},
		{`skills IN ['x']`, []string{"column 1: warning: skills IN ['x']: this is never true: IN looks for a single value in a list on its right, and skills is a list in every sample; write skills HAS 'x'"}},
		{`skills > 5`, []string{"column 1: warning: skills > 5: this is never true: > orders numbers and texts, and skills is a list in every sample"}},
		{`skills == skills`, []string{"column 1: warning: skills == skills: this is never true: == compares single values of one kind, and skills is a list in every sample"}},
		{`skills == null`, []string{"column 1: warning: skills == null: this is never true: == null asks whether something is missing, and skills is a list in every sample"}},
		{`name HAS 'x'`, []string{"column 1: warning: name HAS 'x': this is never true: HAS looks for a single value in a list on its left, and name is missing or a text in every sample; write name == 'x'"}},
		{`name HAS skills`, []string{"column 1: warning: name HAS skills: this is never true: HAS looks for a single value in a list on its left, and name is missing or a text in every sample, and skills is a list in every sample; write name IN skills"}},
		{`name NOT IN 'x'`, []string{"column 1: error: name NOT IN 'x': this is never true: NOT IN looks for a single value in a list on its right, and name is missing or a text in every sample; write name != 'x'"}},
		{`name IN routing`, []string{"column 1: warning: name IN routing: this is never true: IN looks for a single value in a list on its right, and name is missing or a text in every sample, and routing is missing or an object in every sample"}},
		{`'x' NOT IN name`, []string{"column 1: warning: 'x' NOT IN name: this is true only where something is missing: NOT IN looks for a single value in a list on its right, and name is missing or a text in every sample; write 'x' != name"}},
		{`name == routing`, []string{"column 1: warning: name == routing: this is true only where something is missing: == compares single values of one kind, and name is missing or a text in every sample, and routing is missing or an object in every sample"}},
		{`vip == 'true'`, []string{"column 1: warning: vip == 'true': this is never true: == compares single values of one kind, and vip is missing or true or false in every sample"}},
		{`vip > 1`, []string{"column 1: warning: vip > 1: this is never true: > orders numbers and texts, and vip is missing or true or false in every sample"}},
		{`name CONTAINS 5`, []string{"column 1: warning: name CONTAINS 5: this is never true: CONTAINS looks for a text in a text, and name is missing or a text in every sample"}},
		{`level == true`, []string{"column 1: warning: level == true: this is never true: == compares single values of one kind, and level is a number or a text in every sample"}},
		{`level == null`, []string{"column 1: warning: level == null: this is never true: == null asks whether something is missing, and level is a number or a text in every sample"}},
		// A text and a number.
		{`six == 6`, []string{"column 1: warning: six == 6" + mixed}},
		{`six > 5`, []string{"column 1: warning: six > 5" + mixed}},
		{`5 == name`, []string{"column 1: warning: 5 == name" + mixed}},
		{`optional == '1'`, []string{"column 1: warning: optional == '1'" + mixed}},
		// Names of another context, about which the samples say nothing more.
		{`worker.skills HAS 'x'`, []string{"column 1: warning: worker.skills: names have no prefix in a task queue: write skills; as it is, it looks for an attribute that is called worker"}},
		{`task.language == 'es'`, []string{"column 1: error: task.language" + noTask}},
		// What fits one of the samples, and what the service knows of every worker.
		{`skills HAS 'x' AND level == 5 AND level > 'a' AND name != 'x' AND name == null AND optional == 1`, nil},
		{`routing.Skills HAS 'y' AND routing.levels.a > 0 AND skills[0] == 'x' AND skills != null AND vip != true`, nil},
		{`sid == 5 AND friendly_name HAS 'x' AND activity_name != null AND activity_sid != 'WA1' AND channel.voice.assigned_tasks == 0`, []string{
			"column 1: warning: sid == 5" + mixed,
			"column 1: warning: sid" + builtIn,
			"column 14: warning: friendly_name HAS 'x': this is never true: HAS looks for a single value in a list on its left, and friendly_name is missing or a text; write friendly_name == 'x'",
			"column 14: warning: friendly_name" + builtIn,
			"column 40: warning: activity_name" + builtIn,
			"column 66: warning: activity_sid" + builtIn,
			"column 92: warning: channel.voice.assigned_tasks: channels are documented for the expressions of targets only",
		}},
	})
	runChecks(t, expression.ContextFilter, samples(), []checkRow{
		{`Language == 'es'`, []string{"column 1: warning: Language: no sample has it, but one has language: small and capital letters differ"}},
		{`sid == 'x'`, []string{"column 1: warning: sid: no sample has it"}},
		{`skills HAS 'x'`, []string{"column 1: warning: skills: no sample has it"}},
		{`langs == 'es'`, []string{"column 1: warning: langs == 'es': this is never true: == compares single values of one kind, and langs is a list in every sample; write langs HAS 'es'"}},
		{`age > 'x'`, []string{"column 1: warning: age > 'x'" + mixed}},
		{`item == item`, []string{"column 1: warning: item == item: this is never true: == compares single values of one kind, and item is an object in every sample"}},
		{`language == 'es' AND age >= 5 AND langs HAS 'es' AND item != null`, nil},
	})
	runChecks(t, expression.ContextTarget, samples(), []checkRow{
		{`task.nix == worker.void`, []string{"column 1: warning: task.nix: no sample has it", "column 13: warning: worker.void: no sample has it"}},
		{`worker.Level == 5`, []string{"column 1: warning: worker.Level: no sample has it, but one has level: small and capital letters differ"}},
		{`task.sid == 1`, []string{"column 1: warning: task.sid: no sample has it"}},
		{`task.language == worker.skills`, []string{"column 1: warning: task.language == worker.skills: this is never true: == compares single values of one kind, and task.language is a text in every sample, and worker.skills is a list in every sample; write task.language IN worker.skills"}},
		{`worker.skills == task.language`, []string{"column 1: warning: worker.skills == task.language: this is never true: == compares single values of one kind, and worker.skills is a list in every sample, and task.language is a text in every sample; write worker.skills HAS task.language"}},
		{`worker == 1`, []string{"column 1: error: worker: write which attribute of the worker"}},
		{`language == 1`, []string{"column 1: error: language: the expression of a target is about a task and a worker: write task.language or worker.language, or 'language' if it is a text"}},
		{`task.language IN worker.skills AND worker.sid == task.language AND worker.channel.x == 1 AND task.age > worker.level`, []string{
			"column 68: warning: worker.channel.x == 1: this is never true: == compares single values of one kind, and worker.channel.x is missing or an object",
			"column 68: warning: worker.channel.x: a channel has configured_capacity, assigned_tasks and available_capacity_percentage, as in channel.voice.assigned_tasks",
		}},
	})
	runChecks(t, expression.ContextSkipIf, samples(), []checkRow{
		{`workers.available == 0 AND workers.WA1 > 1`, nil},
	})
}

func TestCheckTakesAPrefixForAnAttributeIfASampleHasIt(t *testing.T) {
	own := expression.Samples{
		Workers: []expression.Attributes{nil, {"worker": map[string]any{"a": 1}}},
		Tasks:   []expression.Attributes{{"task": map[string]any{"a": 1}}},
	}
	assert.Empty(t, findings(t, `worker.a == 1`, expression.ContextQueue, own))
	assert.Empty(t, findings(t, `task.a == 1`, expression.ContextFilter, own))
	assert.Equal(t, []string{"line 1, column 1: error: task.a" + noTask}, findings(t, `task.a == 1`, expression.ContextQueue, own))
}

func TestCheckFindsAttributesThatNoExpressionCanName(t *testing.T) {
	const why = ": names are letters, digits, _ and $, without a digit first, and no words of the language"
	own := expression.Samples{
		Workers: []expression.Attributes{{"skill-level": 1, "b": 1}, {"skill-level": 2, "in": 1, "a": map[string]any{"x y": 1}}},
		Tasks:   []expression.Attributes{{"2nd": 1, "b": 1, "Has": 2}},
	}
	named := func(names ...string) []string {
		list := []string{}
		for _, name := range names {
			list = append(list, "warning: no expression can name the attribute "+name+why)
		}
		return list
	}
	assert.Equal(t, named(`"a.x y" of a worker`, `"in" of a worker`, `"skill-level" of a worker`), findings(t, `b == 1`, expression.ContextQueue, own))
	assert.Equal(t, named(`"2nd" of a task`, `"Has" of a task`), findings(t, `b == 1`, expression.ContextFilter, own))
	assert.Equal(t, named(`"2nd" of a task`, `"a.x y" of a worker`, `"skill-level" of a worker`), findings(t, `worker.in == 1 AND task.Has == 2`, expression.ContextTarget, own),
		"after a dot, the words of the language are names")
	assert.Empty(t, findings(t, `1 == 1`, expression.ContextSkipIf, own))
	assert.Equal(t, append([]string{"line 1, column 1: warning: c: no sample has it"}, named(`"2nd" of a task`, `"Has" of a task`)...),
		findings(t, `c == 1`, expression.ContextFilter, own), "they come last")
}

func TestUnnameableGoesIntoObjectsAndLists(t *testing.T) {
	attributes := expression.Attributes{
		"a": 1, "_b$1": 1, "ä": 1, "a-b": map[string]any{"c-d": 1}, "1a": 1, "": 1, "a.b": 1, "a b": 1, "null": 1, "Contains": 1, "a\xff": 1, "-": 1,
		"nested": map[string]any{"in": 1, "x-y": 1, "": 1, "deep": map[string]any{"z!": 1}}, "list": []any{map[string]any{"x-y": 1}},
	}
	assert.Equal(t, []string{
		"", "-", "1a", "Contains", "a b", "a-b", "a.b", "a\xff", "list[0].x-y", "nested.", "nested.deep.z!", "nested.x-y", "null",
	}, expression.Unnameable(attributes))
	assert.Empty(t, expression.Unnameable(nil))

	shared := map[string]any{"x-y": 1}
	assert.Equal(t, []string{"a.x-y", "b.x-y", "c[0].x-y", "c[1].x-y"},
		expression.Unnameable(expression.Attributes{"a": shared, "b": shared, "c": []any{shared, shared}}), "each place counts")
}

func TestFindingHasItsPartsInFields(t *testing.T) {
	list := parse(t, "ä == 1\n  AND task.x == '"+strings.Repeat("ö", 50)+"\\'").Check(expression.ContextQueue, expression.Samples{Workers: []expression.Attributes{{"ä": 1, "-": 1}}})
	assert.Equal(t, []expression.Finding{
		{
			Severity: expression.SeverityWarning, Rule: expression.RuleUndocumented, Position: expression.Position{Offset: 0, Line: 1, Column: 1}, Text: "ä",
			Message: "whether a name may have letters other than a to z is not documented",
		},
		{
			Severity: expression.SeverityError, Rule: expression.RuleContext, Position: expression.Position{Offset: 14, Line: 2, Column: 7}, Text: "task.x",
			Message: "a task queue knows no task, only the worker: put this into the expression of a target",
		},
		{
			Severity: expression.SeverityWarning, Rule: expression.RuleUndocumented, Position: expression.Position{Offset: 24, Line: 2, Column: 17},
			Text:    "'" + strings.Repeat("ö", 50) + "\\'",
			Message: `the language has no escapes: the \ is taken for a character like any other, which is not documented`,
		},
		{
			Severity: expression.SeverityWarning, Rule: expression.RuleUnnameable,
			Message: `no expression can name the attribute "-" of a worker: names are letters, digits, _ and $, without a digit first, and no words of the language`,
		},
	}, list)
	assert.Equal(t, `line 2, column 7: error: task.x: a task queue knows no task, only the worker: put this into the expression of a target`, list[1].String())
	assert.Equal(t, "line 2, column 17: warning: '"+strings.Repeat("ö", 39)+`…: the language has no escapes: the \ is taken for a character like any other, which is not documented`, list[2].String(),
		"only in print is the text shortened")
	assert.Equal(t, `warning: `+list[3].Message, list[3].String())
	assert.Equal(t, "warning", expression.SeverityWarning.String())
	assert.Equal(t, "error", expression.SeverityError.String())
}

func TestCheckReportsInTheOrderOfTheSource(t *testing.T) {
	const source = `a HAS 'x' AND task.b == 1 OR a == '\' AND 'c' == 'd' OR worker.e == 2`
	offsets := []int{}
	for _, finding := range parse(t, source).Check(expression.ContextQueue, expression.Samples{}) {
		offsets = append(offsets, finding.Position.Offset)
	}
	assert.Equal(t, []int{0, 14, 29, 29, 34, 42, 56}, offsets)
}

func TestCheckCountsLinesAndCharacters(t *testing.T) {
	assert.Equal(t, []string{
		"line 1, column 5: warning: ä" + letters,
		"line 1, column 15: warning: ö" + letters,
		"line 3, column 1: warning: ü" + letters,
		"line 3, column 12: warning: ß" + letters,
	}, findings(t, "1 < ä AND 2 < ö AND\n\nü == 1 AND ß == 2", expression.ContextQueue, expression.Samples{}))
}

func TestCheckReportsManyOfOnePlaceInTheSameOrder(t *testing.T) {
	const n = 50
	list := parse(t, `'x' IN a`+strings.Repeat(` AND task.größe == 5`, n)).Check(expression.ContextQueue, expression.Samples{
		Workers: []expression.Attributes{{"task": map[string]any{"b": 1}, "a": []any{"x"}}},
	})
	require.Len(t, list, 2*n)
	for i := 0; i < len(list); i += 2 {
		assert.Equal(t, list[i].Position, list[i+1].Position)
		assert.Contains(t, list[i].Message, "letters other than a to z")
		assert.Contains(t, list[i+1].Message, "no sample has it")
	}
}

func TestCheckKnowsNotWhatTheServiceSets(t *testing.T) {
	own := expression.Samples{Workers: []expression.Attributes{{"sid": 5, "channel": "x"}}}
	for _, finding := range parse(t, `sid == 'WK1' AND channel.voice.assigned_tasks == 0`).Check(expression.ContextQueue, own) {
		assert.Equal(t, expression.RuleUndocumented, finding.Rule, "%s: attributes called so count for nothing", finding)
	}
	assert.Empty(t, findings(t, `worker.sid == 'WK1' AND worker.channel.voice.assigned_tasks == 0`, expression.ContextTarget, own))
}

func TestEveryRuleIsFoundByItsOwn(t *testing.T) {
	spelled := expression.Samples{Workers: []expression.Attributes{{"language": "es", "skills": []any{"a", "b"}, "n": 5, "x-y": 1}}}
	rows := map[expression.Rule]struct {
		context  expression.Context
		source   string
		severity expression.Severity
	}{
		expression.RuleContext:      {expression.ContextQueue, `task.language != 'es'`, expression.SeverityError},
		expression.RuleNeverTrue:    {expression.ContextQueue, `skills == 'a'`, expression.SeverityWarning},
		expression.RuleMixedTypes:   {expression.ContextQueue, `n == '5'`, expression.SeverityWarning},
		expression.RuleQuotes:       {expression.ContextQueue, `language == es`, expression.SeverityWarning},
		expression.RuleUnknownName:  {expression.ContextQueue, `vip != true`, expression.SeverityWarning},
		expression.RulePrecedence:   {expression.ContextQueue, `n == 1 OR n == 2 AND n > 1`, expression.SeverityWarning},
		expression.RuleUndocumented: {expression.ContextQueue, `sid == 'WK1'`, expression.SeverityWarning},
	}
	for rule, row := range rows {
		list := parse(t, row.source).Check(row.context, spelled)
		require.Len(t, list, 2, rule)
		assert.Equal(t, rule, list[0].Rule)
		assert.Equal(t, row.severity, list[0].Severity, rule)
		assert.Equal(t, expression.RuleUnnameable, list[1].Rule, "which is about the samples, and last")
	}
	list := parseOrder(t, "worker.n ASC, worker.n ASC").Check(spelled)
	require.Len(t, list, 2)
	assert.Equal(t, expression.RuleOrder, list[0].Rule)
}

func TestCheckFindsTextsWithoutQuotes(t *testing.T) {
	runChecks(t, expression.ContextQueue, expression.Samples{}, []checkRow{
		{`language == es`, []string{"column 13: warning: es" + unquoted + "'es'"}},
		{`language != es`, []string{"column 13: warning: es" + unquoted + "'es'"}},
		{`language CONTAINS es`, []string{"column 19: warning: es" + unquoted + "'es'"}},
		{`languages HAS es`, []string{"column 15: warning: es" + unquoted + "'es'"}},
		{`language == sid`, []string{"column 13: warning: sid" + builtIn}},
		{`language == a.b AND level > required AND 'x' == language AND level IN levels`, nil},
	})
	runChecks(t, expression.ContextFilter, samples(), []checkRow{
		{`language == es`, []string{"column 13: warning: es" + unquoted + "'es'"}},
		{`langs HAS language AND age != age`, nil},
		{`langs HAS Language`, []string{"column 11: warning: Language: no sample has it, but one has language: small and capital letters differ"}},
		{`language == sid`, []string{"column 13: warning: sid" + unquoted + "'sid'"}},
	})
	runChecks(t, expression.ContextTarget, expression.Samples{}, []checkRow{
		{`task.language == es`, []string{"column 18: error: es" + ofBoth + "task.es or worker.es, or 'es' if it is a text"}},
		{`task.language == worker.language`, nil},
	})
}

func TestCheckFindsTextsInOtherCapitalLetters(t *testing.T) {
	const differ = ": small and capital letters differ"
	own := expression.Samples{Workers: []expression.Attributes{
		{"language": "ES", "skills": []any{"Billing", 5, "sales"}, "team": "a"}, {"language": "Es", "skills": []any{}, "team": "A"},
	}}
	runChecks(t, expression.ContextQueue, own, []checkRow{
		{`language == 'es'`, []string{"column 13: warning: 'es': no sample has it, but one has 'ES'" + differ}},
		{`language != "es"`, []string{`column 13: warning: "es": no sample has it, but one has 'ES'` + differ}},
		{`skills HAS 'billing'`, []string{"column 12: warning: 'billing': no sample has it, but one has 'Billing'" + differ}},
		{`skills HAS 'sales' AND skills HAS 'support' AND (language == 'ES' OR language == 'fr') AND (team == 'a' OR team == 'A')`, nil},
		{`language CONTAINS 'es'`, nil},
		{`language > 'es'`, nil},
	})
}

func TestCheckNamesTheLeastOfSeveralSpellings(t *testing.T) {
	own := expression.Samples{Workers: []expression.Attributes{{"lEVEL": 1, "leVEL": 1, "LEVEL": 1, "levEL": 1, "leveL": 1, "Level": 1}}}
	for range 20 {
		assert.Equal(t, []string{"line 1, column 1: warning: level: no sample has it, but one has LEVEL: small and capital letters differ"},
			findings(t, `level == 1`, expression.ContextQueue, own), "whatever the order of a map is")
	}
}

func TestCheckFindsNamesOfAnotherContext(t *testing.T) {
	runChecks(t, expression.ContextTarget, expression.Samples{}, []checkRow{
		{`Task.language == 'es'`, []string{"column 1: error: Task.language: write task in small letters"}},
		{`WORKER.level > 3`, []string{"column 1: error: WORKER.level: write worker in small letters"}},
		{`tasks.language == 'es'`, []string{"column 1: error: tasks.language: write task.language"}},
		{`workers.level > 3`, []string{"column 1: error: workers.level: write worker.level"}},
		{`workers.available > 3`, []string{"column 1: error: workers.available: counts of workers are for a skip_if: the expression of a target looks at one worker at a time"}},
		{`workers.WA1 > 3`, []string{"column 1: error: workers.WA1: counts of workers are for a skip_if: the expression of a target looks at one worker at a time"}},
		{`'x' == worker.channel.x.assigned_tasks`, []string{"column 1: warning: 'x' == worker.channel.x.assigned_tasks" + mixed}},
		{`worker.sid HAS 'x'`, []string{"column 1: warning: worker.sid HAS 'x': this is never true: HAS looks for a single value in a list on its left, and worker.sid is missing or a text; write worker.sid == 'x'"}},
		{`worker.channel.voice == 1`, []string{
			"column 1: warning: worker.channel.voice == 1: this is never true: == compares single values of one kind, and worker.channel.voice is missing or an object",
			"column 1: warning: worker.channel.voice: a channel has configured_capacity, assigned_tasks and available_capacity_percentage, as in channel.voice.assigned_tasks",
		}},
		{`worker.channel.voice.assigned == 1`, []string{
			"column 1: warning: worker.channel.voice.assigned: a channel has configured_capacity, assigned_tasks and available_capacity_percentage, as in channel.voice.assigned_tasks",
		}},
	})
	runChecks(t, expression.ContextQueue, expression.Samples{}, []checkRow{
		{`workers.level == 1 AND tasks.level == 1 AND Worker.level == 1`, nil}, // attributes may be called so
	})
}

func TestCheckFindsWhatIsInAnEmptyList(t *testing.T) {
	const never = ": this is never true: nothing is found in "
	runChecks(t, expression.ContextQueue, expression.Samples{}, []checkRow{
		{`a IN []`, []string{"column 1: warning: a IN []" + never + "[]"}},
		{`a IN [null]`, []string{"column 1: warning: a IN [null]" + never + "[null]"}},
		{`[] HAS a`, []string{"column 1: warning: [] HAS a" + never + "[]"}},
		{`a NOT IN []`, []string{"column 1: warning: a NOT IN []: this is true of every single value: nothing is found in []"}},
		{`a NOT IN [null, 5]`, nil},
		{`a == []`, []string{"column 1: error: a == []: this is never true: == compares single values of one kind"}},
	})
}

func TestCheckReadsLongSpaceBeforeManyGroups(t *testing.T) {
	const n = 10_000
	space := strings.Repeat(" ", 400<<10)
	source := space + "a == 1 AND b == 1" + strings.Repeat(" OR a == 1 AND b == 1", n-1)
	list := parse(t, source).Check(expression.ContextQueue, expression.Samples{})
	require.Len(t, list, n)
	assert.Equal(t, expression.Position{Offset: len(space), Line: 1, Column: len(space) + 1}, list[0].Position)
	assert.Equal(t, len(source)-len("a == 1 AND b == 1"), list[n-1].Position.Offset)

	assert.Empty(t, parse(t, "("+space+"a == 1 AND b == 1"+space+")"+strings.Repeat(" OR (a == 1 AND b == 1)", n-1)).Check(expression.ContextQueue, expression.Samples{}))
}

func TestCheckFindsValuesOfAnotherKindThanTheSamples(t *testing.T) {
	const (
		spelled = "a text is compared with a number, whose result is not documented: this package takes a text for the number that it spells"
		unequal = "true and false are compared with another kind of value, whose result is not documented: for this package they are unequal"
	)
	runChecks(t, expression.ContextFilter, expression.Samples{Tasks: []expression.Attributes{
		{"vip": true, "level": 4, "language": "ES", "tags": []any{"Gold"}, "name": "x"}, {"level": 5},
	}}, []checkRow{
		{`vip != 'true'`, []string{"column 1: warning: vip != 'true': " + unequal}},
		{`vip NOT IN ['true']`, []string{"column 1: warning: vip NOT IN ['true']: " + unequal}},
		{`level IN ['4']`, []string{"column 1: warning: level IN ['4']: " + spelled}},
		{`level NOT IN ['4', '5']`, []string{"column 1: warning: level NOT IN ['4', '5']: " + spelled}},
		{`level IN ['4', 5]`, nil},
		{`language IN ['es', 'fr']`, []string{"column 14: warning: 'es': no sample has it, but one has 'ES': small and capital letters differ"}},
		{`'es' == language`, []string{"column 1: warning: 'es': no sample has it, but one has 'ES': small and capital letters differ"}},
		{`tags HAS 'gold'`, []string{"column 10: warning: 'gold': no sample has it, but one has 'Gold': small and capital letters differ"}},
		{`vip != true AND level != 4 AND name != 'y' AND vip != null`, nil},
	})
}

func TestAdviceCanBePastedWhereTheComparisonStands(t *testing.T) {
	source := `agents IN ['a', 'b'] AND type == 'call'`
	samples := expression.Samples{Tasks: []expression.Attributes{{"agents": []any{"a"}, "type": "call"}}}
	found := parse(t, source).Check(expression.ContextFilter, samples)
	require.Len(t, found, 1)
	_, advice, ok := strings.Cut(found[0].Message, "; write ")
	require.True(t, ok, found[0])
	pasted := source[:found[0].Position.Offset] + advice + source[found[0].Position.Offset+len(found[0].Text):]
	assert.Equal(t, `(agents HAS 'a' OR agents HAS 'b') AND type == 'call'`, pasted)
	assert.Empty(t, parse(t, pasted).Check(expression.ContextFilter, samples))
}

func TestCheckerFindsTheSameAsCheck(t *testing.T) {
	samples := expression.Samples{
		Tasks:   []expression.Attributes{{"Language": "es", "skill-level": 1, "worker": map[string]any{"a": 1}}},
		Workers: []expression.Attributes{{"level": 5.5, "in": 1}},
	}
	checker := expression.NewChecker(samples)
	for range 2 { // the second time from what is remembered
		for _, context := range []expression.Context{expression.ContextQueue, expression.ContextFilter, expression.ContextTarget, expression.ContextSkipIf} {
			for _, source := range []string{`language == 'ES' AND worker.a == 1`, `task.language == worker.Level`, `level IN ['5'] OR in_ == 1 AND workers.available == 0`} {
				e := parse(t, source)
				assert.Equal(t, e.Check(context, samples), checker.Check(e, context), "%s in context %d", source, context)
			}
		}
		order := parseOrder(t, `worker.level DESC, worker.Level, level ASC`)
		assert.Equal(t, order.Check(samples), checker.CheckOrder(order))
	}
}

func TestCheckLooksForNamesInSamplesThatHoldThemselves(t *testing.T) {
	loop := map[string]any{"Level": 5}
	loop["loop"] = loop
	found := parse(t, `loop.loop.level == 5`).Check(expression.ContextFilter, expression.Samples{Tasks: []expression.Attributes{loop}})
	require.Len(t, found, 1)
	assert.Equal(t, "no sample has it, but one has loop.loop.Level: small and capital letters differ", found[0].Message)
}

func TestCheckFindsANDAndORThatWereMixedUp(t *testing.T) {
	const always = ", so this is always true: write AND, or "
	runChecks(t, expression.ContextFilter, expression.Samples{}, []checkRow{
		{`a == 'x' AND b == 1 AND 'y' == a`, []string{"column 25: warning: 'y' == a: a cannot be 'x' and 'y' at once: write OR, or a IN [ … ]"}},
		{`a == 1 AND a == 2`, []string{"column 12: warning: a == 2: a cannot be 1 and 2 at once: write OR, or a IN [ … ]"}},
		{`a == null AND a == 'x'`, []string{"column 15: warning: a == 'x': a cannot be null and 'x' at once: write OR, or a IN [ … ]"}},
		{`a != 'x' OR a != 'y'`, []string{"column 13: warning: a != 'y': every a differs from 'x' or from 'y'" + always + "a NOT IN [ … ]"}},
		{`a == 'x' OR a == 'y'`, nil},
		{`a != 'x' AND a != 'y'`, nil},
		{`a == 5 AND a == '5'`, nil}, // which this package takes for the same
		{`a == 'x' AND b == 'y'`, nil},
		{`(a == 'x' AND b == 1) OR (a == 'y' AND b == 2)`, nil},
		{`a != null AND a != ''`, nil},
		{`a != '' OR a == null`, nil},
	})
}
