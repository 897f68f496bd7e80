package profiletest

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"fbnas/internal/fault"
	"fbnas/latency"
)

// Device is a simulated device behind a Meter. A model's bytes determine how long
// it takes; everything else is a pure function of what is measured and when.
type Device struct {
	Says      latency.Device // returned by Identity
	Condition latency.Condition

	Speed    func(batch, round int) float64 // factor on every time of a round
	Noise    float64                        // relative, of a group
	Memory   float64                        // factor on models of more than 100 µs except the sentinel; 0: none
	Outlier  func(digest string, round int) bool
	Fails    map[string]latency.Failure  // by model digest
	Drifts   func(batch, round int) bool // rounds that are rejected once
	Unstable func(batch int) bool        // batches in which the sentinel never settles
	Usual    float64                     // factor on every time in default mode; 0: none
	Course   *latency.Course             // of every round

	Cancel   context.CancelFunc
	After    int // number of counted rounds before Cancel is called
	Measured int // number of counted rounds
}

// NewDevice is a device with little noise that runs everything.
func NewDevice() *Device {
	return &Device{
		Says: latency.Device{Model: latency.DeviceModel{SoC: "simulated", Arch: "amd64", Cores: 2, MemoryBytes: 1 << 30},
			Unit: "0123456789abcdef", OS: "none 1"},
		Condition: latency.Condition{Runtime: "onnxruntime 1.27.0", RuntimeDigest: "aa", Provider: "cpu",
			Precision: "fp32", Batch: 1, Threads: 1, CoreSet: "1", FixedPerformance: "unsupported"},
		Noise: 0.002,
	}
}

// Phone is a device that is measured in fixed-performance mode.
func Phone() *Device {
	d := NewDevice()
	d.Condition.FixedPerformance = latency.FixedOn
	d.Usual = 0.8
	return d
}

// Identity implements latency.Meter.
func (d *Device) Identity(context.Context, latency.Options) (latency.Device, latency.Condition, error) {
	return d.Says, d.Condition, nil
}

// Close implements latency.Meter.
func (d *Device) Close() error { return nil }

// Measure implements latency.Meter.
func (d *Device) Measure(ctx context.Context, req latency.Request) error {
	for b, batch := range req.Batches {
		var alive []latency.Model
		for _, i := range batch {
			if why, ok := d.Fails[req.Models[i].Digest()]; ok {
				if err := req.OnFailure(why); err != nil {
					return err
				}
				continue
			}
			alive = append(alive, req.Models[i])
		}
		if len(alive) == 0 {
			continue
		}
		for round := range req.Options.Rounds {
			if req.Done(b, round) {
				continue
			}
			if err := d.round(ctx, req, b, round, alive); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Device) round(ctx context.Context, req latency.Request, b, round int, alive []latency.Model) error {
	if d.Cancel != nil && d.Measured == d.After {
		d.Cancel()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r := latency.Round{Batch: b, Round: round, Sentinel: []latency.Group{d.group(req.Sentinel, b, round)}, Course: d.Course}
	for _, m := range alive {
		r.Groups = append(r.Groups, d.group(m, b, round))
	}
	if req.Options.DefaultMode && d.Usual > 0 {
		for _, groups := range [][]latency.Group{r.Sentinel, r.Groups} {
			for i := range groups {
				groups[i].MedianUS *= d.Usual
			}
		}
	}
	if d.Drifts != nil && d.Drifts(b, round) {
		r.Rejected = "drift"
		if err := req.OnRound(r); err != nil {
			return err
		}
		r.Rejected = ""
	}
	if d.Unstable != nil && d.Unstable(b) {
		if !req.Options.AllowNoisy {
			return fault.New(fault.Unstable, "", "the sentinel stays slow")
		}
		r.Noisy = "the sentinel stays slow"
	}
	d.Measured++
	return req.OnRound(r)
}

func (d *Device) group(m latency.Model, batch, round int) latency.Group {
	var us float64
	if _, err := fmt.Sscanf(string(m.Bytes), "%g", &us); err != nil {
		panic(err)
	}
	h := fnv.New64a()
	fmt.Fprint(h, m.Digest(), round)
	us *= 1 + d.Noise*rand.New(rand.NewPCG(h.Sum64(), 1)).NormFloat64()
	if d.Speed != nil {
		us *= d.Speed(batch, round)
	}
	if d.Memory > 0 && us > 100 && m.Name != "sentinel" {
		us *= d.Memory
	}
	g := latency.Group{Batch: batch, Round: round, Digest: m.Digest(), Runs: 5}
	if d.Outlier != nil && d.Outlier(m.Digest(), round) {
		us *= 5
		g.Dropped, g.Dirty = true, 3
	}
	g.MedianUS, g.MinUS = us, us
	return g
}
