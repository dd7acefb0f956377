package record

import (
	"cmp"
	"regexp"
	"strings"
)

const (
	plus = `(?:\+|(?i:%2B|&#43;|&#x2B;|\\u002B))`
	gap  = `(?:[\t./\pZ\p{Pd}]|%20)`
)

// phones are the ways to write a number: with its country, with one and in groups,
// as in North America, with what is dialled for the country, with what is dialled
// for the town, and eleven digits of North America.
var phones = []recognizer{
	{digits(7), regexp.MustCompile(plus + `[1-9][0-9]{6,14}`), acceptPhone(7, 15, noEdge)},
	{digits(7), regexp.MustCompile(plus + ` ?\(?[1-9][0-9]{0,5}\)?(?:` + gap + `?\(?[0-9]{1,5}\)?){1,6}`), acceptPhone(7, 15, noEdge)},
	{digits(7), regexp.MustCompile(`(?:1` + gap + `)?(?:\([2-9][0-9]{2}\)` + gap + `{0,2}|[2-9][0-9]{2}` + gap + `{1,2})[0-9]{3}` + gap + `[0-9]{4}`), acceptPhone(10, 11, noEdge)},
	{digits(7), regexp.MustCompile(`00[1-9](?:` + gap + `?\(?[0-9]{1,14}\)?){1,6}`), acceptPhone(12, 17, phoneEdge)},
	{digits(7), regexp.MustCompile(`\(?0[0-9]{1,4}\)?` + gap + `[0-9]{2,10}(?:` + gap + `?[0-9]{2,5}){0,3}`), acceptPhone(9, 13, phoneEdge)},
	{digits(7), regexp.MustCompile(`1[2-9][0-9]{2}[2-9][0-9]{6}`), acceptPhone(11, 11, phoneEdge)},
}

var (
	pluses  = regexp.MustCompile(`^` + plus)
	notNum  = regexp.MustCompile(`%20|[^0-9]`)
	lastGap = regexp.MustCompile(gap + `?\(?[0-9]+\)?$`)

	// A day or month below ten looks like a number that is dialled with a zero.
	date = regexp.MustCompile(`^0[1-9][./-](?:0[1-9]|1[0-2]|[12][0-9]|3[01])[./-](?:19|20)[0-9]{2}`)
)

// acceptPhone counts digits: fewer are some other number, and of more the last
// groups are.
func acceptPhone(least, most int, bounded func(string, int, int) bool) func(string, int, int) (token, bool) {
	return func(text string, start, end int) (token, bool) {
		end, ok := withinDigits(text, start, end, most)
		digits := digitsOf(text[start:end])
		if !ok || len(digits) < least || !bounded(text, start, end) || date.MatchString(text[start:end]) {
			return token{}, false
		}
		sign := pluses.FindString(text[start:end])
		return token{class: classPhone, key: international(digits, sign), start: start, end: end, spelled: cmp.Or(sign, "+")}, true
	}
}

// withinDigits leaves groups away from the end until no more digits than most are
// left.
func withinDigits(text string, start, end, most int) (int, bool) {
	for len(digitsOf(text[start:end])) > most {
		group := lastGap.FindStringIndex(text[start:end])
		if group == nil {
			return end, false
		}
		end = start + group[0]
	}
	return end, true
}

func digitsOf(number string) string {
	return notNum.ReplaceAllString(number[len(pluses.FindString(number)):], "")
}

// international is a number with its country and without what is dialled before.
func international(digits, sign string) string {
	if sign == "" && len(digits) == 10 && digits[0] != '0' {
		return "1" + digits // of North America, where the 1 may be left out
	}
	return strings.TrimPrefix(digits, "00")
}

// phoneEdge is no part of a longer number with hyphens, such as a UUID.
func phoneEdge(text string, start, end int) bool {
	return edge(text, start, end) && !strings.HasSuffix(text[:start], "-")
}

func noEdge(string, int, int) bool { return true }
