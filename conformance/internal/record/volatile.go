package record

import (
	"regexp"
	"strconv"
	"strings"
)

// A volatile member has another number in every recording, though the service
// did the same. Its fixture keeps the number that it has.
type volatile struct {
	name  *regexp.Regexp
	among []string // members of the same object without which it is something else
}

var volatiles = []volatile{
	// Seconds since a task was created or entered its queue.
	{name: regexp.MustCompile(`^age$|_age$|_age_in_queue$`)},
	// Seconds since a worker changed its activity before.
	{name: regexp.MustCompile(`_time_in_previous_activity$`)},
	// A date or a duration in milliseconds.
	{name: regexp.MustCompile(`_ms$`)},
	// A date in seconds, in the data of an event. Other dates are no numbers.
	{name: regexp.MustCompile(`_date_created$`)},
	// An average of seconds, such as avg_task_acceptance_time. Dates end like
	// that too, but are no numbers.
	{name: regexp.MustCompile(`_time$`)},
	// Seconds of waiting, or in an activity.
	{name: regexp.MustCompile(`^(avg|min|max|total)$`), among: []string{"avg", "min", "max", "total"}},
}

// A place is what a literal is called and what stands beside it.
type place struct {
	member string
	beside *node // the object
	within bool  // JSON within a string: attributes and such, whose numbers are a caller's
}

func (p place) volatile() bool {
	if p.within {
		return false
	}
	for _, v := range volatiles {
		if v.name.MatchString(p.member) && p.hasAll(v.among) {
			return true
		}
	}
	return false
}

func (p place) hasAll(names []string) bool {
	for _, name := range names {
		if p.beside.member(name) == nil {
			return false
		}
	}
	return true
}

// address tells whether an IP address is that of whoever recorded, which is
// another one elsewhere.
func (p place) address() bool {
	return strings.HasSuffix(p.member, "ip_address") && !p.within
}

// date tells whether a number counts from 1970.
func (p place) date() bool {
	return strings.Contains(p.member, "date") || strings.Contains(p.member, "timestamp")
}

var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// writtenNumber is what a volatile number becomes: what the fixture has in its
// place, or a fixed one. That it has a fraction is the service's to say.
func (p place) writtenNumber(old, came string, index int) string {
	switch {
	case number.MatchString(old):
		came = sameForm(old, came)
	case p.date() && strings.HasSuffix(p.member, "_ms"):
		came = strconv.FormatInt(timeOfExchange(index).UnixMilli(), 10)
	case p.date():
		came = strconv.FormatInt(timeOfExchange(index).Unix(), 10)
	default:
		came = sameForm("0", came)
	}
	return came
}

func sameForm(old, came string) string {
	whole, _, hasFraction := strings.Cut(old, ".")
	switch wantFraction := strings.Contains(came, "."); {
	case wantFraction && !hasFraction:
		return old + ".0"
	case !wantFraction && hasFraction:
		return whole
	}
	return old
}
