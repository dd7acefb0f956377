package record

import (
	"html"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The classes of what is recognised in a text. A SID is of the class "sid" and
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

// A recognizer finds the tokens of a class. The pattern proposes, accept decides.
type recognizer struct {
	pattern *regexp.Regexp
	accept  func(text string, start, end int) (token, bool)
}

// An earlier recognizer wins over a later one.
var recognizers = []recognizer{
	{regexp.MustCompile(`AC[0-9a-fA-F]{32}|[A-Z]{2}[0-9a-f]{32}`), acceptSID},
	{regexp.MustCompile(`eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*){1,3}|removed-token-[0-9]+`), acceptAs(classToken)},
	{timePattern, acceptTime},
	{regexp.MustCompile(`[0-9a-fA-F]{32,}`), acceptAs(classHex)},
	{regexp.MustCompile(`[\pL\pN._%+-][\pL\pN._%+'-]*(?:@|(?i:%40|&#64;|&#x40;|\\u0040))(?:[\pL\pN-]+\.)+(?:(?i:xn--)[\pL\pN-]+|\pL{2,})`), acceptEmail},
	{regexp.MustCompile(`(?i)[a-z0-9][a-z0-9_-]*_40[a-z0-9-]+(?:_2e[a-z0-9-]+)*_2e[a-z]{2,}`), acceptIdentity},
	{regexp.MustCompile(`[0-9]{1,3}(?:\.[0-9]{1,3}){3}`), acceptIPv4},
	{regexp.MustCompile(`(?i)[0-9a-f]{0,4}(?:(?::|%3A)[0-9a-f]{0,4}){2,7}`), acceptIPv6},
	{regexp.MustCompile(plus + `[1-9][0-9]{6,14}`), acceptPhone(7, 15, noEdge)},
	{regexp.MustCompile(plus + ` ?\(?[1-9][0-9]{0,5}\)?(?:` + gap + `?\(?[0-9]{1,5}\)?){1,6}`), acceptPhone(7, 15, noEdge)},
	{regexp.MustCompile(`(?:1` + gap + `)?(?:\([2-9][0-9]{2}\)` + gap + `{0,2}|[2-9][0-9]{2}` + gap + `{1,2})[0-9]{3}` + gap + `[0-9]{4}`), acceptPhone(10, 11, noEdge)},
	{regexp.MustCompile(`00[1-9](?:` + gap + `?\(?[0-9]{1,14}\)?){1,6}`), acceptPhone(12, 17, phoneEdge)},
	{regexp.MustCompile(`\(?0[0-9]{1,4}\)?` + gap + `[0-9]{2,10}(?:` + gap + `?[0-9]{2,5}){0,3}`), acceptPhone(9, 13, phoneEdge)},
	{regexp.MustCompile(`1[2-9][0-9]{2}[2-9][0-9]{6}`), acceptPhone(11, 11, phoneEdge)},
}

const (
	plus = `(?:\+|(?i:%2B|&#43;|&#x2B;|\\u002B))`
	gap  = `(?:[\t./\pZ\p{Pd}]|%20)`
)

var separators = regexp.MustCompile(`(?i)%(?:20|22|26|27|28|2C|2F|3A|3B|3C|3D|3F|5B|7B)`)

var atSign = regexp.MustCompile(`(?i)%40|&#64;|&#x40;|\\u0040`)

// tokensIn lists what is recognised in a text, in its order.
func tokensIn(text string) []token {
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

func acceptEmail(text string, start, end int) (token, bool) {
	// What is percent-encoded before it, say an equals sign, is not part of it.
	if before := separators.FindAllStringIndex(text[start:end], -1); before != nil {
		start += before[len(before)-1][1]
	}
	if text[start] == '@' || strings.HasPrefix(text[start:], "%40") {
		return token{}, false
	}
	at := "@"
	if found := atSign.FindString(text[start:end]); found != "" {
		at = found
	}
	key := strings.ToLower(strings.Replace(text[start:end], at, "@", 1))
	return token{class: classEmail, key: key, start: start, end: end, spelled: at}, true
}

// acceptIdentity takes the name of a voice client, in which an underscore and two
// digits stand for a character: client:jo_40example_2Ecom.
func acceptIdentity(text string, start, end int) (token, bool) {
	plain := unescapeURL(identityCode.ReplaceAllString(text[start:end], "%$1"))
	return token{class: classEmail, key: strings.ToLower(plain), start: start, end: end, spelled: identityAt}, true
}

// identityAt is the at sign of such a name, and identityDot its full stop.
const (
	identityAt  = "_40"
	identityDot = "_2E"
)

var identityCode = regexp.MustCompile(`(?i)_([0-9a-f]{2})`)

func acceptIPv4(text string, start, end int) (token, bool) {
	address, err := netip.ParseAddr(text[start:end])
	longer := digitAt(text, start-1) || digitAt(text, end) ||
		strings.HasSuffix(text[:start], ".") && digitAt(text, start-2) ||
		strings.HasPrefix(text[end:], ".") && digitAt(text, end+1)
	if err != nil || longer {
		return token{}, false
	}
	return token{class: classIPv4, key: address.String(), start: start, end: end}, true
}

// acceptIPv6 wants three digits and more, for a::b may be anything.
func acceptIPv6(text string, start, end int) (token, bool) {
	plain := colons.ReplaceAllString(text[start:end], ":")
	address, err := netip.ParseAddr(plain)
	if err != nil || len(strings.ReplaceAll(plain, ":", "")) < 3 || !edge(text, start, end) {
		return token{}, false
	}
	if strings.HasSuffix(text[:start], ":") || strings.HasPrefix(text[end:], ":") {
		return token{}, false
	}
	return token{class: classIPv6, key: address.String(), start: start, end: end}, true
}

var (
	colons = regexp.MustCompile(`(?i)%3A`)
	pluses = regexp.MustCompile(`^` + plus)
	notNum = regexp.MustCompile(`%20|[^0-9]`)

	// A day or month below ten looks like a number that is dialled with a zero.
	date = regexp.MustCompile(`^0[1-9][./-](?:0[1-9]|1[0-2]|[12][0-9]|3[01])[./-](?:19|20)[0-9]{2}`)

	lastGap = regexp.MustCompile(gap + `?\(?[0-9]+\)?$`)
)

// acceptPhone counts digits: fewer are some other number, and of more the last
// groups are.
func acceptPhone(least, most int, bounded func(string, int, int) bool) func(string, int, int) (token, bool) {
	return func(text string, start, end int) (token, bool) {
		sign := pluses.FindString(text[start:end])
		digits := notNum.ReplaceAllString(text[start+len(sign):end], "")
		for len(digits) > most {
			gaps := lastGap.FindStringIndex(text[start:end])
			if gaps == nil {
				return token{}, false
			}
			end = start + gaps[0]
			digits = notNum.ReplaceAllString(text[start+len(sign):end], "")
		}
		if len(digits) < least || len(digits) > most || !bounded(text, start, end) {
			return token{}, false
		}
		if date.MatchString(text[start:end]) {
			return token{}, false
		}
		switch {
		case sign == "" && len(digits) == 10 && digits[0] != '0':
			digits = "1" + digits // of North America, where the 1 may be left out
		case strings.HasPrefix(digits, "00"):
			digits = digits[2:] // what is dialled for a plus
		}
		if sign == "" {
			sign = "+"
		}
		return token{class: classPhone, key: digits, start: start, end: end, spelled: sign}, true
	}
}

// edge tells whether a word begins and ends there.
func edge(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return !wordRune(before) && !wordRune(after)
}

// phoneEdge is no part of a longer number with hyphens, such as a UUID.
func phoneEdge(text string, start, end int) bool {
	return edge(text, start, end) && !strings.HasSuffix(text[:start], "-")
}

func noEdge(string, int, int) bool { return true }

func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func digitAt(text string, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9'
}
