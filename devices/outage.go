package devices

import (
	"log/slog"
	"time"
)

// Outage logs how long fbnas waits for a lost device.
type Outage struct {
	Log *slog.Logger // nil: nothing is told

	since time.Time // zero: the device is there
	told  time.Time
}

// sayAfter is how long a device is waited for in silence after a word of it:
// the longer, the longer it has been away.
func (o *Outage) sayAfter() time.Duration {
	return min(max(5*time.Second, o.told.Sub(o.since)), 5*time.Minute)
}

// See takes in why the device is waited for at a moment, "" when it is there,
// and how long it will be waited for yet. It says so at once, and then at
// growing intervals.
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
