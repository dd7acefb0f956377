package pipeline

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Full jitter: all of the time is random, none of it fixed.
func TestADelayIsARandomPartOfATimeThatDoubles(t *testing.T) {
	const most = math.MaxInt64
	standard := Policy{MinDelay: 500 * time.Millisecond, MaxDelay: 8 * time.Second}
	tests := map[string]struct {
		policy     Policy
		retries    int
		retryAfter time.Duration
		bound      time.Duration // of what comes on top of retryAfter
	}{
		"before the second attempt":         {standard, 0, 0, 500 * time.Millisecond},
		"before the third":                  {standard, 1, 0, time.Second},
		"before the fourth":                 {standard, 2, 0, 2 * time.Second},
		"when it reaches the most":          {standard, 4, 0, 8 * time.Second},
		"when it would go beyond it":        {standard, 5, 0, 8 * time.Second},
		"after what the answer asks for":    {standard, 1, time.Minute, time.Second},
		"both bounds alike":                 {Policy{MinDelay: time.Second, MaxDelay: time.Second}, 3, 0, time.Second},
		"the most is not twice the least":   {Policy{MinDelay: 2, MaxDelay: 3}, 1, 0, 3},
		"doubled as far as a number goes":   {Policy{MinDelay: 1, MaxDelay: most}, 62, 0, 1 << 62},
		"a bit further":                     {Policy{MinDelay: 2, MaxDelay: most}, 62, 0, most},
		"to zero, did it overflow":          {Policy{MinDelay: 1 << 60, MaxDelay: time.Hour}, 4, 0, time.Hour},
		"to less than it was, likewise":     {Policy{MinDelay: 1<<62 + 1, MaxDelay: most}, 2, 0, most},
		"to a negative number, likewise":    {Policy{MinDelay: 1 << 62, MaxDelay: most}, 1, 0, most},
		"so often that all bits are gone":   {standard, 1000, 0, 8 * time.Second},
		"as often as there are bits":        {standard, 64, 0, 8 * time.Second},
		"once less often than they are":     {standard, 63, 0, 8 * time.Second},
		"with the largest number for a cap": {Policy{MinDelay: time.Second, MaxDelay: most}, 2, time.Second, 4 * time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			shortest, longest := time.Duration(math.MaxInt64), time.Duration(-1)
			for range 2000 { // of which none falls into an edge of a twentieth once in 10^44 times
				delay := test.policy.delay(test.retries, test.retryAfter)
				shortest, longest = min(shortest, delay), max(longest, delay)
			}
			edge := max(test.bound/20, 1) // the bound itself may be out of reach
			assert.GreaterOrEqual(t, shortest, test.retryAfter)
			assert.LessOrEqual(t, shortest, test.retryAfter+edge)
			assert.LessOrEqual(t, longest, test.retryAfter+test.bound)
			assert.GreaterOrEqual(t, longest, test.retryAfter+test.bound-edge)
		})
	}
}

// An answer that asks for the longest time there is must not be asked again at
// once, because the sum is a negative number.
func TestADelayDoesNotOverflow(t *testing.T) {
	const most = math.MaxInt64
	for _, policy := range []Policy{{MinDelay: 1, MaxDelay: 1}, {MinDelay: time.Second, MaxDelay: most}, {MinDelay: most, MaxDelay: most}} {
		for _, retryAfter := range []time.Duration{most, most - 1, most - time.Second, most / 2} {
			for retries := range 100 {
				require.GreaterOrEqual(t, policy.delay(retries, retryAfter), retryAfter, "%+v, %d retries", policy, retries)
			}
		}
		assert.GreaterOrEqual(t, policy.delay(0, 0), time.Duration(0))
	}
}

func TestADelayIsWithinItsBoundsWhateverThePolicyIs(t *testing.T) {
	for range 20000 {
		policy := Policy{MinDelay: 1 + time.Duration(rand.Int64()>>rand.IntN(62)/4)}
		policy.MaxDelay = policy.MinDelay + time.Duration(rand.Int64()>>rand.IntN(62)/4)
		retries, retryAfter := rand.IntN(70), time.Duration(rand.Int64N(int64(time.Hour)))
		delay := policy.delay(retries, retryAfter)
		require.GreaterOrEqual(t, delay, retryAfter, "%+v, %d retries", policy, retries)
		require.LessOrEqual(t, delay, retryAfter+policy.MaxDelay, "%+v, %d retries", policy, retries)
	}
}

func TestWaitEndsWithTheContextOrNotAtAll(t *testing.T) {
	within := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
	}
	canceledAfter := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(d, cancel)
			return ctx, cancel
		}
	}
	tests := map[string]struct {
		context func(context.Context) (context.Context, context.CancelFunc)
		want    error
		after   time.Duration
	}{
		"a context without an end": {context.WithCancel, nil, time.Minute},
		"a deadline after it":      {within(time.Minute + 1), nil, time.Minute},
		"a deadline at its end":    {within(time.Minute), context.DeadlineExceeded, 0},
		"a deadline before it":     {within(time.Second), context.DeadlineExceeded, 0},
		"a deadline that is over":  {within(-time.Second), context.DeadlineExceeded, 0},
		"canceled meanwhile":       {canceledAfter(time.Second), context.Canceled, time.Second},
		"canceled afterwards":      {canceledAfter(time.Minute + 1), nil, time.Minute},
		"canceled at once":         {canceledAfter(0), context.Canceled, 0},
		"canceled before a deadline it will": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithTimeout(ctx, time.Hour)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, context.Canceled, time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := test.context(t.Context())
				defer cancel()
				start := time.Now()
				err := Wait(ctx, time.Minute)
				assert.Equal(t, test.after, time.Since(start))
				if test.want == nil {
					assert.NoError(t, err)
				} else {
					assert.ErrorIs(t, err, test.want)
				}
			})
		})
	}
}

func TestRetryAfterIsReadWhateverItHolds(t *testing.T) {
	const longest = 9223372036 * time.Second
	now := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	tests := map[string]struct {
		header string
		want   time.Duration
	}{
		"seconds":                        {"7", 7 * time.Second},
		"none":                           {"0", 0},
		"negative":                       {"-7", 0},
		"a sign":                         {"+7", 7 * time.Second},
		"a fraction":                     {"1.5", 0},
		"hexadecimal":                    {"0x7", 0},
		"with its unit":                  {"7s", 0},
		"a word":                         {"soon", 0},
		"nothing":                        {"", 0},
		"the longest a duration can be":  {"9223372036", longest},
		"a second longer":                {"9223372037", longest},
		"more than an integer holds":     {"9223372036854775808", longest},
		"less than an integer holds":     {"-9223372036854775809", 0},
		"a date":                         {"Sun, 01 Mar 2026 09:31:30 GMT", 90 * time.Second},
		"a date of RFC 850":              {"Sunday, 01-Mar-26 09:31:30 GMT", 90 * time.Second},
		"a date of asctime":              {"Sun Mar  1 09:31:30 2026", 90 * time.Second},
		"this very moment":               {"Sun, 01 Mar 2026 09:30:00 GMT", 0},
		"a date that is over":            {"Sun, 01 Mar 2026 09:29:59 GMT", 0},
		"a date beyond what can be told": {"Fri, 31 Dec 9999 23:59:59 GMT", math.MaxInt64},
		"a date of another zone":         {"Sun, 01 Mar 2026 09:31:30 CET", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, RetryAfter(http.Header{"Retry-After": {test.header}}, now))
		})
	}
	t.Run("absent", func(t *testing.T) { assert.Zero(t, RetryAfter(nil, now)) })
	t.Run("twice", func(t *testing.T) {
		assert.Equal(t, 7*time.Second, RetryAfter(http.Header{"Retry-After": {"7", "8"}}, now))
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "7", "-7", "+7", "1.5", "soon", "9223372036854775808", "-9223372036854775809", "Sun, 01 Mar 2026 09:31:30 GMT", "Sunday, 01-Mar-26 09:31:30 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		f.Add(seed)
	}
	now := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, header string) {
		wait := RetryAfter(http.Header{"Retry-After": {header}}, now)
		require.GreaterOrEqual(t, wait, time.Duration(0))
		if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
			assert.Equal(t, max(time.Duration(seconds)*time.Second, 0), wait)
			return
		}
		if date, err := http.ParseTime(header); err == nil {
			assert.Equal(t, max(date.Sub(now), 0), wait)
			return
		}
		if wait > 0 { // it is a number that is longer than those above
			assert.Greater(t, wait, time.Duration(math.MaxInt32)*time.Second)
			assert.Regexp(t, `^\+?[0-9]+$`, header)
		}
	})
}
