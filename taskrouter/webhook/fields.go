package webhook

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// copyOf shares nothing with the form. Of nil it is nil.
func copyOf(form url.Values) url.Values { return url.Values(http.Header(form).Clone()) }

// over returns a copy of the fields that arrived, and over them what is said. What
// they say already stays as it was spelt; said as "", a field is left out.
func over(fields url.Values, arrived, said map[string]string) url.Values {
	form := copyOf(fields)
	if form == nil {
		form = url.Values{}
	}
	for name, text := range said {
		switch {
		case form.Has(name) && text == arrived[name]:
		case text == "":
			form.Del(name)
		default:
			form.Set(name, text)
		}
	}
	return form
}

// fields reads the fields of a callback, all of which are text.
type fields struct {
	form  url.Values
	found bool // whether any that was asked for says something
}

// text is the value of a field, the first if it has several, "" if it is not there.
func (f *fields) text(name string) string {
	value := f.form.Get(name)
	f.found = f.found || value != ""
	return value
}

// number is a whole number, 0 if the field has none or a greater one than fits.
func (f *fields) number(name string) int {
	n, err := strconv.Atoi(f.text(name))
	if err != nil {
		return 0
	}
	return n
}

// seconds and milliseconds are spans of time, 0 if the field has none.
func (f *fields) seconds(name string) time.Duration { return f.span(name, time.Second) }

func (f *fields) milliseconds(name string) time.Duration { return f.span(name, time.Millisecond) }

func (f *fields) span(name string, unit time.Duration) time.Duration {
	n, err := strconv.ParseInt(f.text(name), 10, 64)
	span := time.Duration(n) * unit
	if err != nil || span/unit != time.Duration(n) {
		return 0
	}
	return span
}

// truth reads a field as the service reads booleans: true, 1 and yes are true.
func (f *fields) truth(name string) bool {
	switch f.text(name) {
	case "true", "1", "yes":
		return true
	}
	return false
}

// moment is a time, zero if the field has none that is known.
func (f *fields) moment(name string) time.Time { return parseTime(f.text(name)) }

// timeOf is when an event happened, or another callback was made, to the
// millisecond if it says so.
func timeOf(form url.Values) time.Time {
	text := form.Get("TimestampMs")
	n, err := strconv.ParseInt(text, 10, 64)
	precise := fromMilliseconds(n)
	if err != nil {
		precise = parseTime(text)
	}
	if precise.IsZero() {
		return parseTime(form.Get("Timestamp"))
	}
	return precise
}

// parseTime reads a time as callbacks may write it. The format is not documented:
// it was seen as seconds and milliseconds since 1970, other parts of the service
// write RFC 3339 or RFC 2822. A time zone must be a number, UTC or GMT: what other
// names mean depends on the machine.
func parseTime(text string) time.Time {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return since1970(n)
	}
	for _, layout := range []string{time.RFC3339, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 GMT", "Mon, 2 Jan 2006 15:04:05 UTC"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// since1970 tells seconds from milliseconds by their size: 100 billion seconds
// lead to the year 5138, as many milliseconds to 1973.
func since1970(n int64) time.Time {
	const mostSeconds = 100_000_000_000
	if 0 < n && n < mostSeconds {
		n *= 1000
	}
	return fromMilliseconds(n)
}

// fromMilliseconds is a time after 1970 and before 10000, zero if it is not: nothing
// that is reported is older, and what is later cannot be encoded in JSON.
func fromMilliseconds(n int64) time.Time {
	const most = 253_402_300_799_999
	if n <= 0 || n > most {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// timeText is what a callback has for a time, of which the number is known: "" for
// no time.
func timeText(t time.Time, number int64) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(number, 10)
}
