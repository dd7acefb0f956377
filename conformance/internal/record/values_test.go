package record

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTimesKeepTheInstantOfTheFixtureInTheSpellingOfTheService(t *testing.T) {
	const madeUp = 3
	for _, c := range []struct{ old, came, want string }{
		{"2026-03-17T09:41:04Z", "2031-12-05T23:59:59Z", "2026-03-17T09:41:04Z"},
		{"2026-03-17T09:41:04.120Z", "2031-12-05T23:59:59.5Z", "2026-03-17T09:41:04.120Z"},
		{"2026-03-17T09:41:04Z", "2031-12-05T23:59:59.123456Z", "2026-03-17T09:41:04.000Z"},
		{"2026-03-17T09:41:04.700Z", "2031-12-05T23:59:59Z", "2026-03-17T09:41:04Z"},
		{"2026-03-17T09:41:04Z", "Fri, 05 Dec 2031 23:59:59 GMT", "Tue, 17 Mar 2026 09:41:04 GMT"},
		{"2026-03-17T09:41:04Z", "Fri, 5 Dec 2031 23:59:59 +0000", "Tue, 17 Mar 2026 09:41:04 +0000"},
		{"2026-03-17T09:41:04Z", "2031-12-05T23:59:59+02:00", "2026-03-17T11:41:04+02:00"},
		{"2026-03-17T09:41:04Z", "2031-12-05T23:59:59-0330", "2026-03-17T06:11:04-0330"},
		{"2026-03-17T09:41:04Z", "2031-12-05T23%3A59%3A59%2B02%3A00", "2026-03-17T11%3A41%3A04%2B02%3A00"},
		{"2026-03-17T09:41:04Z", "2031-12-05 23:59:59", "2026-03-17 09:41:04"},
		{"", "2031-12-05T23:59:59Z", "2026-01-01T00:00:03Z"},
		{"null", "2031-12-05T23:59:59.1Z", "2026-01-01T00:00:03.000Z"},
		{"words, and more", "Fri, 05 Dec 2031 23:59:59 GMT", "Thu, 01 Jan 2026 00:00:03 GMT"},
	} {
		_, ok := parseTime(c.came)
		require.True(t, ok, c.came)
		written := writtenTime(c.old, c.came, madeUp)
		assert.Equal(t, c.want, written, "%s for %s", c.came, c.old)
		assert.Equal(t, written, writtenTime(written, c.came, madeUp), "again")
	}
	for _, no := range []string{"", "2026-13-17T09:41:04Z", "2026-03-17", "Foo, 17 Bar 2026 09:41:04 GMT", "tomorrow"} {
		_, ok := parseTime(no)
		assert.False(t, ok, no)
	}
}

func TestTimesInAnAnswerStandWhereTheyStood(t *testing.T) {
	old := `{"a":"2026-03-17T09:41:04Z","b":null,"c":"between 2026-03-17T09:41:05Z and 2026-03-17T09:41:06Z","d":"x","e":"2026-03-17T09:41:07Z"}`
	came := `{"a":"2031-12-05T23:59:59Z","b":"2031-12-05T23:59:59Z","c":"between 2032-12-05T23:59:59Z and 2033-12-05T23:59:59Z","d":"2034-12-05T23:59:59Z","e":null}`
	want := `{"a":"2026-03-17T09:41:04Z","b":"2026-01-01T00:00:00Z","c":"between 2026-03-17T09:41:05Z and 2026-03-17T09:41:06Z","d":"2026-01-01T00:00:00Z","e":null}`
	assert.Equal(t, indent(want), again(writerOf("", old), old, came))
}

func TestAResourceIsCreatedOnce(t *testing.T) {
	w := writerOf("", "")
	assert.Equal(t, indent(`{"sid":"x","date_created":"2026-01-01T00:00:00Z","date_updated":"2026-01-01T00:00:00Z"}`),
		again(w, "", `{"sid":"x","date_created":"2031-12-05T23:59:58Z","date_updated":"2031-12-05T23:59:58Z"}`))
	w.index = 7
	assert.Equal(t, indent(`[{"sid":"x","date_created":"2026-01-01T00:00:00Z","date_updated":"2026-01-01T00:00:07Z"},{"sid":"y","date_created":"2026-01-01T00:00:07Z"},{"date_created":"2026-01-01T00:00:07Z"}]`),
		again(w, "", `[{"sid":"x","date_created":"2031-12-05T23:59:58Z","date_updated":"2031-12-05T23:59:58Z"},{"sid":"y","date_created":"2031-12-05T23:59:59Z"},{"date_created":"2031-12-05T23:59:59Z"}]`))
}

func TestATimeThatARequestSetIsAFact(t *testing.T) {
	const set = "2026-03-01T09:00:00.5+01:00"
	old := `{"date_created":"2026-03-17T09:41:04Z","virtual_start_time":"2026-03-17T09:41:04Z"}`
	w := writerOf(set, old)
	w.asked = w.names.clock.inForms(scenarioOf(set, old))
	came := `{"date_created":"2026-03-01T08:00:00Z","virtual_start_time":"2026-03-01T08:00:00Z"}`
	want := `{"date_created":"2026-03-17T09:41:04Z","virtual_start_time":"2026-03-01T08:00:00Z"}`
	assert.Equal(t, indent(want), again(w, old, came))
}

func TestTimesOfRequestsAreMovedToTheTimeOfTheServer(t *testing.T) {
	var c clock
	assert.Equal(t, "2026-03-17T09:00:00Z", c.toSend("2026-03-17T09:00:00Z"), "it is not known yet")
	c.learn("2026-01-01T00:00:05Z", "2031-03-17T10:00:00Z")
	c.learn("null", "2031-03-17T10:00:00Z")
	assert.False(t, c.known, "times that were made up are none")
	c.learn("2026-03-17T09:00:00Z", "2026-03-18T10:00:00.250Z")
	c.learn("2026-03-17T09:00:00Z", "2031-03-18T10:00:00Z")

	assert.Equal(t, "2026-03-18T11:00:00+01:00", c.toSend("2026-03-17T10:00:00+01:00"))
	assert.Equal(t, "{}", c.toSend("{}"))
	assert.Equal(t, "a=b%20c&StartDate=2026-03-18T10%3A00%3A01Z&d&PageToken=x",
		c.queryToSend("a=b%20c&StartDate=2026-03-17T09:00:01Z&d&PageToken=x"))

	for _, asked := range [][]asked{
		c.inQuery("a=1&StartDate=2026-03-17T09%3A00%3A01.250Z"),
		c.inForms(scenarioOf("2026-03-17T09:00:01.250Z", "")),
	} {
		text, ok := repeated(asked, "2026-03-18T10:00:01Z")
		assert.True(t, ok)
		assert.Equal(t, "2026-03-17T09:00:01Z", text)
		text, ok = repeated(asked, "2026-03-18T11:00:01.250+01:00")
		assert.True(t, ok)
		assert.Equal(t, "2026-03-17T10:00:01.250+01:00", text)
		_, ok = repeated(asked, "2026-03-18T10:00:01.700Z")
		assert.False(t, ok, "it only looks like it")
	}
	text, ok := repeated(c.inForms(scenarioOf(`{"due":"2026-03-20T00:00:00Z"}`, "")), "2026-03-20T00:00:00Z")
	assert.True(t, ok, "attributes are sent as they are")
	assert.Equal(t, "2026-03-20T00:00:00Z", text)
}

func TestNumbersThatDependOnTheTimeStayAsTheyWere(t *testing.T) {
	for came, want := range map[string]string{
		`{"age":17}`:                                              `{"age":2}`,
		`{"age":17.5}`:                                            `{"age":2.0}`,
		`{"age":null}`:                                            `{"age":null}`,
		`{"age":"17"}`:                                            `{"age":"2"}`,
		`{"age":"old"}`:                                           `{"age":"old"}`,
		`{"longest_task_waiting_age":17}`:                         `{"longest_task_waiting_age":0}`,
		`{"avg_task_acceptance_time":1.5}`:                        `{"avg_task_acceptance_time":0.0}`,
		`{"event_date_ms":1773740464123}`:                         `{"event_date_ms":1767225600000}`,
		`{"task_date_created":"1773740464"}`:                      `{"task_date_created":"1767225600"}`,
		`{"worker_time_in_previous_activity_ms":"26123"}`:         `{"worker_time_in_previous_activity_ms":"0"}`,
		`{"d":{"avg":1,"min":2,"max":3,"total":4}}`:               `{"d":{"avg":0,"min":0,"max":0,"total":0}}`,
		`{"total":4,"max":3}`:                                     `{"total":4,"max":3}`,
		`{"attributes":"{\"age\":17}","age":17}`:                  `{"attributes":"{\"age\":17}","age":2}`,
		`{"priority":1.50,"timeout":86400,"tasks":[1e2,-0,true]}`: `{"priority":1.50,"timeout":86400,"tasks":[1e2,-0,true]}`,
	} {
		old := `{"age":2}`
		assert.Equal(t, indent(want), again(writerOf("", old), old, came), came)
	}
	old := `{"age":2.5,"d":{"avg":1.25,"min":2,"max":3,"total":4}}`
	came := `{"age":9,"d":{"avg":8,"min":7.5,"max":6,"total":5}}`
	assert.Equal(t, indent(`{"age":2,"d":{"avg":1,"min":2.0,"max":3,"total":4}}`), again(writerOf("", old), old, came))
}

func TestTheAddressOfWhoeverRecordsStaysAsItWas(t *testing.T) {
	old := `{"source_ip_address":"203.0.113.7"}`
	assert.Equal(t, indent(old), again(writerOf("", old), old, `{"source_ip_address":"10.1.2.3"}`))
	assert.Equal(t, indent(`{"source_ip_address":"192.0.2.254"}`), again(writerOf("", ""), "", `{"source_ip_address":"10.1.2.3"}`))
	assert.Equal(t, indent(`{"source_ip_address":"2001:db8::ffff"}`), again(writerOf("", old), old, `{"source_ip_address":"2600:1f18::1"}`))
}

func TestETagsAreNamedOneToOneForEachResource(t *testing.T) {
	e := newETags()
	assert.Empty(t, e.learn("WT1", "0", ""), "there is none now")
	assert.Equal(t, "0", e.learn("WT1", "0", "5"))
	assert.Equal(t, "0", e.learn("WT1", "1", "5"), "the same tag, whatever the fixture had")
	assert.Equal(t, "2", e.learn("WT1", "2", "6"))
	assert.Equal(t, "3", e.learn("WT1", "", "2"), "2 stands for 6")
	assert.Equal(t, "0", e.learn("WK1", "0", "9"), "of another resource")

	assert.Equal(t, `"7"`, e.learn("WT2", "7", `"1"`), "quotes are the service's")
	assert.Equal(t, `W/"00000001"`, e.learn("WT3", "7", `W/"8f0a77c1"`), "and so is whether it counts")
	assert.Equal(t, `W/"0000aaaa"`, e.learn("WT4", `"0000aaaa"`, `W/"8f0a77c1"`))

	for _, c := range []struct{ resource, old, send, write string }{
		{"WT1", "2", "6", "2"},
		{"WT1", `"2"`, `"6"`, `"2"`},
		{"WT2", "7", `"1"`, `"7"`},
		{"WT3", "7", `W/"8f0a77c1"`, `W/"00000001"`},
		{"WT3", "*", "*", "*"},
		{"WT9", "7", "7", "7"},
	} {
		send, write := e.match(c.resource, c.old)
		assert.Equal(t, c.send, send, c)
		assert.Equal(t, c.write, write, c)
	}
	assert.Equal(t, "the version is 00000001, not 2", newETags().renameAfter("WT3", "8f0a77c1", "the version is 8f0a77c1, not 2"))
}

func TestTagsInATextAreRenamedTheSameEveryTime(t *testing.T) {
	for range 20 {
		e := newETags()
		e.learn("WT1", "bbbbbbbb", "12345678")
		e.learn("WT2", "aaaaaaaa", "12345678")
		e.learn("WT3", "cccccccccc", "1234567890")
		assert.Equal(t, "expected cccccccccc or aaaaaaaa", e.rename("expected 1234567890 or 12345678"))
	}
}

// renameAfter is rename of a text after a tag was learned.
func (e *etags) renameAfter(resource, came, text string) string {
	e.learn(resource, "", came)
	e.learn(resource, "", "2")
	return e.rename(text)
}

func TestADocumentKeepsWhatIsNotReplaced(t *testing.T) {
	const text = " {\"b\" : 1.50, \"a\":[ -0.0e+1 ,\"\\u00e9\\/\", true,null ,{ } , [\t] ],\n\"\\u0062\":\"\\\\\\\"\" } "
	document, ok := parseContainer(text)
	require.True(t, ok)
	edit := editor{source: text}
	var literals []string
	document.literals(func(n *node) {
		literals = append(literals, n.text)
		edit.replace(n, n.text)
	})
	assert.Equal(t, text, edit.String())
	assert.Equal(t, []string{"b", "1.50", "a", "-0.0e+1", "é/", "true", "null", "b", `\"`}, literals)

	for _, no := range []string{"", "  ", "text", `"text"`, "1", "null", "{", "[1,]", `{"a":1}x`} {
		_, ok := parseContainer(no)
		assert.False(t, ok, no)
	}
}

func TestListsAreCountedAndStatesAreSeen(t *testing.T) {
	document, _ := parseContainer(`{"tasks":[{"assignment_status":"reserved"},{"assignment_status":"pending"}],"meta":{"key":"tasks"},"x":{"reservation_status":"accepted"}}`)
	assert.Equal(t, 2, entries(document.member("tasks")))
	assert.Equal(t, []string{"accepted", "pending", "reserved"}, progress(document))
	none, _ := parseContainer(`{"meta":{"key":"tasks"}}`)
	assert.Zero(t, entries(none.member("tasks")))
	assert.Empty(t, progress(none))
}

func TestWhatIsRememberedIsForgottenInTime(t *testing.T) {
	var m memory[[]token]
	for i := range maxRemembered + 1 {
		sid := fmt.Sprintf("WS%032x", i)
		require.Len(t, m.of(sid, recognized), 1)
		require.Equal(t, sid, m.of(sid, recognized)[0].key, "the second time as well")
	}
	assert.Len(t, m.kept, 1)
}
