package profile

import (
	"context"

	"fbnas/latency"
	"fbnas/lut"
)

// Benchmark is the measured latency of models on a device.
type Benchmark struct {
	Device    latency.Device
	Condition latency.Condition
	Results   []latency.Result // of the models, in their order
}

// Bench times models beside the sentinel. With a table, which must match the
// device and the condition, latencies are normalised like those of its networks;
// t may be nil.
func Bench(ctx context.Context, meter latency.Meter, t *lut.Table, models []latency.Model, opts latency.Options) (Benchmark, error) {
	device, condition, err := meter.Identity(ctx, opts)
	if err != nil {
		return Benchmark{}, err
	}
	b := Benchmark{Device: device, Condition: condition}
	var unit latency.Unit
	if t != nil {
		if err := t.CheckDevice(device, condition); err != nil {
			return b, err
		}
		beside, err := yardsticks(t)
		if err != nil {
			return b, err
		}
		unit = latency.Unit{Reference: beside.Reference, TimeUS: t.Header.Sentinel.TimeUS}
		if r := t.Header.Reference; r != nil {
			unit.TimeUS = r.TimeUS
		}
	}
	b.Results, err = latency.Bench(ctx, meter, latency.Benchmark{Sentinel: Sentinel(), Unit: unit, Models: models, Options: opts})
	return b, err
}
