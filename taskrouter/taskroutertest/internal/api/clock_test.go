package api

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAClockTellsSoManyTimesTheTimeThatPassed(t *testing.T) {
	for _, speed := range []float64{0.25, 0.5, 1, 2, 60, 3600, 10_000} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			c := clock{start: start, speed: speed}
			for _, passed := range []time.Duration{0, time.Nanosecond, time.Millisecond, time.Second, 10 * time.Second, time.Hour, 24 * time.Hour} {
				<-time.After(time.Until(start.Add(passed)))
				assert.Equal(t, time.Duration(float64(passed)*speed), c.now().Sub(start), "%v after %s", speed, passed)
			}
		})
	}
}

// Of more than a hundred days, a float64 does not hold each nanosecond.
func TestAClockThatIsNoFasterIsExactAfterAYearToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock{start: time.Now(), speed: 1}
		<-time.After(365*24*time.Hour + 1)
		assert.Equal(t, time.Now(), c.now())
		year := 365*24*time.Hour + 3
		assert.Equal(t, year, c.until(time.Now().Add(year)))
	})
}

func TestAClockSaysHowLongTheMachineHasToWait(t *testing.T) {
	for _, speed := range []float64{0.3, 0.5, 1, 2, 2.5, 60, 3600, 9999} {
		synctest.Test(t, func(t *testing.T) {
			c := clock{start: time.Now(), speed: speed}
			<-time.After(1234567 * time.Nanosecond)
			for _, ahead := range []time.Duration{1, 7, time.Millisecond, time.Second, 2 * time.Minute, 24 * time.Hour} {
				at := c.now().Add(ahead)
				wait := c.until(at)
				assert.Positive(t, wait, "or it would never be there")
				moment := time.Duration(math.Ceil(1 / speed)) // in which the clock moves on
				assert.InDelta(t, float64(ahead)/speed, float64(wait), float64(moment))
				<-time.After(wait - moment)
				assert.True(t, c.now().Before(at), "%v, a moment before %s", speed, ahead)
				<-time.After(2 * moment)
				assert.False(t, c.now().Before(at), "%v, %s later", speed, ahead)
			}
			assert.LessOrEqual(t, c.until(c.now()), time.Duration(0))
			assert.Negative(t, c.until(c.now().Add(-time.Hour)))
		})
	}
}

func TestAClockWaitsForAllTimeRatherThanNotAtAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock{start: time.Now(), speed: math.SmallestNonzeroFloat64}
		assert.Equal(t, time.Duration(math.MaxInt64), c.until(c.now().Add(time.Nanosecond)))
		slow := clock{start: time.Now(), speed: 1e-9}
		assert.Equal(t, time.Duration(math.MaxInt64), slow.until(slow.now().Add(2*time.Minute)))
		assert.Equal(t, 1e9*time.Nanosecond, slow.until(slow.now().Add(time.Nanosecond)))
	})
}

func TestAClockStandsStillAtTheEndOfTimeRatherThanTurningBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c := clock{start: start, speed: 10_000}
		last := c.now()
		for range 30 {
			<-time.After(24 * time.Hour)
			now := c.now()
			assert.False(t, now.Before(last))
			last = now
		}
		assert.Equal(t, start.Add(math.MaxInt64).UTC().Round(0), last.UTC().Round(0))
	})
}
