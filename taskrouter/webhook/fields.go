package webhook

import (
	"net/url"
	"strconv"
	"time"
)

// fields reads the fields of a callback, all of which are text.
type fields struct {
	form  url.Values
	found bool // whether any that was asked for is there
}

// text is the value of a field, "" if it is not there.
func (f *fields) text(name string) string {
	f.found = f.found || f.form.Has(name)
	return f.form.Get(name)
}

// number is a whole number, 0 if the field has none.
func (f *fields) number(name string) int {
	n, _ := strconv.Atoi(f.text(name))
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

// timeOf is when a callback was made, to the millisecond if it says so.
func timeOf(form url.Values) time.Time {
	f := fields{form: form}
	if precise := f.moment("TimestampMs"); !precise.IsZero() {
		return precise
	}
	return f.moment("Timestamp")
}

// parseTime reads a time as callbacks may write it. The format is not documented:
// it was seen as seconds and milliseconds since 1970, other parts of the service
// write RFC 3339 or RFC 2822.
func parseTime(text string) time.Time {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return since1970(n)
	}
	for _, layout := range []string{time.RFC3339, time.RFC1123Z, time.RFC1123} {
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
	if n <= 0 {
		return time.Time{}
	}
	if n < mostSeconds {
		return time.Unix(n, 0).UTC()
	}
	return time.UnixMilli(n).UTC()
}
