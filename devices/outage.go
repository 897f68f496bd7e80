package devices

import (
	"log/slog"
	"time"
)

// Outage logs that fbnas waits for a lost device.
type Outage struct {
	Log *slog.Logger // nil: nothing is logged

	since time.Time // zero: the device is there
	told  time.Time
}

// sayAfter is the interval between messages: the longer the device has been lost,
// the longer.
func (o *Outage) sayAfter() time.Duration {
	return min(max(5*time.Second, o.told.Sub(o.since)), 5*time.Minute)
}

// See records why the device is waited for at a moment, "" if it is there, and
// how long fbnas will still wait. It logs that at once, and then at growing
// intervals.
func (o *Outage) See(now time.Time, why string, left time.Duration) {
	switch {
	case o.Log == nil:
	case why == "" && o.since.IsZero():
	case why == "":
		o.Log.Info("the device is back", "after", now.Sub(o.since).Round(time.Second))
		*o = Outage{Log: o.Log}
	case o.since.IsZero():
		o.since, o.told = now, now
		o.Log.Warn("the connection to the device is lost: the measurement there continues, and fbnas keeps trying to reconnect",
			"reason", why, "for", left.Round(time.Second))
	case now.Sub(o.told) >= o.sayAfter():
		o.told = now
		o.Log.Warn("still trying to reach the device", "reason", why, "for", left.Round(time.Second))
	}
}
