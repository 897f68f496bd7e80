package job

import (
	"context"
	"strconv"
	"time"

	"fbnas/devices"
	"fbnas/latency"
	"fbnas/lut"
)

// measuringAs are the protocol and condition of a table or, without one, the core
// of the device's entry: only figures of one condition can be compared.
func measuringAs(t *lut.Table, device string) (latency.Options, error) {
	var o latency.Options
	if t == nil {
		if device == "" {
			return o, nil
		}
		entry, err := devices.Lookup(device)
		o.Core = entry.Core
		return o, err
	}
	p := t.Header.Protocol
	o.Rounds, o.MinRuns, o.MaxRuns, o.BatchModels = p.Rounds, p.MinRuns, p.MaxRuns, p.BatchModels
	o.GroupTime, o.WarmUp = time.Duration(p.GroupTimeUS)*time.Microsecond, time.Duration(p.WarmUpUS)*time.Microsecond
	o.Threads, o.Precision = t.Header.Condition.Threads, t.Header.Condition.Precision
	o.DefaultMode = t.Header.Condition.FixedPerformance == latency.FixedOff
	if core, err := strconv.Atoi(t.Header.Condition.CoreSet); err == nil {
		o.Core = &core
	}
	return o, nil
}

// realDeviceMeter is a meter that refuses an emulated device, whose times mean
// nothing.
type realDeviceMeter struct{ latency.Meter }

func (g realDeviceMeter) Identity(ctx context.Context, opts latency.Options) (latency.Device, latency.Condition, error) {
	d, c, err := g.Meter.Identity(ctx, opts)
	if err == nil {
		err = d.Model.Genuine()
	}
	return d, c, err
}

// groupCounter is a meter that counts the groups it has measured.
type groupCounter struct {
	latency.Meter
	at func(done, total int)
}

func (m groupCounter) Measure(ctx context.Context, req latency.Request) error {
	total, done := 0, 0
	for _, batch := range req.Batches {
		total += len(batch) * req.Options.WithDefaults().Rounds
	}
	next := req.OnRound
	req.OnRound = func(r latency.Round) error {
		if r.Rejected == "" {
			done += len(r.Groups)
			m.at(done, total)
		}
		return next(r)
	}
	m.at(0, total)
	return m.Meter.Measure(ctx, req)
}
