package latency

import (
	"context"

	"fbnas/devices"
)

// mode chooses the mode for these options, in which programs are started from now
// on, and returns it as a value of Condition.FixedPerformance.
func (h *Host) mode(ctx context.Context, opts Options) (string, error) {
	h.fixed = false
	clocked, ok := h.conn.(devices.Clocked)
	if !ok {
		return FixedUnsupported, nil
	}
	if h.canFix == nil {
		can, err := clocked.FixedPerformance(ctx)
		if err != nil {
			return "", h.unreached(ctx, err)
		}
		h.canFix = &can
	}
	switch {
	case !*h.canFix:
		return FixedUnsupported, nil
	case opts.DefaultMode:
		return FixedOff, nil
	}
	h.fixed = true
	return FixedOn, nil
}

// start starts a program in the mode that was chosen last.
func (h *Host) start(ctx context.Context, argv, env []string) (*devices.Process, error) {
	if h.fixed {
		return h.conn.(devices.Clocked).StartFixed(ctx, argv, env)
	}
	return h.conn.Start(ctx, argv, env)
}
