package latency

import (
	"context"
	"fmt"
	"time"

	"fbnas/devices"
	"fbnas/latency/wire"
)

const (
	// lookEvery is how long a device measures, by its own clock, before it is
	// asked again how it is: the question disturbs it.
	lookEvery = 30 * time.Second
	// firstPause is how long a device is left alone at first, and longestPause
	// at most; each pause is twice as long as the one before, until it helps.
	firstPause   = 10 * time.Second
	longestPause = time.Minute
)

// look asks the device how it is. It returns why it is slower for now than it
// could be, "" where it does not say that it is. A device that does not answer
// is not to be measured less for it.
func (h *Host) look(ctx context.Context, j *job) string {
	s, err := h.conn.State(ctx)
	if err != nil {
		h.log.Debug("the device did not report its state", "error", err)
		return ""
	}
	j.course = j.course.Plus(courseOf(s))
	return s.Heat.Slows()
}

// settle waits for a device that says it is too hot. When the time for it is
// used up, the rounds to come are noisy, or the device is unstable.
func (h *Host) settle(ctx context.Context, j *job) error {
	for {
		j.noisy = h.look(ctx, j)
		if j.noisy == "" {
			return nil
		}
		cooled, err := h.coolDown(ctx, j, j.noisy)
		switch {
		case err != nil:
			return err
		case !cooled && j.opts.AllowNoisy:
			return nil
		case !cooled:
			return h.unsettled(hot(j.noisy))
		}
	}
}

// hot is the error of a device that says why it is slower than it could be.
func hot(why string) error {
	return &wire.Error{Kind: wire.ErrorUnstable, Detail: "the device slows itself down: " + why}
}

// unsettled is the error of a device that had its time to cool down.
func (h *Host) unsettled(err error) error {
	if h.cooled > 0 {
		return fmt.Errorf("%w; fbnas waited %v for it to cool down", err, h.cooled)
	}
	return err
}

// recover lets a device cool down that is unstable; the error where that is of
// no use.
func (h *Host) recover(ctx context.Context, j *job, unstable error) error {
	if j.noisy == "" && !j.warm() {
		return unstable
	}
	cooled, err := h.coolDown(ctx, j, unstable.Error())
	if err == nil && !cooled {
		err = h.unsettled(unstable)
	}
	return err
}

// coolDown leaves the device alone for a while; false when the time for it is
// used up.
func (h *Host) coolDown(ctx context.Context, j *job, why string) (bool, error) {
	left := *j.opts.CoolDown - h.cooled
	if left <= 0 {
		return false, nil
	}
	if j.progress > j.pausedAt {
		j.pause = 0 // the last one has helped
	}
	j.pause, j.pausedAt = min(max(2*j.pause, firstPause), longestPause), j.progress
	wait := min(j.pause, left)
	h.log.Warn("waiting for the device to cool down", "reason", why, "pause", wait, "at_most", left)
	if err := h.cfg.Pause(ctx, wait); err != nil {
		return false, err
	}
	h.cooled += wait
	j.course = j.course.Plus(Course{CoolDowns: 1, CooledSeconds: wait.Seconds()})
	return true, nil
}

// watching hands records to the job, and now and then asks the device between
// two rounds how it is. A hot one is left alone as long as there is time for it.
func (h *Host) watching(ctx context.Context, j *job) func(wire.Record) error {
	next := lookEvery
	return func(rec wire.Record) error {
		if err := j.record(rec); err != nil {
			return err
		}
		if rec.Type != wire.TypeRound || j.at < next {
			return nil
		}
		next = j.at + lookEvery
		j.noisy = h.look(ctx, j)
		if j.noisy != "" && (h.cooled < *j.opts.CoolDown || !j.opts.AllowNoisy) {
			return hot(j.noisy)
		}
		return nil
	}
}

func courseOf(s devices.State) Course {
	return Course{
		ThermalStatus: s.Heat.Status, Celsius: s.Heat.Celsius, Hottest: s.Heat.Hottest,
		Power: s.Power.Source, BatteryLevel: float64(s.Power.Level) / 100,
	}
}
