package expression_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// decodings are the two ways in which a program gets attributes.
var decodings = map[string]func(t testing.TB, text string) expression.Attributes{
	"ParseAttributes": parseAttributes,
	"json.Unmarshal": func(t testing.TB, text string) (attributes expression.Attributes) {
		t.Helper()
		require.NoError(t, json.Unmarshal([]byte(text), &attributes))
		return attributes
	},
}

// everything has a value of each kind; what is not in it is missing.
const everything = `{
	"number": 6, "fraction": 5.5, "zero": 0, "negative": -3, "integral": 6.0,
	"text": "es", "empty": "", "capital": "ES", "six": "6", "sixth": "6.0", "minus": "-3", "phone": "+6", "exponent": "6e0", "ten": "10", "nine": "9",
	"yes": true, "no": false, "yesText": "true",
	"nothing": null,
	"list": ["en", "es", 6, "7", true, null], "none": [], "nested": [["en"], {"a": 1}],
	"object": {"member": "x", "list": [{"deep": 1}], "null": null}, "emptyObject": {}
}`

func TestMatchKeepsTheRules(t *testing.T) {
	type row struct {
		source string
		want   bool
	}
	rules := []struct {
		name string
		rows []row
	}{
		{"== compares single values", []row{
			{`text == 'es'`, true}, {`text == 'en'`, false}, {`text == 'ES'`, false}, {`empty == ''`, true},
			{`number == 6`, true}, {`number == 6.0`, true}, {`integral == 6`, true}, {`number == 5`, false}, {`fraction == 5.5`, true},
			{`yes == true`, true}, {`yes == false`, false}, {`no == false`, true},
			{`text == capital`, false}, {`6 == number`, true},
		}},
		{"!= compares single values", []row{
			{`text != 'es'`, false}, {`text != 'en'`, true}, {`number != 6`, false}, {`number != 5`, true},
			{`yes != true`, false}, {`yes != false`, true}, {`empty != ''`, false},
		}},
		{"== null and != null ask whether something is there", []row{
			{`text == null`, false}, {`text != null`, true}, {`empty != null`, true}, {`zero != null`, true}, {`no != null`, true},
			{`missing == null`, true}, {`missing != null`, false}, {`nothing == null`, true}, {`nothing != null`, false},
			{`list != null`, true}, {`list == null`, false}, {`none != null`, true},
			{`object != null`, true}, {`object == null`, false}, {`emptyObject != null`, true},
			{`null != list`, true}, {`null == missing`, true}, {`null == null`, true}, {`null != null`, false},
			{`missing == absent`, true}, {`missing != absent`, false},
		}},
		{"> >= < <= order numbers by value", []row{
			{`number > 5`, true}, {`number > 6`, false}, {`number >= 6`, true}, {`number >= 7`, false},
			{`number < 7`, true}, {`number < 6`, false}, {`number <= 6`, true}, {`number <= 5`, false},
			{`fraction > 5`, true}, {`fraction < 6`, true}, {`negative < 0`, true}, {`number > 10`, false}, {`5 < number`, true},
		}},
		{"> >= < <= order texts by code point", []row{
			{`text > 'en'`, true}, {`text > 'es'`, false}, {`text >= 'es'`, true}, {`text < 'et'`, true}, {`text <= 'es'`, true}, {`text <= 'er'`, false},
			{`capital < text`, true}, {`empty < 'a'`, true}, {`'ä' > 'z'`, true}, {`'𝄞' > 'ﬀ'`, true},
		}},
		{"CONTAINS finds a text in a text", []row{
			{`'fr-CA' CONTAINS 'CA'`, true}, {`text CONTAINS 'e'`, true}, {`text CONTAINS 'es'`, true}, {`text CONTAINS 'E'`, false},
			{`text CONTAINS ''`, true}, {`empty CONTAINS ''`, true}, {`'x es y' CONTAINS text`, true},
		}},
		{"HAS and IN find a value in a list", []row{
			{`list HAS 'es'`, true}, {`list HAS 'fr'`, false}, {`list HAS text`, true}, {`list HAS 6`, true}, {`list HAS 5`, false},
			{`list HAS true`, true}, {`list HAS false`, false}, {`none HAS 'es'`, false}, {`list HAS ''`, false},
			{`'es' IN list`, true}, {`'fr' IN list`, false}, {`text IN ['en', 'es']`, true}, {`text IN ['en']`, false}, {`text IN []`, false},
			{`['en', 'es'] HAS text`, true}, {`yes IN [true]`, true}, {`number IN [5, 6]`, true}, {`text IN list`, true},
		}},
		{"NOT IN finds none", []row{
			{`'fr' NOT IN list`, true}, {`'es' NOT IN list`, false}, {`text NOT IN ['en']`, true}, {`text NOT IN ['es']`, false}, {`text NOT IN []`, true},
			{`5 NOT IN list`, true}, {`6 NOT IN list`, false}, {`'es' NOT IN none`, true},
		}},
		{"single values with a list are false", []row{
			{`list == 'es'`, false}, {`list != 'es'`, false}, {`list != 'fr'`, false}, {`'es' == list`, false}, {`'fr' != list`, false},
			{`list > 1`, false}, {`list >= 1`, false}, {`list < 1`, false}, {`list <= 1`, false}, {`1 < list`, false},
			{`list CONTAINS 'es'`, false}, {`'es' CONTAINS list`, false}, {`text == ['es']`, false}, {`text != ['en']`, false}, {`none == ''`, false},
		}},
		{"HAS, IN and NOT IN without a list are false", []row{
			{`number HAS 6`, false}, {`text HAS 'es'`, false}, {`text HAS 'e'`, false}, {`object HAS 'member'`, false},
			{`'e' IN text`, false}, {`'e' IN 'es'`, false}, {`text IN 'es'`, false}, {`'x' IN object`, false},
			{`'a' NOT IN text`, false}, {`text NOT IN 'fr'`, false}, {`5 NOT IN number`, false}, {`'y' NOT IN object`, false}, {`missing NOT IN text`, false},
		}},
		{"HAS, IN and NOT IN with two lists, or an object, are false", []row{
			{`list HAS ['es']`, false}, {`list IN list`, false}, {`nested HAS ['en']`, false}, {`['fr'] NOT IN list`, false},
			{`object IN nested`, false}, {`object NOT IN list`, false}, {`list HAS object`, false},
		}},
		{"a path leads into objects and lists", []row{
			{`object.member == 'x'`, true}, {`object.list[0].deep == 1`, true}, {`object.list[1].deep == null`, true}, {`list[0] == 'en'`, true},
			{`list[1] == 'es'`, true}, {`list[5] == null`, true}, {`list[6] == null`, true}, {`list[0][0] == null`, true}, {`nested[0][0] == 'en'`, true},
			{`object.member.deeper == null`, true}, {`text.length == null`, true}, {`text[0] == null`, true}, {`object[0] == null`, true},
			{`list.member == null`, true}, {`missing.a.b[0] == null`, true}, {`object.null == null`, true}, {`object.Member == null`, true},
			{`'en' IN nested[0]`, true}, {`number.x == null`, true}, {`yes.x == null`, true}, {`nothing.x == null`, true},
		}},
		{"AND wants all, OR wants one", []row{
			{`1==1 AND 2==2 AND 3==3`, true}, {`1==1 AND 2==2 AND 3==0`, false}, {`1==0 AND 2==2`, false},
			{`1==0 OR 2==0 OR 3==3`, true}, {`1==0 OR 2==0`, false}, {`1==1 OR 2==0`, true},
			{`(1==0 OR 2==2) AND 3==3`, true}, {`(1==1 OR 2==2) AND 3==0`, false},
		}},
	}
	unknown := []struct {
		name string
		rows []row
	}{
		{"AND binds tighter than OR", []row{
			{`1==1 OR 1==1 AND 1==0`, true}, {`(1==1 OR 1==1) AND 1==0`, false}, {`1==0 AND 1==1 OR 1==1`, true},
		}},
		{"a text counts as the number that it spells", []row{
			{`six == 6`, true}, {`six != 6`, false}, {`6 == six`, true}, {`six == 6.0`, true}, {`sixth == 6`, true}, {`sixth == number`, true},
			{`six > 5`, true}, {`six < 10`, true}, {`ten > 9`, true}, {`minus < 0`, true}, {`minus == negative`, true}, {`five == 5`, false},
			{`number > '5'`, true}, {`number < '10'`, true}, {`number == '6'`, true}, {`number IN ['6']`, true}, {`list HAS '6'`, true}, {`list HAS 7`, true},
			{`7 NOT IN list`, false}, {`6 NOT IN ['6']`, false},
		}},
		{"other texts are unequal to a number, without an order", []row{
			{`text == 6`, false}, {`text != 6`, true}, {`text > 6`, false}, {`text < 6`, false}, {`text >= 0`, false}, {`text <= 0`, false},
			{`phone == 6`, false}, {`phone != 6`, true}, {`phone > 5`, false}, {`exponent == 6`, false}, {`exponent > 5`, false}, {`empty == 0`, false}, {`empty < 1`, false},
			{`' 6' == 6`, false}, {`'6.' == 6`, false}, {`'.6' < 6`, false}, {`'--3' < 6`, false}, {`'-' < 6`, false}, {`'0x6' == 6`, false}, {`'6.0.0' == 6`, false}, {`'6,0' == 6`, false},
		}},
		{"two texts that spell the same number are unequal", []row{
			{`six == sixth`, false}, {`six != sixth`, true}, {`six IN ['6.0']`, false}, {`six NOT IN ['6.0']`, true},
		}},
		{"true and a text or a number are unequal, without an order", []row{
			{`yesText == true`, false}, {`yesText != true`, true}, {`yes == 'true'`, false}, {`yes != 'true'`, true},
			{`yes == 1`, false}, {`yes != 1`, true}, {`no == 0`, false}, {`yes > 0`, false}, {`yes IN ['true', 1]`, false}, {`yes NOT IN ['true', 1]`, true},
		}},
		{"a list and another, or an object, are neither equal nor unequal", []row{
			{`list == list`, false}, {`list != list`, false}, {`list != none`, false}, {`['a'] == ['a']`, false}, {`['a'] != ['b']`, false},
			{`object == object`, false}, {`object != object`, false}, {`object == emptyObject`, false}, {`object != 'x'`, false}, {`object == 'x'`, false},
			{`object != list`, false}, {`object > 1`, false}, {`object CONTAINS 'x'`, false},
		}},
		{"texts have the order of texts even where both spell numbers", []row{
			{`ten < nine`, true}, {`ten > nine`, false}, {`ten < '9'`, true}, {`six >= '10'`, true},
		}},
		{"null, true and false have no order", []row{
			{`missing > 0`, false}, {`missing >= 0`, false}, {`missing < 1`, false}, {`missing <= 1`, false}, {`number > null`, false}, {`null <= null`, false}, {`missing >= absent`, false},
			{`yes > false`, false}, {`yes >= true`, false}, {`no < true`, false}, {`no <= false`, false}, {`missing < 'a'`, false},
		}},
		{"CONTAINS with anything but two texts is false", []row{
			{`number CONTAINS 6`, false}, {`'16' CONTAINS 6`, false}, {`number CONTAINS '6'`, false}, {`missing CONTAINS ''`, false}, {`text CONTAINS null`, false},
			{`'true' CONTAINS true`, false}, {`text CONTAINS missing`, false},
		}},
		{"!= of what is missing is true", []row{
			{`missing != true`, true}, {`missing != 'x'`, true}, {`missing != 6`, true}, {`missing != ''`, true}, {`nothing != true`, true}, {`'x' != missing`, true},
			{`missing != list`, true}, {`missing != object`, true}, {`missing == 'x'`, false}, {`missing == ''`, false}, {`missing == false`, false}, {`missing == 0`, false},
		}},
		{"HAS and IN of what is missing are false", []row{
			{`missing HAS 'x'`, false}, {`list HAS missing`, false}, {`list HAS null`, false}, {`'x' IN missing`, false}, {`missing IN list`, false},
			{`null IN [null]`, false}, {`missing IN absent`, false}, {`missing HAS absent`, false},
		}},
		{"NOT IN of what is missing is true", []row{
			{`'x' NOT IN missing`, true}, {`missing NOT IN list`, true}, {`missing NOT IN absent`, true}, {`null NOT IN [null]`, true}, {`null NOT IN []`, true},
			{`list NOT IN missing`, false}, {`object NOT IN missing`, false},
		}},
		{`\ is a character like any other`, []row{
			{`'a\'  == "a\"`, true}, {`'\n' CONTAINS 'n'`, true}, {`'\\' == '\'`, false},
		}},
		{"letters beyond a to z are letters", []row{{`größe == null`, true}}},
		{"words of the language are names after a dot", []row{{`object.in == null`, true}, {`object.null == null`, true}}},
	}
	for way, decode := range decodings {
		attributes := decode(t, everything)
		for _, rule := range append(rules, unknown...) {
			t.Run(way+"/"+rule.name, func(t *testing.T) {
				for _, row := range rule.rows {
					assert.Equal(t, row.want, parse(t, row.source).Match(attributes), row.source)
				}
			})
		}
	}
}

func TestMatchComparesIntegersByAllTheirDigits(t *testing.T) {
	attributes := parseAttributes(t, `{"id": 9007199254740993, "max": 9223372036854775807, "min": -9223372036854775807, "text": "9007199254740993"}`)
	for source, want := range map[string]bool{
		`id == 9007199254740993`:                     true,
		`id == 9007199254740992`:                     false,
		`id > 9007199254740992`:                      true,
		`id < 9007199254740994`:                      true,
		`text == 9007199254740992`:                   false,
		`max == 9223372036854775807`:                 true,
		`max > 9223372036854775806`:                  true,
		`max < 9223372036854775808`:                  true,
		`max == 9223372036854775808`:                 false,
		`9223372036854775808 > max`:                  true,
		`max > 9223372036854775808`:                  false,
		`9223372036854775808 == 9223372036854775809`: true, // beyond int64 both are rounded to float64
		`max < 9999999999999999999`:                  true,
		`0 < 18446744073709551615`:                   true,
		`min < 0`:                                    true,
		`min == max`:                                 false,
	} {
		assert.Equal(t, want, parse(t, source).Match(attributes), source)
	}
}

func TestMatchOrdersNumbersThatNoInt64Holds(t *testing.T) {
	attributes := parseAttributes(t, `{"n": 12345678901234567890123, "negative": -12345678901234567890, "beyond": 1e400, "below": -1e400, "text": "`+strings.Repeat("9", 400)+`"}`)
	for source, want := range map[string]bool{
		`n > 1`:                                true,
		`n == 12345678901234567890123`:         true,
		`n == '12345678901234567890123'`:       true,
		`n > 12345678901234567890123`:          false,
		`negative < 0`:                         true,
		`beyond > 5`:                           true,
		`beyond == '1e400'`:                    false,
		`beyond != 5`:                          true,
		`below < 5`:                            true,
		`text > 5`:                             true,
		`beyond > ` + strings.Repeat("9", 300): true,
	} {
		assert.Equal(t, want, parse(t, source).Match(attributes), source)
	}
}

type (
	named       string
	namedNumber int
	flag        bool
	namedList   []named
	namedMap    map[named]named
	anyMap      map[string]any
)

func TestMatchTakesValuesOfEveryGoType(t *testing.T) {
	nested := new(new(5))
	tests := []struct {
		name   string
		value  any
		source string
	}{
		{"int", 5, `x == 5`},
		{"int8", int8(-5), `x < 0 AND x == '-5'`},
		{"int16", int16(5), `x == 5`},
		{"int32", int32(5), `x == 5`},
		{"int64", int64(math.MaxInt64), `x == 9223372036854775807 AND x != 9223372036854775806`},
		{"uint", uint(5), `x == 5`},
		{"uint8", uint8(5), `x == 5`},
		{"uint16", uint16(5), `x == 5`},
		{"uint32", uint32(5), `x == 5`},
		{"uint64", uint64(math.MaxInt64), `x == 9223372036854775807 AND x != 9223372036854775806`},
		{"uint64 above int64", uint64(math.MaxUint64), `x > 9223372036854775807 AND x == 18446744073709551615`},
		{"uintptr", uintptr(5), `x == 5`},
		{"float32", float32(5.5), `x == 5.5`},
		{"float64", 5.5, `x > 5`},
		{"json.Number", json.Number("5"), `x == 5`},
		{"json.Number with a fraction", json.Number("5.50"), `x == 5.5`},
		{"json.Number with an exponent", json.Number("5e2"), `x == 500`},
		{"json.Number of many digits", json.Number("18446744073709551616"), `x > 18446744073709540000`},
		{"json.Number that is none", json.Number("five"), `x == 'five'`},
		{"named text", named("es"), `x == 'es' AND x CONTAINS 's'`},
		{"named number", namedNumber(5), `x == 5`},
		{"named flag", flag(true), `x == true`},
		{"texts", []string{"en", "es"}, `x HAS 'es' AND x[0] == 'en' AND 'fr' NOT IN x AND x[2] == null`},
		{"numbers", []int{1, 2}, `x HAS 2 AND 3 NOT IN x`},
		{"array", [2]string{"en", "es"}, `x HAS 'es' AND x[1] == 'es'`},
		{"named list", namedList{"en"}, `x HAS 'en' AND x[0] == 'en'`},
		{"lists of lists", [][]string{{"en"}}, `x[0][0] == 'en' AND 'en' IN x[0]`},
		{"map of texts", map[string]string{"a": "b"}, `x.a == 'b' AND x.b == null AND x != null`},
		{"map of lists", map[string][]string{"a": {"b"}}, `x.a HAS 'b'`},
		{"named map", namedMap{"a": "b"}, `x.a == 'b' AND x.b == null AND x == null OR x != null`},
		{"named map of anything", anyMap{"a": map[string]int{"b": 5}}, `x.a.b == 5`},
		{"Attributes", expression.Attributes{"a": 5}, `x.a == 5 AND x != null AND x != 5 OR x.a == 5`},
		{"map without names", map[int]string{5: "b"}, `x.a == null AND x != null`},
		{"pointer", new(5), `x == 5`},
		{"pointer to a pointer", nested, `x == 5`},
		{"pointer to a map", &map[string]any{"a": 5}, `x.a == 5 AND x.b == null`},
		{"pointer to a pointer to a map", new(&map[string]string{"a": "b"}), `x.a == 'b'`},
		{"pointer to a list", &[]string{"en"}, `x HAS 'en' AND x[0] == 'en'`},
		{"nil pointer", (*int)(nil), `x == null`},
		{"nil pointer to a map", (*map[string]any)(nil), `x == null AND x.a == null AND x.a.b == null`},
		{"nil", nil, `x == null`},
		{"nil slice", []string(nil), `x == null AND 'en' NOT IN x`},
		{"nil list", []any(nil), `x == null`},
		{"nil object", map[string]any(nil), `x == null AND x.a == null`},
		{"nil map", map[string]int(nil), `x == null AND x.a == null`},
		{"empty slice", []string{}, `x != null AND 'en' NOT IN x`},
		{"structure", struct{ A int }{5}, `x != null AND x.A == null AND x[0] == null`},
		{"function", func() {}, `x != null`},
		{"NaN", math.NaN(), `x != 5`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.True(t, parse(t, tt.source).Match(expression.Attributes{"x": tt.value}), tt.source)
		})
	}
}

func TestMatchOfOtherTypesIsEqualToNothing(t *testing.T) {
	for _, value := range []any{struct{}{}, func() {}, make(chan int), complex(5, 0), map[int]int{}} {
		for _, source := range []string{`x == x`, `x != x`, `x != 5`, `x == 5`, `x HAS 5`, `x > 5`, `x IN ['x']`, `x NOT IN ['x']`, `x == null`} {
			assert.False(t, parse(t, source).Match(expression.Attributes{"x": value}), "%s of %T", source, value)
		}
	}
}

func TestMatchOfNoAttributesFindsEverythingMissing(t *testing.T) {
	assert.True(t, parse(t, `a == null AND a.b == null AND a != 'x' AND 'x' NOT IN a`).Match(nil))
	assert.True(t, parse(t, `task == null AND worker == null`).Match(nil), "these are names like any other")
	assert.False(t, parse(t, `a == 'x' OR a HAS 'x' OR a > 0`).Match(expression.Attributes{}))
}

func TestMatchTargetTellsTaskFromWorker(t *testing.T) {
	task := parseAttributes(t, `{"language": "es", "agents": ["WK1"], "worker": {"sid": "WK2"}, "level": 3}`)
	worker := parseAttributes(t, `{"languages": ["es"], "sid": "WK1", "task": {"language": "fr"}, "level": 5}`)
	for source, want := range map[string]bool{
		`task.language IN worker.languages`:  true,
		`worker.sid IN task.agents`:          true,
		`worker.level > task.level`:          true,
		`task.level == worker.level`:         false,
		`worker.language == null`:            true,
		`task.sid == null`:                   true,
		`language == null AND sid == null`:   true, // names without a prefix lead nowhere
		`workers.available == null`:          true,
		`Task.language == null`:              true, // names have the letters that they have
		`task.worker.sid == 'WK2'`:           true,
		`worker.task.language == 'fr'`:       true,
		`task != null AND worker != null`:    true,
		`task == 'es' OR worker HAS 'es'`:    false,
		`task[0] == null`:                    true,
		`worker.languages[0] == 'es'`:        true,
		`task.language == 'es' AND 1 == 0`:   false,
		`task.language == 'fr' OR 'a' < 'b'`: true,
	} {
		assert.Equal(t, want, parse(t, source).MatchTarget(task, worker), source)
	}
	assert.True(t, parse(t, `task.a == null AND worker.a == null`).MatchTarget(nil, nil))
	assert.False(t, parse(t, `task.language == 'es'`).Match(task), "only a target has prefixes")
}

func TestMatchCountsKnowsActivitiesAndAvailability(t *testing.T) {
	counts := expression.Count([]expression.Worker{
		{ActivitySID: "WA1", Available: true}, {ActivitySID: "WA1", Available: true}, {ActivitySID: "WA2"},
	})
	for source, want := range map[string]bool{
		`workers.available == 2`:                     true,
		`workers.available == 0`:                     false,
		`workers.unavailable == 1`:                   true,
		`workers.WA1 == 2 AND workers.WA2 < 2`:       true,
		`workers.WA1 < 2`:                            false,
		`workers.WA3 == 0`:                           true, // nobody is in it
		`workers.WA3 != null`:                        true,
		`workers.busy == 0`:                          false,
		`workers.busy == null`:                       true,
		`available == null`:                          true,
		`workers.WA1.x == null`:                      true,
		`WA1.available == null`:                      true,
		`workers.available > workers.WA2`:            true,
		`workers != null`:                            false, // there are only the counts
		`1 == 1`:                                     true,
		`workers.unavailable < 1 OR workers.WA3 > 0`: false,
	} {
		assert.Equal(t, want, parse(t, source).MatchCounts(counts), source)
	}
	assert.True(t, parse(t, `workers.available == 0 AND workers.WA1 == 0`).MatchCounts(expression.Counts{}))
}

func TestCouldMatchLeavesOpenWhatAnotherMomentChanges(t *testing.T) {
	worker := expression.Worker{
		SID: "WK1", FriendlyName: "Ada", ActivityName: "Offline", ActivitySID: "WA1",
		Attributes: expression.Attributes{"languages": []any{"es"}, "level": 3},
		Channels:   map[string]expression.Channel{"voice": {AssignedTasks: 1}},
	}.Fields()
	for source, want := range map[string]bool{
		`worker.level >= 3`:                                        true,
		`worker.level > 3`:                                         false,
		`worker.level > 3 AND task.language == 'es'`:               false,
		`worker.level > 3 OR task.language == 'es'`:                true,
		`task.language IN worker.languages`:                        true,
		`worker.languages HAS task.language`:                       true,
		`worker.languages HAS 'fr'`:                                false,
		`worker.activity_name == 'Idle'`:                           true,
		`worker.activity_sid == 'WA2'`:                             true,
		`worker.channel.voice.assigned_tasks == 0`:                 true,
		`worker.channels == 0`:                                     false,
		`worker.sid == 'WK2'`:                                      false,
		`worker.friendly_name == 'Ben'`:                            false, // which changes, but seldom
		`worker.sid == task.targetSid`:                             true,
		`worker.missing == null`:                                   true,
		`1 == 0`:                                                   false,
		`1 == 0 AND task.a == 1`:                                   false,
		`1 == 1`:                                                   true,
		`worker == null`:                                           true,
		`level == 4`:                                               true, // no name of a target: it says nothing about the worker
		`'es' IN worker.languages AND worker.activity == 'x'`:      false,
		`task.a == 1 AND task.a == 2 AND worker.languages != null`: true,
	} {
		assert.Equal(t, want, parse(t, source).CouldMatch(worker), source)
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	const text = `{
		"languages": ["en", "es"], "level": 5, "share": 2.5, "vip": true, "grade": "6", "digits": "12345678901234567890", "fits": "1234567890123456789",
		"id": 12345678901234567890, "long": -123456789012345678901234567890, "routing": {"skills": [1, 2, "x", null], "levels": {"a": -7}}, "people": [{"name": "x"}], "phone": "+14155550100"
	}`
	sources := []string{
		`languages HAS "es" AND level >= 3`,
		`level > 5.5 OR share < 2 OR level == '5.0' OR share <= 2.4 OR vip != true`,
		`grade > 7 OR grade == level OR digits < 7 OR digits == 5 OR phone > 5 OR fits < 5`,
		`long == 5 OR long > level OR id == 5 OR id < level OR id == 12345678901234567891234`,
		`'y' IN routing.skills OR routing.skills HAS 7 OR routing.levels.a > 0 OR people[0].name == 'y' OR people[1].name == 'y'`,
		`level NOT IN [4, 5, 'x', null] OR phone CONTAINS '99' OR missing.a.b == 5 OR languages == null`,
		`languages[1] > 'x' OR 'a' > 'b' OR level IN [1, true, 7.5]`,
	}
	for way, decode := range decodings {
		attributes := decode(t, text)
		for _, source := range sources {
			e := parse(t, source)
			assert.Zero(t, testing.AllocsPerRun(100, func() { e.Match(attributes) }), "%s: %s", way, source)
		}
		target := parse(t, `(task.languages HAS 'x' OR worker.languages HAS task.languages[0]) AND worker.routing.levels.a < task.level AND worker.sid != task.id`)
		assert.True(t, target.MatchTarget(attributes, attributes))
		assert.Zero(t, testing.AllocsPerRun(100, func() { target.MatchTarget(attributes, attributes) }), way)
		assert.Zero(t, testing.AllocsPerRun(100, func() { target.CouldMatch(attributes) }), way)
	}
}

func TestMatchIsSafeForManyGoroutines(t *testing.T) {
	e := parse(t, `level > 3 AND 'es' IN languages AND level IN [4, 5]`)
	for i := range 8 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			for level := range 100 {
				matched := e.Match(expression.Attributes{"level": level, "languages": []string{"es"}})
				assert.Equal(t, level == 4 || level == 5, matched)
			}
		})
	}
}

func TestLookupTargetLeadsIntoTaskAndWorker(t *testing.T) {
	task := expression.Attributes{"agent": "WK1", "agents": []string{"WK2", "WK3"}, "deep": map[string]any{"n": 5}, "none": nil}
	worker := expression.Worker{SID: "WK1", Attributes: expression.Attributes{"level": 3}}.Fields()
	for source, want := range map[string]any{
		"task.agent":     "WK1",
		"task.agents[1]": "WK3",
		"task.agents[2]": nil,
		"task.deep.n":    5,
		"task.deep":      map[string]any{"n": 5},
		"task.none":      nil,
		"task.missing.x": nil,
		"worker.sid":     "WK1",
		"worker.level":   3,
		"worker.agent":   nil,
		"agent":          nil,
		"level":          nil,
	} {
		path, err := expression.ParsePath(source)
		require.NoError(t, err)
		assert.Equal(t, source, path.String())
		assert.Equal(t, want, path.LookupTarget(task, worker), source)
		assert.Nil(t, path.LookupTarget(nil, nil), source)
	}
}

// itself returns values that hold themselves.
func itself() map[string]any {
	var pointer any
	pointer = &pointer
	object := map[string]any{"x-y": 1}
	object["a"], object["b"] = object, object
	list := []any{nil, nil, "x"}
	list[0], list[1] = list, list
	return map[string]any{
		"pointer": pointer, "object": object, "list": list,
		"listed": []any{pointer}, "named": map[string]any{"a": []any{pointer}}, "field": struct{ A any }{pointer},
	}
}

func TestMatchEndsWithValuesThatHoldThemselves(t *testing.T) {
	attributes := expression.Attributes(itself())
	for source, want := range map[string]bool{
		`pointer != null`:      true,
		`pointer == null`:      false,
		`pointer == pointer`:   false,
		`pointer.a == null`:    true,
		`pointer[0] == null`:   true,
		`pointer HAS 'x'`:      false,
		`object.a.b.a != null`: true,
		`object.a.b.c == null`: true,
		`list HAS 'x'`:         true,
		`list[0][1][2] == 'x'`: true,
		`'y' NOT IN list[1]`:   true,
		`object == list`:       false,
		`listed == 1`:          false,
		`named == 1`:           false,
		`field == 1`:           false,
	} {
		e := parse(t, source)
		assert.Equal(t, want, e.Match(attributes), source)
		for _, outcome := range e.Explain(attributes) {
			assert.NotEmpty(t, outcome.String())
		}
	}
	assert.Equal(t, []string{"object.x-y"}, expression.Unnameable(attributes))
	assert.Equal(t, []string{"pointer == 1 is false: pointer is a *interface {}"}, explained(parse(t, `pointer == 1`).Explain(attributes)))
}

func TestMatchTakesBytesForNoList(t *testing.T) {
	for _, value := range []any{[]byte("es"), [2]byte{1, 2}, json.RawMessage(`["es"]`), new([]byte("es"))} {
		for source, want := range map[string]bool{
			`x != null`: true, `x HAS 101`: false, `x HAS 1`: false, `x[0] == null`: true, `x == 'es'`: false, `x != 'es'`: false, `101 NOT IN x`: false,
		} {
			assert.Equal(t, want, parse(t, source).Match(expression.Attributes{"x": value}), "%s of %T", source, value)
		}
	}
	assert.True(t, parse(t, `x == null`).Match(expression.Attributes{"x": []byte(nil)}))
}
