package record

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// The classes of what is recognized in a text. A SID is of the class "sid" and
// its prefix, since a task never stands for a worker.
const (
	classSID   = "sid"
	classToken = "token" // a JWT
	classTime  = "time"
	classHex   = "hex" // as long as a secret, and no SID
	classEmail = "email"
	classIPv4  = "ipv4"
	classIPv6  = "ipv6"
	classPhone = "phone"
)

// A token is a part of a text that differs between runs, or that must not be
// shown.
type token struct {
	class      string
	key        string // the same for every spelling of the same thing
	start, end int
	spelled    string // of a phone number its plus, of an address its at sign
}

// A recognizer finds the tokens of a class. The pattern proposes, accept decides. What
// is not possible is not looked for: patterns are slow, and most texts have little.
type recognizer struct {
	possible func(text string) bool
	pattern  *regexp.Regexp
	accept   func(text string, start, end int) (token, bool)
}

// An earlier recognizer wins over a later one.
var recognizers = slices.Concat([]recognizer{
	{letters(34), regexp.MustCompile(`AC[0-9a-fA-F]{32}|[A-Z]{2}[0-9a-f]{32}`), acceptSID},
	{anyOf("eyJ", "removed-token-"), regexp.MustCompile(`eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*){1,3}|removed-token-[0-9]+`), acceptAs(classToken)},
	{digits(8), timePattern, acceptTime},
	{letters(32), regexp.MustCompile(`[0-9a-fA-F]{32,}`), acceptAs(classHex)},
	{anyOf("@", "40", "64"), regexp.MustCompile(`[\pL\pN._%+-][\pL\pN._%+'-]*(?:@|(?i:%40|&#64;|&#x40;|\\u0040))(?:[\pL\pN-]+\.)+(?:(?i:xn--)[\pL\pN-]+|\pL{2,})`), acceptEmail},
	{anyOf("_40"), regexp.MustCompile(`(?i)[a-z0-9][a-z0-9_-]*_40[a-z0-9-]+(?:_2e[a-z0-9-]+)*_2e[a-z]{2,}`), acceptIdentity},
	{digits(4), regexp.MustCompile(`[0-9]{1,3}(?:\.[0-9]{1,3}){3}`), acceptIPv4},
	{anyOf(":", "%3"), regexp.MustCompile(`(?i)[0-9a-f]{0,4}(?:(?::|%3A)[0-9a-f]{0,4}){2,7}`), acceptIPv6},
}, phones)

// letters are at least so many of any kind.
func letters(least int) func(string) bool {
	return func(text string) bool { return len(text) >= least }
}

// digits are at least so many, in one place or in several.
func digits(least int) func(string) bool {
	return func(text string) bool {
		n := 0
		for i := range len(text) {
			if digitAt(text, i) {
				n++
			}
		}
		return n >= least
	}
}

func anyOf(parts ...string) func(string) bool {
	return func(text string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
	}
}

// memory keeps what becomes of short texts, for an answer says most of what it says
// more than once: names of members, URLs, SIDs. When it is full it begins anew.
type memory[T any] struct {
	mu   sync.Mutex
	kept map[string]T
}

const (
	maxRemembered     = 10000
	maxRememberedText = 256
)

// of is what become makes of a text, which is the same every time.
func (m *memory[T]) of(text string, become func(string) T) T {
	if len(text) > maxRememberedText {
		return become(text)
	}
	m.mu.Lock()
	kept, ok := m.kept[text]
	m.mu.Unlock()
	if ok {
		return kept
	}
	kept = become(text)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil || len(m.kept) >= maxRemembered {
		m.kept = make(map[string]T)
	}
	m.kept[text] = kept
	return kept
}

var remembered memory[[]token]

// tokensIn lists what is recognized in a text, in its order. The list may not be
// changed.
func tokensIn(text string) []token {
	return remembered.of(text, recognized)
}

func recognized(text string) []token {
	var tokens []token
	for _, r := range recognizers {
		tokens = r.find(text, tokens)
	}
	slices.SortFunc(tokens, func(a, b token) int { return a.start - b.start })
	return tokens
}

// reveal decodes a text if that shows more in it than can be seen: letters and
// digits need no escape, so where they have one the text may lose it.
func reveal(text string) string {
	if !strings.ContainsAny(text, `\%&`) {
		return text
	}
	seen := len(tokensIn(text))
	for _, decode := range []func(string) string{unescapeText, unescapeURL, html.UnescapeString} {
		view := text
		for range maxLayers {
			view = decode(view)
			if len(tokensIn(view)) > seen {
				return reveal(view)
			}
		}
	}
	return text
}

// find appends to the tokens those that overlap none of them.
func (r recognizer) find(text string, tokens []token) []token {
	if !r.possible(text) {
		return tokens
	}
	taken := tokens
	for pos := 0; pos < len(text); {
		loc := r.pattern.FindStringIndex(text[pos:])
		if loc == nil {
			break
		}
		start, end := pos+loc[0], pos+loc[1]
		if t, ok := r.accept(text, start, end); ok && !overlaps(taken, t.start, t.end) {
			tokens = append(tokens, t)
			pos = t.end
			continue
		}
		// Something shorter may begin within what was refused.
		_, size := utf8.DecodeRuneInString(text[start:])
		pos = start + size
	}
	return tokens
}

func overlaps(tokens []token, start, end int) bool {
	return slices.ContainsFunc(tokens, func(t token) bool {
		return start < t.end && t.start < end
	})
}

func acceptAs(class string) func(string, int, int) (token, bool) {
	return func(text string, start, end int) (token, bool) {
		return token{class: class, key: text[start:end], start: start, end: end}, true
	}
}

func acceptSID(text string, start, end int) (token, bool) {
	sid := text[start:end]
	return token{class: classSID + sid[:2], key: sid, start: start, end: end}, true
}

func acceptTime(text string, start, end int) (token, bool) {
	_, ok := parseTime(text[start:end])
	return token{class: classTime, key: text[start:end], start: start, end: end}, ok
}

// edge tells whether a word begins and ends there.
func edge(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return !wordRune(before) && !wordRune(after)
}

func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func digitAt(text string, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9'
}
