package record

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A secret is a text that must not be written, and what is written in its place.
type secret struct {
	value, instead string
}

// A cleaner takes the credentials of a run, and the address of the server, out of
// every text before it is kept, written or printed.
type cleaner struct {
	secrets  []secret
	patterns []*regexp.Regexp // one for each secret
	any      *regexp.Regexp   // nil if there are no secrets
	address  *regexp.Regexp   // of the server as a URL, nil if it is the service's own
	host     *regexp.Regexp   // of the server with its port, nil if it has none
	cleaned  memory[string]
}

// removed is what stands where a credential was found within something encoded.
const removed = "removed"

// maxLayers is how many encodings within each other are looked through.
const maxLayers = 5

func newCleaner(secrets []secret, base *url.URL) *cleaner {
	c := &cleaner{secrets: slices.Clone(secrets)}
	// A secret may contain another, so the longest goes first.
	slices.SortStableFunc(c.secrets, func(a, b secret) int { return cmp.Compare(len(b.value), len(a.value)) })
	var all []string
	for _, s := range c.secrets {
		pattern := encodings(s.value)
		all = append(all, pattern)
		c.patterns = append(c.patterns, regexp.MustCompile(pattern))
	}
	if all != nil {
		c.any = regexp.MustCompile(strings.Join(all, "|"))
	}
	if base.String() != serviceURL {
		c.address = regexp.MustCompile(encodings(base.String()) + `\b`)
	}
	if base.Port() != "" {
		c.host = regexp.MustCompile(encodings(base.Host) + `\b`)
	}
	return c
}

// encodings is a pattern for a text in which each character may be spelled in any
// way that servers know: percent-encoded, once or again, escaped for JSON at any
// depth, escaped for HTML, in either case.
func encodings(text string) string {
	var pattern strings.Builder
	pattern.WriteString("(?i:")
	for _, r := range text {
		spellings := []string{
			`\\*` + regexp.QuoteMeta(string(r)),
			percent(string(r)),
			escaped(r),
			fmt.Sprintf(`(?:&|&amp;)#0*%d;`, r),
			fmt.Sprintf(`(?:&|&amp;)#x0*%x;`, r),
		}
		switch r {
		case ' ':
			spellings = append(spellings, `\+`)
		case '+':
			spellings = append(spellings, ` `) // read from a form that did not encode it
		}
		if named := html.EscapeString(string(r)); named != string(r) {
			spellings = append(spellings, regexp.QuoteMeta(named))
		}
		pattern.WriteString("(?:" + strings.Join(spellings, "|") + ")")
	}
	return pattern.String() + ")"
}

func percent(char string) string {
	var pattern strings.Builder
	for _, b := range []byte(char) {
		fmt.Fprintf(&pattern, `%%(?:25)*%02x`, b)
	}
	return pattern.String()
}

func escaped(r rune) string {
	var pattern strings.Builder
	for _, unit := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(&pattern, `(?:\\|%%(?:25)*5c)+u%04x`, unit)
	}
	return pattern.String()
}

// clean takes the secrets out of a text. JSON, at any depth, stays the same JSON
// but for the texts in it.
func (c *cleaner) clean(text string) string {
	document, ok := parseContainer(text)
	if !ok {
		return c.cleaned.of(text, c.cleanText)
	}
	edit := editor{source: text}
	document.literals(func(literal *node) {
		if literal.kind == '"' {
			edit.replace(literal, c.clean(literal.text))
			return
		}
		if c.leaks(literal.text) { // a secret of digits only
			edit.replace(literal, "0")
		}
	})
	return edit.String()
}

func (c *cleaner) cleanText(text string) string {
	if c.address != nil {
		text = c.address.ReplaceAllLiteralString(text, serviceURL)
	}
	if c.host != nil {
		text = c.host.ReplaceAllLiteralString(text, serviceHost)
	}
	if c.any == nil {
		return text
	}
	if c.any.MatchString(text) {
		for i, pattern := range c.patterns {
			text = pattern.ReplaceAllLiteralString(text, c.secrets[i].instead)
		}
	}
	text = base64Lines.ReplaceAllStringFunc(text, func(run string) string {
		if slices.ContainsFunc(decodings(run), c.leaks) {
			return removed
		}
		return run
	})
	if c.leaks(text) {
		return removed // encoded in a way that the parts of it do not show
	}
	return text
}

// leaks looks for secrets through encodings within each other.
func (c *cleaner) leaks(text string) bool {
	return c.leaksWithin(text, maxLayers)
}

func (c *cleaner) leaksWithin(text string, layers int) bool {
	lower := strings.ToLower(text)
	if slices.ContainsFunc(c.secrets, func(s secret) bool { return strings.Contains(lower, strings.ToLower(s.value)) }) {
		return true
	}
	if layers == 0 {
		return false
	}
	return slices.ContainsFunc(views(text), func(view string) bool {
		return view != text && c.leaksWithin(view, layers-1)
	})
}

var (
	base64Run   = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}={0,2}`)
	base64Lines = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}(?:\n[ \t]*[A-Za-z0-9+/_-]+)*(?:\n[ \t]*)?={0,2}`) // as in mail
	hexRun      = regexp.MustCompile(`(?:[0-9A-Fa-f]{2}){8,}`)
	jsonEscape  = regexp.MustCompile(`\\u[0-9A-Fa-f]{4}|\\.`)
	percentCode = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	blank       = regexp.MustCompile(`[\s\pZ\pC\x{FFFD}]+`) // what is seen as nothing, or was no character
)

// views are a text as one who decodes it once would read it.
func views(text string) []string {
	views := []string{
		unescapeURL(text),
		unescapeText(text),
		html.UnescapeString(text),
		blank.ReplaceAllString(text, ""),
	}
	for _, run := range base64Run.FindAllString(text, -1) {
		views = append(views, decodings(run)...)
	}
	for _, run := range hexRun.FindAllString(text, -1) {
		plain, _ := hex.DecodeString(run)
		views = append(views, string(plain))
	}
	return views
}

func unescapeURL(text string) string {
	return percentCode.ReplaceAllStringFunc(text, func(code string) string {
		plain, _ := url.PathUnescape(code) // the pattern allows nothing else
		return plain
	})
}

// unescapeText undoes the escapes of JSON in what need not be JSON.
func unescapeText(text string) string {
	return jsonEscape.ReplaceAllStringFunc(text, func(code string) string {
		if len(code) < len(`\u0000`) {
			return code[1:]
		}
		unit, _ := strconv.ParseUint(code[2:], 16, 16) // the pattern allows nothing else
		return string(rune(unit))
	})
}

// decodings are what a run of base64 may mean. Where it begins is not known, for
// what stands before it may be of the same letters.
func decodings(run string) []string {
	run = strings.NewReplacer("-", "+", "_", "/", "=", "", "\n", "", " ", "", "\t", "").Replace(run)
	var plain []string
	for offset := range min(4, len(run)) {
		part := run[offset:]
		if len(part)%4 == 1 {
			part = part[:len(part)-1]
		}
		if data, err := base64.RawStdEncoding.DecodeString(part); err == nil {
			plain = append(plain, string(data))
		}
	}
	return plain
}
