package devices

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// waiting is for what a run's device is waited for.
type waiting struct {
	asked time.Time // the question under way; zero: none
	lost  string    // why the last one failed, "" when it did not
	until time.Time // when a lost device is given up
}

// waitingFor is Process.Waiting. A device that leaves a question unanswered is
// waited for, too: clients take longer than people to call a connection lost.
func (d *detached) waitingFor() (why string, left time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w, slow := d.waiting, d.r.pace.slow
	switch {
	case w.lost != "":
		return w.lost, max(0, time.Until(w.until))
	case !w.asked.IsZero() && time.Since(w.asked) >= slow:
		return fmt.Sprintf("it has not answered for %v", slow), d.r.pace.patience
	}
	return "", 0
}

func (d *detached) set(change func(w *waiting)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.waiting)
}

// insist repeats what failed because the connection was lost, and says so
// meanwhile, until the device's patience ends.
func (d *detached) insist(ctx context.Context, do func() error) error {
	var until time.Time // from the first failure on
	for wait := d.r.pace.first; ; wait = min(2*wait, d.r.pace.most) {
		d.set(func(w *waiting) { w.asked = time.Now() })
		err := do()
		d.set(func(w *waiting) { w.asked = time.Time{} })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.Is(err, errLost) {
			d.set(func(w *waiting) { w.lost = "" })
			return err
		}
		if until.IsZero() {
			until = time.Now().Add(d.r.pace.patience)
		}
		if !time.Now().Before(until) {
			return err
		}
		d.set(func(w *waiting) { w.lost, w.until = err.Error(), until })
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}
