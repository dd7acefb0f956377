package api

import (
	"math"
	"time"
)

// A clock tells the time of the account, which may pass faster than that of the machine.
type clock struct {
	start time.Time // when both told the same
	speed float64   // how many seconds pass in one of the machine
}

func (c clock) now() time.Time {
	if c.speed == 1 {
		return time.Now()
	}
	return c.start.Add(span(float64(time.Since(c.start)) * c.speed))
}

// until is for how long the machine has to wait until a time.
func (c clock) until(t time.Time) time.Duration {
	if c.speed == 1 {
		return time.Until(t)
	}
	return span(math.Ceil(float64(t.Sub(c.now())) / c.speed))
}

// span is so many nanoseconds, or 292 years, the longest there is.
func span(nanoseconds float64) time.Duration {
	if nanoseconds >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(nanoseconds)
}
