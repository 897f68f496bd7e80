package profile

import (
	"context"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
)

// Benchmark is what models take on a device.
type Benchmark struct {
	Device    latency.Device
	Condition latency.Condition
	Results   []latency.Result // of the models, in their order
}

// Bench times models beside the reference network. With a table, which has to
// be of the device and the condition, latencies are normalised as the table's
// are; t may be nil.
func Bench(ctx context.Context, meter latency.Meter, t *lut.Table, models []latency.Model, opts latency.Options) (Benchmark, error) {
	device, condition, err := meter.Identity(ctx, opts)
	if err != nil {
		return Benchmark{}, err
	}
	b := Benchmark{Device: device, Condition: condition}
	var sentinelUS float64
	if t != nil {
		if err := t.CheckDevice(device, condition); err != nil {
			return b, err
		}
		if s := Sentinel(); s.Digest() != t.Header.Sentinel.Digest {
			return b, fault.New(fault.Failure, "Make the table anew with: fbnas profile --device DEVICE --force -o "+t.Path,
				"table %s: sentinel.digest differs (table %.12s, this fbnas %.12s)", t.Path, t.Header.Sentinel.Digest, s.Digest())
		}
		sentinelUS = t.Header.Sentinel.TimeUS
	}
	b.Results, err = latency.Bench(ctx, meter, Sentinel(), sentinelUS, models, opts)
	return b, err
}
