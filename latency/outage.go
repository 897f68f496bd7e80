package latency

import (
	"log/slog"
	"time"
)

// look is how often a device is asked whether it is there while it says
// nothing.
const look = time.Second

// outage is the time in which a device is waited for, and what was said of it.
type outage struct {
	log   *slog.Logger
	since time.Time // zero: the device is there
	told  time.Time
}

// sayAfter is how long a device is waited for in silence after a word of it:
// the longer, the longer it has been away.
func (o *outage) sayAfter() time.Duration {
	return min(max(5*time.Second, o.told.Sub(o.since)), 5*time.Minute)
}

// see takes in why the device is waited for at a moment, "" when it is there,
// and how long it will be waited for yet. It says so at once, and then at
// growing intervals.
func (o *outage) see(now time.Time, why string, left time.Duration) {
	switch {
	case why == "" && o.since.IsZero():
	case why == "":
		o.log.Info("the device is back", "after", now.Sub(o.since).Round(time.Second))
		*o = outage{log: o.log}
	case o.since.IsZero():
		o.since, o.told = now, now
		o.log.Warn("the device is lost for now; what runs there goes on, and fbnas keeps trying to reach it",
			"reason", why, "for", left.Round(time.Second))
	case now.Sub(o.told) >= o.sayAfter():
		o.told = now
		o.log.Warn("still trying to reach the device", "reason", why, "for", left.Round(time.Second))
	}
}
