package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var environment = map[string]string{
	"TWILIO_ACCOUNT_SID":  "ACdeadbeefdeadbeefdeadbeefdeadbeef",
	"TWILIO_AUTH_TOKEN":   "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
	"TWILIO_API_KEY":      "SKdeadbeefdeadbeefdeadbeefdeadbee1",
	"TWILIO_API_SECRET":   "s3cret/with+odd=letters&more",
	"TWILIO_BEARER_TOKEN": "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ0ZXN0In0.c2lnbmF0dXJl",
}

func getenv(name string) string { return environment[name] }

// personal is what an account holds besides: other people and other secrets.
var personal = []string{
	"ACfeedfacefeedfacefeedfacefeedface",
	"fedcba98765432100123456789abcdef",
	"eyJhbGciOiJub25lIn0.eyJzdWIiOiJqbyJ9.",
	"+4930901820",
	"(415) 555-0134",
	"jo.doe@corp.example.net",
	"10.20.30.40",
	"2600:1f18:abcd::77",
}

func basic(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}

// secrets is everything that must not be found.
func secrets() []string {
	all := append([]string{}, personal...)
	for _, value := range environment {
		all = append(all, value)
	}
	return append(all,
		basic(environment["TWILIO_API_KEY"], environment["TWILIO_API_SECRET"]),
		basic(environment["TWILIO_ACCOUNT_SID"], environment["TWILIO_AUTH_TOKEN"]))
}

func asJSON(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string can always be encoded
	}
	return string(data)
}

// spellings of a secret that a server may send.
func spellings(secret string) []string {
	quoted := asJSON(secret)
	again := asJSON(quoted)
	escaped := ""
	for _, r := range secret {
		escaped += fmt.Sprintf(`\u%04x`, r)
	}
	return []string{
		secret,
		url.QueryEscape(secret),
		html.EscapeString(secret),
		strings.Trim(quoted, `"`),
		again[3 : len(again)-3],
		strings.ReplaceAll(secret, "/", `\/`),
		strings.ReplaceAll(strings.ReplaceAll(secret, "+", `\u002b`), "@", `\u0040`),
		escaped,
	}
}

// encoded spellings hide a credential from all who do not decode them.
func encoded(secret string) []string {
	return []string{
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.StdEncoding.EncodeToString([]byte("for " + secret)),
		base64.RawURLEncoding.EncodeToString([]byte("<" + secret + ">")),
		url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("user:" + secret))),
	}
}

// bodies with a text at every place where there can be one.
func bodies(text string) map[string]string {
	quoted := asJSON(text)
	inner := asJSON(`{"a":[` + quoted + `]}`)
	innermost := asJSON(`{"attributes":` + inner + `}`)
	return map[string]string{
		"json":  fmt.Sprintf(`{"value":%s,%s:1.50,"list":[{"deep":%s}],"attributes":%s,"more":%s}`, quoted, quoted, quoted, inner, innermost),
		"raw":   `{"value":"` + text + `"}`, // for spellings that JSON itself undoes
		"url":   fmt.Sprintf(`{"url":"https://api.example.com/Accounts/%s?to=%s&x=1"}`, url.PathEscape(text), url.QueryEscape(text)),
		"html":  "<html><a href=\"/x?" + url.QueryEscape(text) + "\">" + text + "</a></html>",
		"words": "Cannot do this for " + text + ".",
		"half":  `{"value":` + quoted + `,`,
	}
}

// A plantation answers each request with the next of its answers.
type plantation struct {
	answers []planted
}

type planted struct {
	status       int
	header, body string
}

func (p *plantation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	next := p.answers[0]
	p.answers = p.answers[1:]
	for _, name := range []string{"Location", "WWW-Authenticate", "X-Rate-Limit-Config", "Etag", "Twilio-Request-Id", "Content-Type", "X-Other"} {
		w.Header().Set(name, "x "+next.header)
	}
	w.Header().Add("Www-Authenticate", r.Header.Get("Authorization"))
	w.WriteHeader(next.status)
	_, _ = w.Write([]byte(next.body))
}

// shown is that one answer in five is also printed. The shapes of bodies are six,
// so that each of them is.
const shown = 5

// fixtures are one of all answers, as they are, and one for each answer that shall
// be printed, in which another was wanted.
func (p *plantation) fixtures() map[string]string {
	fixtures := make(map[string]string)
	all := "source: reference\n\n"
	for i, answer := range p.answers {
		scheme := []string{"Basic", "Bearer"}[i%2]
		request := fmt.Sprintf("-- %d: request --\nPOST /%d\nAuthorization: %s\n-- %d: response --\n", i, i, scheme, i)
		all += fmt.Sprintf("%s%d\n", request, answer.status)
		if i%shown == 0 {
			fixtures[fmt.Sprintf("wrong-%03d", i)] = "source: reference\n\n" + request + "201\n"
		}
	}
	fixtures["all"] = all
	return fixtures
}

func TestNoSecretIsWrittenOrPrinted(t *testing.T) {
	for _, secret := range secrets() {
		t.Run(secret[:6], func(t *testing.T) {
			var p plantation
			texts := spellings(secret)
			if !slices.Contains(personal, secret) {
				texts = append(texts, encoded(secret)...)
			}
			slices.Sort(texts)
			for i, text := range slices.Compact(texts) { // many are spelled the same
				for _, body := range bodies(text) {
					p.answers = append(p.answers, planted{[]int{401, 400, 302}[i%3], text, body})
				}
			}
			everything := recorded(t, &p)
			assert.Equal(t, len(p.fixtures()), strings.Count(everything, ".txtar  "), "all are reported")
			assertNothingOf(t, everything)
		})
	}
}

// recorded returns every byte that was written and printed.
func recorded(t *testing.T, p *plantation) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range p.fixtures() {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".txtar"), []byte(content), 0o644))
	}
	served := plantation{slices.Clone(p.answers)} // those of all, then those that are wrong
	for i := 0; i < len(p.answers); i += shown {
		served.answers = append(served.answers, p.answers[i])
	}
	server := httptest.NewServer(&served)
	defer server.Close()

	var printed strings.Builder
	code := run(t.Context(), []string{"-base", server.URL, "-dir", folder, "-patience", "0"}, getenv, &printed, &printed)
	assert.Equal(t, failed, code)
	assert.Contains(t, printed.String(), fmt.Sprintf("%d exchanges, changed", len(p.answers)))
	assert.Empty(t, served.answers, "all were asked for")

	everything := printed.String()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		require.NoError(t, err)
		everything += entry.Name() + string(data)
	}
	return everything
}

func assertNothingOf(t *testing.T, everything string) {
	t.Helper()
	lower := strings.ToLower(everything)
	for _, secret := range secrets() {
		for _, spelling := range append(spellings(secret), encoded(secret)...) {
			at := strings.Index(lower, strings.ToLower(spelling))
			if at >= 0 {
				assert.Failf(t, "a secret is there", "%s as %s: …%s", secret, spelling, everything[max(0, at-200):at+len(spelling)])
			}
		}
	}
}

func fixtureFolder(t *testing.T, fixtures map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, answer := range fixtures {
		content := "source: reference\n\n-- get: request --\nGET /" + name + "\n-- get: response --\n" + answer + "\n"
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".txtar"), []byte(content), 0o644))
	}
	return folder
}

func TestTheSummarySaysWhatBecameOfEachFixture(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/refused":
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"code":20403}`))
		}
	}))
	defer server.Close()
	folder := fixtureFolder(t, map[string]string{"asis": "200", "gone": "404", "limit": "429", "refused": "200"})
	arguments := []string{"-base", server.URL, "-dir", folder, "-patience", "0", "-source", "live"}

	var printed strings.Builder
	code := run(t.Context(), arguments, getenv, &printed, &printed)
	assert.Equal(t, failed, code)
	assert.Equal(t, `asis.txtar               1 exchange, changed
gone.txtar               1 exchange, changed
  status get: 410, was 404
limit.txtar              skipped: exchange "get": cannot be recorded: nobody can ask for status 429
refused.txtar            failed
  exchange "get": expected status 200, got 403
  {
    "code": 20403
  }
`, printed.String())

	printed.Reset()
	code = run(t.Context(), append(arguments, "asis", "gone.txtar"), getenv, &printed, &printed)
	assert.Equal(t, done, code)
	assert.Equal(t, "asis.txtar               1 exchange, unchanged\ngone.txtar               1 exchange, unchanged\n", printed.String())

	printed.Reset()
	code = run(t.Context(), append(arguments, "limit"), getenv, &printed, &printed)
	assert.Equal(t, failed, code, "named, it is an error")
	assert.Contains(t, printed.String(), "nobody can ask for status 429")
}

func TestMisuseIsExplained(t *testing.T) {
	for want, arguments := range map[string][]string{
		"usage: record":              {"-nonsense"},
		"record: base URL: expected": {"-base", "http://example.com"},
		"record: source: expected":   {"-base", "http://127.0.0.1:1", "-source", "reference"},
		"base URL: expected one":     {}, // or a run without flags would be one of the service
	} {
		var out, err strings.Builder
		assert.Equal(t, misuse, run(t.Context(), arguments, getenv, &out, &err))
		assert.Contains(t, err.String(), want)
		assert.Empty(t, out.String())
	}
	var out, err strings.Builder
	assert.Equal(t, done, run(t.Context(), []string{"-help"}, getenv, &out, &err))
	assert.Contains(t, err.String(), "-patience")

	err.Reset()
	assert.Equal(t, failed, run(t.Context(), []string{"-base", "http://127.0.0.1:1", "-dir", t.TempDir()}, getenv, &out, &err))
	assert.Contains(t, err.String(), "record: expected fixtures")
}
