package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// signals are those that the program gets: ends tell it to end, and hangups to write the
// state.
type signals struct{ ends, hangups <-chan os.Signal }

// together is how long signals to end count as one: timeout, npm and others signal the
// program and then its group, which it is in.
const together = time.Second

var errSecondSignal = errors.New("a second signal ended it at once")

// attend works until that is done. The first signal ends the context of the work; it
// waits no longer for the work when one comes that is not together with it.
func attend(ctx context.Context, ends <-chan os.Signal, work func(context.Context) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	worked := make(chan error, 1)
	go func() { worked <- work(ctx) }()
	var first time.Time
	for {
		select {
		case err := <-worked:
			return err
		case s := <-ends:
			if first.IsZero() {
				first = time.Now()
				stop(fmt.Errorf("signal: %v", s))
			} else if time.Since(first) >= together {
				return errSecondSignal
			}
		}
	}
}
