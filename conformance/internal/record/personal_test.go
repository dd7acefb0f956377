package record

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

// scenarioOf is a scenario of one exchange with these texts in it.
func scenarioOf(requested, answered string) *conformance.Scenario {
	return &conformance.Scenario{
		Name:   "s.txtar",
		Source: conformance.SourceReference,
		Exchanges: []conformance.Exchange{{
			Name:     "a",
			Request:  conformance.Request{Method: "GET", Path: "/p", Form: []conformance.Field{{Name: "A", Value: requested}}},
			Response: conformance.Response{Status: 200, Body: answered},
		}},
	}
}

// writerOf writes what comes in the place of an answer.
func writerOf(requested, answered string) writer {
	return writer{names: newNames(scenarioOf(requested, answered), ""), etags: newETags()}
}

// again is what is written where the old text was and another came.
func again(w writer, old, came string) string {
	w.names.learnText(old, came)
	return w.body(old, came)
}

func TestPersonalDataBecomesNobodys(t *testing.T) {
	hex32 := "00112233445566778899aabbccddeeff"
	for came, want := range map[string]string{
		"+4930901820":                      "+15550100100",
		"Call +4930901820, 3 times":        "Call +15550100100, 3 times",
		"+14155550000 20260317 123456":     "+15550100100 20260317 123456",
		"tel:%2B4930901820":                "tel:%2B15550100100",
		"&#43;4930901820":                  "&#43;15550100100",
		"+49 (30) 9018-20":                 "+15550100100",
		"+44 20 7946 0958":                 "+15550100100",
		"(415) 555-0000":                   "+15550100100",
		"415.555.0000 or +1 415 555 0000":  "+15550100100 or +15550100100",
		"1-415-555-0000":                   "+15550100100",
		"020 7946 0958":                    "+15550100100",
		"(030) 901820123":                  "+15550100100",
		"(415)555-0000 or (415)  555-0000": "+15550100100 or +15550100100",
		"+1\u202f415\u2011555\u20130000, +1\t415 555 0000":                    "+15550100100, +15550100100",
		"00442079460958, 0044 20 7946 0958, +442079460958":                    "+15550100100, +15550100100, +15550100100",
		"client:jo_2Edoe_40mail_2Eb_2Ede jo.doe@mail.b.de":                    "client:person1_40example_2Ecom person1@example.com",
		"jo@xn--mller-kva.xn--p1ai jo@b-c.d.museum":                           "person1@example.com person2@example.com",
		"client:14155550000":                                                  "client:+15550100100",
		"a@b.de, c@b.de, A@b.de":                                              "person1@example.com, person2@example.com, person1@example.com",
		"email == 'jo@b.de' OR 'o'neil@b.de'":                                 "email == 'person1@example.com' OR 'person2@example.com'",
		"To=first.last%2Btag%40mail.b.de":                                     "To=person1%40example.com",
		"x%3Dfirst.last%40mail.b.de":                                          "x%3Dperson1%40example.com",
		"sip:jürgen@müller.example":                                           "sip:person1@example.com",
		"10.0.0.1 and 172.16.31.255:80":                                       "192.0.2.1 and 192.0.2.2:80",
		"2600:1f18::1 and fe80::1%eth0":                                       "2001:db8::1 and 2001:db8::2%eth0",
		"2600%3A1f18%3A%3A1":                                                  "2001:db8::1",
		"token " + hex32:                                                      "token 00000000000000000000000000000001",
		"sha " + hex32 + hex32:                                                "sha " + strings.Repeat("0", 63) + "1",
		"eyJhbGciOi.eyJpc3MiOi.c2ln-_":                                        "removed-token-1",
		"Bearer eyJhbGciOi.eyJpc3MiOi.c2ln":                                   "Bearer removed-token-1",
		"AC" + hex32 + " AC" + strings.ToUpper(hex32):                         accountSID + " " + accountSID,
		`{"a":"\u002b4930901820","b":["{\"c\":\"x@y.de\"}"],"+4930901820":1}`: "{\n  \"a\": \"+15550100100\",\n  \"b\": [\n    \"{\\\"c\\\":\\\"person1@example.com\\\"}\"\n  ],\n  \"+15550100100\": 1\n}",
		`{"phone":14155550000,"n":123456789012345678}`:                        "{\n  \"phone\": 15550100100,\n  \"n\": 123456789012345678\n}",
		`half {"a":"\u002b49\u0033\u0030901820 x\\u0040y.de`:                  `half {"a":"+15550100100 person1\u0040example.com`,
		"%34%39 %2B49%33%30901820":                                            "49 +15550100100",
		"<a href=\"mailto:x@y.de\">x&#64;y.de</a>":                            "<a href=\"mailto:person1@example.com\">person1&#64;example.com</a>",
	} {
		assert.Equal(t, want, again(writerOf("", ""), "", came), came)
	}
}

func TestWhatOnlyLooksPersonalStays(t *testing.T) {
	for _, came := range []string{
		"2026-03-17", "1==1", "languages HAS \"en\" AND level+1 > 1234", "customer_value == 'gold'",
		"1.2.3", "1.2.3.4.5", "999.1.1.1", "v2.0.0.1234", "std::string", "a::b", "09:41:04", "a@b", "@example.com", "user%40",
		"00:11:22:33:44:55", "86400", "1773740464000", "20404", "Basic realm=\"Twilio API\"", "+123456", "0.123 45",
		"https://www.twilio.com/docs/errors/20404", "deadbeef", "550e8400-e29b-41d4-a716-446655440000",
		"aaaaaaaa-0123-4567-8901-123456789012",
		"01.03.2026 09:41:05", "03/31/2026 0941", "06-12-1999 12345", "lodash@4.17.21", "a_40b", "client:jo_doe", "000123456", "-00123456789012",
	} {
		assert.Equal(t, came, again(writerOf("", ""), "", came))
	}
}

func TestWhatTheFixtureHoldsIsOurs(t *testing.T) {
	const ours = "+14155551234 jamie@example.net 203.0.113.7 00112233445566778899aabbccddeeff"
	assert.Equal(t, ours, again(writerOf(ours, ""), "", ours), "in a request")
	assert.Equal(t, ours, again(writerOf("", ours), ours, ours), "in an answer")
	assert.Equal(t, "(415) 555-1234", again(writerOf(ours, ""), "", "(415) 555-1234"), "spelled otherwise")
	assert.Equal(t, "+15550100100", again(writerOf("", ours), "+14155551234", "+4930901820"), "one of ours stands for nobody else")
	assert.Equal(t, "AC00000000000000000000000000000000",
		again(writerOf("AC00000000000000000000000000000000", ""), "", "AC00000000000000000000000000000000"))
}

func TestANameMadeUpBeforeIsKept(t *testing.T) {
	old := `{"to":"+15550100101 person7@example.com 192.0.2.9 2001:db8::9 removed-token-4","id":"00000000000000000000000000000012"}`
	came := `{"to":"+4930901820 x@y.de 10.1.1.1 2600:1f18::1 eyJhbGciOi.eyJpc3MiOi.c2ln","id":"00112233445566778899aabbccddeeff"}`
	assert.Equal(t, indent(old), again(writerOf("", old), old, came))

	two := again(writerOf("", "+15550100100"), "", "+4930901820")
	assert.Equal(t, "+15550100101", two, "a name that the fixture has for another is not given again")
}

func TestBase64ThatNamesSomebodyIsWrittenAnew(t *testing.T) {
	encode := base64.StdEncoding.EncodeToString
	assert.Equal(t, "id "+encode([]byte("from person1@example.com")), again(writerOf("", ""), "", "id "+encode([]byte("from x@y.de"))))
	unreadable := encode([]byte("\x00\x01\x02x@y.de\xff\xfe"))
	assert.Equal(t, unreadable, again(writerOf("", ""), "", unreadable))
}

func TestSIDsAreNamedOneToOne(t *testing.T) {
	const (
		a, b    = "WTa0000000000000000000000000000000", "WTb0000000000000000000000000000000"
		c, d    = "WTc0000000000000000000000000000000", "WTd0000000000000000000000000000000"
		x, y, z = "WT11111111111111111111111111111111", "WT22222222222222222222222222222222", "WT33333333333333333333333333333333"
	)
	t.Run("in URLs, page tokens and JSON within JSON", func(t *testing.T) {
		old := `{"url":"/Tasks/` + a + `?PageToken=PA` + a + `","attributes":"{\"task\":\"` + b + `\"}"}`
		came := `{"url":"/Tasks/` + x + `?PageToken=PA` + x + `","attributes":"{\"task\":\"` + y + `\"}"}`
		assert.Equal(t, indent(old), again(writerOf("", old), old, came))
	})
	t.Run("one name for two things", func(t *testing.T) {
		old := `["` + a + `","` + a + `"]`
		w := writerOf("", old)
		got, _ := parseContainer(again(w, old, `["`+x+`","`+y+`"]`))
		assert.Equal(t, a, got.elements[0].text)
		assert.NotEqual(t, a, got.elements[1].text)
		assert.Regexp(t, `^WT[0-9a-f]{32}$`, got.elements[1].text)
		assert.Equal(t, x, w.names.toSend(a))
		assert.Equal(t, y, w.names.toSend(got.elements[1].text))
	})
	t.Run("two names for one thing", func(t *testing.T) {
		old := `["` + a + `","` + b + `","` + b + `"]`
		assert.Equal(t, indent(`["`+a+`","`+a+`","`+b+`"]`), again(writerOf("", old), old, `["`+x+`","`+x+`","`+y+`"]`))
	})
	t.Run("of other prefixes", func(t *testing.T) {
		old := a + " WKa0000000000000000000000000000000"
		assert.Equal(t, "WKa0000000000000000000000000000000 "+a, again(writerOf("", old), old, "WK11111111111111111111111111111111 "+x))
	})
	t.Run("made up the same every time", func(t *testing.T) {
		first := again(writerOf("", ""), "", x+" "+y+" "+x)
		assert.Equal(t, first, again(writerOf("", ""), "", z+" "+x+" "+z))
		names := strings.Fields(first)
		assert.Equal(t, names[0], names[2])
		assert.NotEqual(t, names[0], names[1])
	})
	t.Run("by their SID in a list that is sorted otherwise", func(t *testing.T) {
		w := writerOf("", a+b+c)
		w.names.learnText(a, x)
		w.names.learnText(b, y)
		old := `[{"sid":"` + a + `","n":"2026-03-17T09:41:01Z"},{"sid":"` + b + `","n":"2026-03-17T09:41:02Z"},{"sid":"` + c + `","n":null}]`
		came := `[{"sid":"` + z + `","n":null},{"sid":"` + y + `","n":"2030-01-01T00:00:00Z"},{"sid":"` + x + `","n":"2031-01-01T00:00:00Z"}]`
		want := `[{"sid":"` + c + `","n":null},{"sid":"` + b + `","n":"2026-03-17T09:41:02Z"},{"sid":"` + a + `","n":"2026-03-17T09:41:01Z"}]`
		assert.Equal(t, indent(want), again(w, old, came))
	})
	t.Run("by whom they are of in a list that is sorted otherwise", func(t *testing.T) {
		old := `[{"sid":"` + a + `","worker_name":"Amara"},{"sid":"` + b + `","worker_name":"Bastien"}]`
		came := `[{"sid":"` + y + `","worker_name":"Bastien"},{"sid":"` + x + `","worker_name":"Amara"}]`
		w := writerOf("", old)
		assert.Equal(t, indent(`[{"sid":"`+b+`","worker_name":"Bastien"},{"sid":"`+a+`","worker_name":"Amara"}]`), again(w, old, came))
		assert.Equal(t, x, w.names.toSend(a), "who accepts Amara's reservation accepts hers")
	})
	t.Run("as the names of members", func(t *testing.T) {
		old := `{"` + a + `":{"at":"2026-03-17T09:41:01Z"},"n":1,"` + accountSID + `":2}`
		came := `{"` + x + `":{"at":"2030-01-01T00:00:00Z"},"n":1,"` + accountSID + `":2}`
		assert.Equal(t, indent(old), again(writerOf("", old), old, came))
	})
	t.Run("that the fixture holds for another", func(t *testing.T) {
		// The server counts its SIDs, and what was the second is the first now.
		old := `["` + a + `","` + b + `"]`
		assert.Equal(t, indent(`["`+a+`","`+b+`"]`), again(writerOf("", old), old, `["`+b+`","`+a+`"]`))
	})
	t.Run("that a request asked for although nobody gave it", func(t *testing.T) {
		w := writerOf(d, "")
		assert.Equal(t, "/Tasks/"+d, w.names.toSend("/Tasks/"+d))
		assert.Equal(t, d+" was not found", again(w, a+" was not found", d+" was not found"))
	})
}

func FuzzWrite(f *testing.F) {
	f.Add(`{"a":["b",{"age":1.50,"date":"2026-03-17T09:41:04Z"}]}`, `{"a":["c"]}`, 0, false)
	f.Add(`["WTa0000000000000000000000000000000"]`, `["WTb0000000000000000000000000000000"]`, 1, true)
	f.Add(`{"avg":1,"min":2,"max":3,"total":4}`, `{"avg":"x"}`, 2, true)
	planted := []string{"+4930901820", "jo.doe@corp.de", "10.20.30.40", "2600:1f18::77", "fedcba98765432100123456789abcdef", "eyJhbGciOi.eyJpc3MiOi.c2lnbmF0"}
	f.Fuzz(func(t *testing.T, came, old string, place int, nested bool) {
		document, ok := parseContainer(came)
		if !ok {
			return
		}
		secret := planted[abs(place)%len(planted)]
		text := plant(document, came, place, secret)
		if nested {
			text = `{"nested":` + quote(text) + `}`
		}
		w := writerOf("", strings.ReplaceAll(old, secret, ""))
		written := again(w, old, text)
		if !strings.Contains(strings.ToLower(old), secret) && !strings.Contains(came, secret) {
			assert.NotContains(t, written, secret)
		}
		_, ok = parseContainer(written)
		require.True(t, ok, "still JSON")
		assert.Equal(t, written, again(writerOf("", written), written, text), "written again, it is the same")
	})
}
