package record

import (
	"regexp"
	"strings"
	"time"
)

// firstTime is what a time becomes where the fixture has none: that of its
// exchange, a second later for each one.
var firstTime = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func timeOfExchange(index int) time.Time {
	return firstTime.Add(time.Duration(index) * time.Second)
}

// The two families of times: RFC 3339 with its relatives, plain or in a URL, and
// the dates of HTTP and mail.
const (
	colon    = `(?::|%3[Aa])`
	isoTime  = `([0-9]{4}-[0-9]{2}-[0-9]{2})(T|t| |%20|\+)([0-9]{2}` + colon + `[0-9]{2}` + colon + `[0-9]{2})(\.[0-9]+)?(Z|z|(?:[+-]|%2[Bb])[0-9]{2}(?:` + colon + `?[0-9]{2})?)?`
	mailTime = `[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|UTC|[+-][0-9]{4})`
)

var (
	timePattern = regexp.MustCompile(isoTime + `|` + mailTime)
	isoParts    = regexp.MustCompile(`^` + isoTime + `$`)
	mailParts   = regexp.MustCompile(`^` + mailTime + `$`)
)

// A stamp is a time and how it is spelled.
type stamp struct {
	time    time.Time
	layout  string
	encoded bool // for a URL
}

func parseTime(text string) (stamp, bool) {
	plain := decodeTime.Replace(text)
	layout := layoutOf(plain)
	if layout == "" {
		return stamp{}, false
	}
	// The number of digits of a fraction is chance where zeros are left out.
	t, err := time.Parse(withoutFraction.Replace(layout), plain)
	return stamp{time: t, layout: layout, encoded: plain != text}, err == nil
}

var (
	decodeTime      = strings.NewReplacer("%3A", ":", "%3a", ":", "%2B", "+", "%2b", "+", "%20", " ")
	encodeTime      = strings.NewReplacer(":", "%3A", "+", "%2B", " ", "%20")
	withoutFraction = strings.NewReplacer(".000", "", "02 Jan", "2 Jan") // what Parse takes as it comes
)

// layoutOf is empty for what is no time.
func layoutOf(text string) string {
	if parts := mailParts.FindStringSubmatch(text); parts != nil {
		return "Mon, 02 Jan 2006 15:04:05 " + zoneLayout(parts[1])
	}
	parts := isoParts.FindStringSubmatch(text)
	if parts == nil {
		return ""
	}
	layout := "2006-01-02" + parts[2] + "15:04:05"
	if parts[4] != "" {
		layout += ".000"
	}
	return layout + zoneLayout(parts[5])
}

func zoneLayout(zone string) string {
	if zone == "" || zone[0] != '+' && zone[0] != '-' {
		return zone // a letter, a name, or none: all of them mean UTC
	}
	return "-07:00"[:3] + strings.Repeat(":", strings.Count(zone, ":")) + strings.Repeat("00", min(1, len(zone)-3))
}

// spell writes a time as this one is spelled.
func (s stamp) spell(t time.Time) string {
	_, offset := s.time.Zone()
	text := t.In(time.FixedZone("", offset)).Format(s.layout)
	if s.encoded {
		return encodeTime.Replace(text)
	}
	return text
}

// writtenTime is what a time of an answer becomes: what the fixture has in its
// place, or the time of the exchange. The spelling is the service's, for that it
// sends fractions, or another form, is worth knowing.
func writtenTime(old, came string, index int) string {
	spelling, _ := parseTime(came)
	kept, ok := parseTime(old)
	switch {
	case !ok:
		return spelling.spell(timeOfExchange(index))
	case kept.layout == spelling.layout && kept.encoded == spelling.encoded:
		return old
	}
	return spelling.spell(kept.time)
}
