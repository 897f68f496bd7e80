package await

import (
	"testing"
	"time"
)

// grace is the part of the remaining time of a test run that is kept for
// failing tests, so that they can say why.
const grace = 0.1

// Left is how long a test may wait for an event; an hour if the run
// has no time limit.
func Left(t testing.TB) time.Duration {
	if run, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if end, limited := run.Deadline(); limited {
			return time.Duration((1 - grace) * float64(time.Until(end)))
		}
	}
	return time.Hour
}

// Until waits until something holds; a test that runs out of time first
// fails with what it was waiting for.
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	end := time.Now().Add(Left(t))
	for pause := time.Millisecond; !holds(); pause = min(2*pause, 20*time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(pause)
	}
}
