package devices

import (
	"context"
	"fmt"
	"time"
)

// outageState is why a run's device does not answer, and until when to wait for
// it.
type outageState struct {
	asked time.Time // when the unanswered query was sent; zero: there is none
	lost  string    // why the last one failed, "" if it did not
	until time.Time // when to stop waiting for a lost device
}

// waitingFor implements Process.Waiting. It also reports a query that stays
// unanswered, because clients notice a lost connection later than people do.
func (d *detached) waitingFor() (why string, left time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w, slow := d.outage, d.r.pace.slow
	switch {
	case w.lost != "":
		return w.lost, max(0, time.Until(w.until))
	case !w.asked.IsZero() && time.Since(w.asked) >= slow:
		return fmt.Sprintf("it has not answered for %v", slow), d.r.pace.patience
	}
	return "", 0
}

func (d *detached) set(change func(w *outageState)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.outage)
}

// insist is that of the device, and records what it waits for.
func (d *detached) insist(ctx context.Context, do func() error) error {
	ask := func() error {
		d.set(func(w *outageState) { w.asked = time.Now() })
		defer d.set(func(w *outageState) { w.asked = time.Time{} })
		return do()
	}
	return d.r.pace.insist(ctx, ask, func(why string, until time.Time) {
		d.set(func(w *outageState) { w.lost, w.until = why, until })
	})
}
