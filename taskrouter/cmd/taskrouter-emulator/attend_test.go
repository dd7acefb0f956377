package main

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// attendAt attends to work that ends a minute after it is told to, with a signal at each
// of some times, and answers how long that took and why the work was told to end.
func attendAt(t *testing.T, times ...time.Duration) (took time.Duration, cause, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ends := make(chan os.Signal, 1)
		for _, at := range times {
			time.AfterFunc(at, func() { ends <- os.Interrupt })
		}
		began := time.Now()
		err = attend(t.Context(), ends, func(ctx context.Context) error {
			<-ctx.Done()
			cause = context.Cause(ctx)
			<-time.After(time.Minute)
			return errors.New("of the work")
		})
		took = time.Since(began)
		<-time.After(time.Minute) // until the work has ended as well
	})
	return took, cause, err
}

func TestOnlyASignalThatComesLaterEndsAtOnce(t *testing.T) {
	for name, test := range map[string]struct {
		times []time.Duration
		want  string
		took  time.Duration
	}{
		"one":             {[]time.Duration{time.Second}, "of the work", time.Second + time.Minute},
		"together":        {[]time.Duration{1, 1, 2, together}, "of the work", 1 + time.Minute},
		"later":           {[]time.Duration{1, 1 + together}, "a second signal ended it at once", 1 + together},
		"a third is late": {[]time.Duration{1, 2, 3 * together}, "a second signal ended it at once", 3 * together},
	} {
		t.Run(name, func(t *testing.T) {
			took, cause, err := attendAt(t, test.times...)
			assert.EqualError(t, err, test.want)
			assert.EqualError(t, cause, "signal: interrupt")
			assert.Equal(t, test.took, took)
		})
	}
}
