package record

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testCleaner(t testing.TB) *cleaner {
	t.Helper()
	base, err := url.Parse("http://127.0.0.1:4010")
	require.NoError(t, err)
	return newCleaner(testCredentials.secrets(), base)
}

// ways to write a text into another.
var ways = map[string]func(string) string{
	"plain":      func(s string) string { return s },
	"upper case": strings.ToUpper,
	"for a URL":  url.QueryEscape,
	"every byte for a URL": func(s string) string {
		return eachByte(s, "%%%02x")
	},
	"for a URL in a URL": func(s string) string {
		return url.QueryEscape(eachByte(s, "%%%02X"))
	},
	"escaped for JSON": func(s string) string { return eachByte(s, `\u%04x`) },
	"escaped for JSON in JSON": func(s string) string {
		return eachByte(s, `\\u%04X`)
	},
	"JSON":                quote,
	"JSON in JSON":        func(s string) string { return quote(quote(s)) },
	"slashes escaped":     func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
	"for HTML":            html.EscapeString,
	"every byte for HTML": func(s string) string { return eachByte(s, "&#%d;") },
	"every byte for HTML, hex": func(s string) string {
		return eachByte(s, "&#x%x;")
	},
	"base64":                func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 of more":        func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:" + s + "\n")) },
	"base64 for a URL":      func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("?~" + s + "?~")) },
	"base64 behind letters": func(s string) string { return "xyz" + base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 in a URL":       func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("~~~???" + s))) },
	"base64 in base64": func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte("a" + base64.StdEncoding.EncodeToString([]byte("b"+s))))
	},
	"base64 in lines": func(s string) string {
		return strings.Join(chunks(base64.StdEncoding.EncodeToString([]byte(s)), 10), "\n")
	},
	"broken by a space that is none":  func(s string) string { return strings.Join(chunks(s, 10), "\u00a0") },
	"broken by what cannot be seen":   func(s string) string { return strings.Join(chunks(s, 10), "\u200b") },
	"broken by what is no character":  func(s string) string { return strings.Join(chunks(s, 10), "\ufffd") },
	"read from a form without escape": func(s string) string { return strings.ReplaceAll(s, "+", " ") },
	"hex":                             func(s string) string { return hex.EncodeToString([]byte(s)) },
}

func eachByte(s, format string) string {
	var out strings.Builder
	for _, b := range []byte(s) {
		fmt.Fprintf(&out, format, b)
	}
	return out.String()
}

func chunks(s string, size int) (parts []string) {
	for len(s) > size {
		parts, s = append(parts, s[:size]), s[size:]
	}
	return append(parts, s)
}

// assertHides looks for a secret in every way to write one, and in the middle of
// base64, where its neighbours decide on its letters.
func assertHides(t testing.TB, secret, text string) {
	t.Helper()
	lower := strings.ToLower(text)
	for way, write := range ways {
		if way != "base64 in lines" {
			assert.NotContains(t, lower, strings.ToLower(write(secret)), way)
		}
	}
	for before := range 3 {
		run := base64.StdEncoding.EncodeToString([]byte("???"[:before] + secret))
		core := strings.TrimRight(run[(before*4+2)/3:], "=")
		core = core[:len(core)-2]
		assert.NotContains(t, text, core, "in base64")
	}
}

func TestCredentialsAreTakenOutHoweverTheyAreWritten(t *testing.T) {
	c := testCleaner(t)
	for _, s := range testCredentials.secrets() {
		for way, write := range ways {
			if way == "upper case" && strings.HasPrefix(s.instead, "removed-basic") {
				continue // the case of base64 is its content
			}
			t.Run(s.instead+" "+way, func(t *testing.T) {
				written := write(s.value)
				for shape, text := range map[string]string{
					"alone":              written,
					"in words":           "Is " + written + ", or was.",
					"in a URL":           "https://user:" + written + "@example.com/?a=" + written + "&b",
					"in a value":         `{"a":` + quote(written) + `,"b":2}`,
					"in a key":           `{"a":{` + quote("a-"+written) + `:[1.50]}}`,
					"in nested JSON":     `{"a":` + quote(`{"b":`+quote(`[`+quote(written)+`]`)+`}`) + `}`,
					"in what is no JSON": `{"a":` + quote(written),
					"in HTML":            `<p title="` + written + `">` + written + `</p>`,
				} {
					cleaned := c.clean(text)
					assertHides(t, s.value, cleaned)
					if _, ok := parseContainer(text); ok {
						assert.Equal(t, skeleton(t, text), skeleton(t, cleaned), shape)
					}
				}
			})
		}
	}
}

func TestWhatIsTakenOutIsNamed(t *testing.T) {
	c := testCleaner(t)
	for text, want := range map[string]string{
		`/Accounts/` + testCredentials.AccountSID:                         `/Accounts/` + accountSID,
		`{"token": "` + testCredentials.AuthToken + `", "n": 1.50}`:       `{"token": "removed-auth-token", "n": 1.50}`,
		`http://127.0.0.1:4010/v1/Workspaces`:                             `https://taskrouter.twilio.com/v1/Workspaces`,
		`http://127.0.0.1:40100/v1`:                                       `http://127.0.0.1:40100/v1`,
		`next=http%3A%2F%2F127.0.0.1%3A4010%2Fv1`:                         `next=https://taskrouter.twilio.com%2Fv1`,
		`cannot reach 127.0.0.1:4010`:                                     `cannot reach taskrouter.twilio.com`,
		`Basic QUNkZWFkYmVlZmRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZjo=`:          `Basic removed`,
		`{"friendly_name": "Caf\u00e9 \/ Bar", "sids": [ ], "n": -0.0e1}`: `{"friendly_name": "Caf\u00e9 \/ Bar", "sids": [ ], "n": -0.0e1}`,
	} {
		assert.Equal(t, want, c.clean(text))
	}
}

func TestASecretOfDigitsIsNoNumberEither(t *testing.T) {
	base, err := url.Parse(serviceURL)
	require.NoError(t, err)
	c := newCleaner([]secret{{"12345678", "removed"}}, base)
	assert.Equal(t, `{"a":[0,1,true,null],"removed":"removed"}`, c.clean(`{"a":[12345678,1,true,null],"12345678":"12345678"}`))
}

// The last line alone shows the end of a token, although it does not show the token.
func TestNothingIsLeftOfBase64InLines(t *testing.T) {
	credential := base64.StdEncoding.EncodeToString([]byte(testCredentials.AccountSID + ":" + testCredentials.AuthToken))
	for _, lineEnd := range []string{"\n", "\n  ", "\n\t"} {
		lines := strings.Join(chunks(credential, 76), lineEnd)
		assert.Equal(t, "Basic removed, it says", testCleaner(t).clean("Basic "+lines+", it says"))
	}
}

// What is left must be the same JSON: nothing but texts is another.
func FuzzClean(f *testing.F) {
	f.Add(`{"a":["b",{"c":1.50}],"d":"{\"e\":\"f\"}"}`, 0, 0, true)
	f.Add(`["\ud800","<&>",1e400,""]`, 1, 5, false)
	f.Add(`{"":{"":""}}`, 3, 12, true)
	names := make([]string, 0, len(ways))
	for name := range ways {
		if name != "upper case" {
			names = append(names, name)
		}
	}
	c := testCleaner(f)
	secrets := testCredentials.secrets()
	f.Fuzz(func(t *testing.T, text string, place, way int, nested bool) {
		document, ok := parseContainer(text)
		if !ok {
			return
		}
		s := secrets[abs(way)%len(secrets)]
		planted := plant(document, text, place, ways[names[abs(way)%len(names)]](s.value))
		if nested {
			planted = `{"nested":` + quote(planted) + `}`
		}
		cleaned := c.clean(planted)
		assertHides(t, s.value, cleaned)
		assert.Equal(t, skeleton(t, planted), skeleton(t, cleaned))
		assert.Equal(t, cleaned, c.clean(cleaned), "cleaned again, it is the same")
	})
}

func abs(n int) int {
	return max(n, -(n + 1))
}

// plant puts a text into one of the strings of a document.
func plant(document *node, text string, place int, planted string) string {
	var texts []*node
	document.literals(func(literal *node) {
		if literal.kind == '"' {
			texts = append(texts, literal)
		}
	})
	if len(texts) == 0 {
		return "[" + quote(planted) + "," + text + "]"
	}
	edit := editor{source: text}
	chosen := texts[abs(place)%len(texts)]
	edit.replace(chosen, chosen.text+" "+planted)
	return edit.String()
}

// skeleton is a JSON text without its texts, those within texts too.
func skeleton(t testing.TB, text string) string {
	t.Helper()
	document, ok := parseContainer(text)
	require.True(t, ok, "still JSON: %s", text)
	edit := editor{source: text}
	document.literals(func(literal *node) {
		if literal.kind != '"' {
			return
		}
		inner := "text"
		if _, ok := parseContainer(literal.text); ok {
			inner = skeleton(t, literal.text)
		}
		edit.replace(literal, inner)
	})
	var out bytes.Buffer
	require.NoError(t, json.Compact(&out, []byte(edit.String())))
	return out.String()
}
