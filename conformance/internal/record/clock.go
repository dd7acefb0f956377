package record

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/conformance"
)

// A clock tells how much later it is for the server than it is in the fixture. The
// windows of statistics and events, which requests name, are moved by that: they
// mean the time of the conversation, or one that is too long ago.
type clock struct {
	known  bool
	offset time.Duration
}

// learn takes the offset from the first time that has one in its place. Those that
// a recording made up stand for no time.
func (c *clock) learn(old, came string) {
	was, ok := parseTime(old)
	is, also := parseTime(came)
	madeUp := was.time.Sub(firstTime)
	if c.known || !ok || !also || madeUp >= 0 && madeUp < time.Hour {
		return
	}
	c.known = true
	c.offset = is.time.Truncate(time.Second).Sub(was.time.Truncate(time.Second))
}

// toSend is a value of a request, moved if it is a time.
func (c *clock) toSend(value string) string {
	s, ok := parseTime(value)
	if !ok || c.offset == 0 {
		return value
	}
	return s.spell(s.time.Add(c.offset))
}

// queryToSend is a raw query with its times moved. What is no time keeps its
// spelling.
func (c *clock) queryToSend(query string) string {
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(value)
		if moved := c.toSend(plain); err == nil && moved != plain {
			pairs[i] = name + "=" + url.QueryEscape(moved)
		}
	}
	return strings.Join(pairs, "&")
}

// An asked time is one that a request set: as the fixture has it and as it was sent.
type asked struct {
	fixture, sent time.Time
}

// inForms are the times that the requests of a scenario set, which any answer may
// repeat.
func (c *clock) inForms(s *conformance.Scenario) []asked {
	var all []asked
	for _, exchange := range s.Exchanges {
		for _, field := range exchange.Request.Form {
			all = appendAsked(all, field.Value, c.offset)
			if document, ok := parseContainer(field.Value); ok {
				document.literals(func(literal *node) { all = appendAsked(all, literal.text, 0) })
			}
		}
	}
	return all
}

// inQuery are the times that a request asked for, which only its answer repeats.
func (c *clock) inQuery(query string) []asked {
	var all []asked
	values, _ := url.ParseQuery(query) // whatever could be read
	for _, list := range values {
		for _, value := range list {
			all = appendAsked(all, value, c.offset)
		}
	}
	return all
}

func appendAsked(all []asked, value string, offset time.Duration) []asked {
	s, ok := parseTime(value)
	if !ok {
		return all
	}
	return append(all, asked{s.time, s.time.Add(offset)})
}

// repeated finds the time of the fixture that an answer repeats. Servers cut
// fractions off.
func repeated(all []asked, came string) (text string, ok bool) {
	s, _ := parseTime(came)
	i := slices.IndexFunc(all, func(a asked) bool {
		return a.sent.Equal(s.time) || a.sent.Truncate(time.Second).Equal(s.time)
	})
	if i < 0 {
		return "", false
	}
	return s.spell(all[i].fixture.Add(s.time.Sub(all[i].sent))), true
}
