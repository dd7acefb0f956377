package api

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestCloseWaitsForAnAlarmThatRings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a API
		a.alarm.init(&a.mu, func() {
			<-time.After(time.Hour) // for which it has not got the lock
			a.mu.Lock()
			a.alarm.rang()
			a.mu.Unlock()
		}, 1)
		start := time.Now()
		a.alarm.set(start.Add(time.Minute), true)
		<-time.After(2 * time.Minute)
		a.Close()
		assert.Equal(t, 61*time.Minute, time.Since(start))
	})
}

func TestCloseDoesNotWaitForAnAlarmThatDoesNotRingYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a API
		a.alarm.init(&a.mu, func() { t.Error("it rang") }, 1)
		start := time.Now()
		a.alarm.set(start.Add(time.Hour), true)
		a.alarm.set(start.Add(time.Minute), true)
		a.Close()
		assert.Zero(t, time.Since(start))
	})
}
