package latency

import (
	"context"
	"fmt"
	"time"

	"fbnas/devices"
	"fbnas/latency/wire"
)

const (
	// stateInterval is how long a device measures, by its own clock, before its
	// state is queried again, since the query disturbs the measurement.
	stateInterval = 30 * time.Second
	// firstPause is the length of the first pause, and longestPause the longest;
	// each pause is twice as long as the one before, until one helps.
	firstPause   = 10 * time.Second
	longestPause = time.Minute
)

// deviceSlow queries the device's state. It returns why the device is slower at
// present than it could be, "" if it does not report that it is. If a device does
// not answer, it is measured all the same.
func (h *Host) deviceSlow(ctx context.Context, j *job) string {
	s, err := h.conn.State(ctx)
	if err != nil {
		h.log.Debug("the device did not report its state", "error", err)
		return ""
	}
	j.course = j.course.Plus(courseOf(s))
	return s.Heat.Slows()
}

// settle waits for a device that reports that it is too hot. When the time for
// waiting is used up, the next rounds are noisy or, if that is not allowed, the
// device is unstable.
func (h *Host) settle(ctx context.Context, j *job) error {
	for {
		j.noisy = h.deviceSlow(ctx, j)
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

// hot is the error of a device that reports why it is slower than it could be.
func hot(why string) error {
	return &wire.Error{Kind: wire.ErrorUnstable, Detail: "the device slows itself down: " + why}
}

// unsettled is the error of a device that did not settle although it had time to
// cool down.
func (h *Host) unsettled(err error) error {
	if h.cooled > 0 {
		return fmt.Errorf("%w; fbnas waited %v for it to cool down", err, h.cooled)
	}
	return err
}

// recover lets an unstable device cool down; it returns the error if no pause is
// left or pauses are of no use.
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

// coolDown pauses for a while; false when the time for pauses is used up.
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

// watching passes records to the job and queries the device's state from time to
// time, between two rounds. It pauses for a hot device as long as there is time
// for it.
func (h *Host) watching(ctx context.Context, j *job) func(wire.Record) error {
	next := stateInterval
	return func(rec wire.Record) error {
		if err := j.record(rec); err != nil {
			return err
		}
		if rec.Type != wire.TypeRound || j.at < next {
			return nil
		}
		next = j.at + stateInterval
		j.noisy = h.deviceSlow(ctx, j)
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
