package record

import (
	"net/netip"
	"regexp"
	"strings"
)

var separators = regexp.MustCompile(`(?i)%(?:20|22|26|27|28|2C|2F|3A|3B|3C|3D|3F|5B|7B)`)

var atSign = regexp.MustCompile(`(?i)%40|&#64;|&#x40;|\\u0040`)

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

var colons = regexp.MustCompile(`(?i)%3A`)
