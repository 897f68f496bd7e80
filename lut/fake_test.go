package lut_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"testing"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

// device is a simulated device behind a Meter. A model's bytes say how long it
// takes; everything else is a pure function of what is measured when.
type device struct {
	identity  latency.Device
	condition latency.Condition

	speed    func(batch, round int) float64 // factor on every time of a round
	noise    float64                        // relative, of a group
	memory   float64                        // factor on models of more than 100 µs but the sentinel; 0: none
	outlier  func(digest string, round int) bool
	fails    map[string]latency.Failure  // by model digest
	drifts   func(batch, round int) bool // rounds that are rejected once
	unstable func(batch int) bool        // batches in which the sentinel never settles
	usual    float64                     // factor on every time in default mode; 0: none
	course   *latency.Course             // of every round

	cancel   context.CancelFunc
	after    int // rounds that count before cancel
	measured int
}

func newDevice() *device {
	return &device{
		identity: latency.Device{Model: latency.DeviceModel{SoC: "simulated", Arch: "amd64", Cores: 2, MemoryBytes: 1 << 30},
			Unit: "0123456789abcdef", OS: "none 1"},
		condition: latency.Condition{Runtime: "onnxruntime 1.27.0", RuntimeDigest: "aa", Provider: "cpu",
			Precision: "fp32", Batch: 1, Threads: 1, CoreSet: "1", FixedPerformance: "unsupported"},
		noise: 0.002,
	}
}

func (d *device) Identity(context.Context, latency.Options) (latency.Device, latency.Condition, error) {
	return d.identity, d.condition, nil
}

func (d *device) Close() error { return nil }

func (d *device) Measure(ctx context.Context, req latency.Request) error {
	for b, batch := range req.Batches {
		var alive []latency.Model
		for _, i := range batch {
			if why, ok := d.fails[req.Models[i].Digest()]; ok {
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

func (d *device) round(ctx context.Context, req latency.Request, b, round int, alive []latency.Model) error {
	if d.cancel != nil && d.measured == d.after {
		d.cancel()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r := latency.Round{Batch: b, Round: round, Sentinel: []latency.Group{d.group(req.Sentinel, b, round)}, Course: d.course}
	for _, m := range alive {
		r.Groups = append(r.Groups, d.group(m, b, round))
	}
	if req.Options.DefaultMode && d.usual > 0 {
		for _, groups := range [][]latency.Group{r.Sentinel, r.Groups} {
			for i := range groups {
				groups[i].MedianU *= d.usual
			}
		}
	}
	if d.drifts != nil && d.drifts(b, round) {
		r.Rejected = "drift"
		if err := req.OnRound(r); err != nil {
			return err
		}
		r.Rejected = ""
	}
	if d.unstable != nil && d.unstable(b) {
		if !req.Options.AllowNoisy {
			return fault.New(fault.Unstable, "", "the sentinel stays slow")
		}
		r.Noisy = "the sentinel stays slow"
	}
	d.measured++
	return req.OnRound(r)
}

func (d *device) group(m latency.Model, batch, round int) latency.Group {
	var us float64
	if _, err := fmt.Sscanf(string(m.Bytes), "%g", &us); err != nil {
		panic(err)
	}
	h := fnv.New64a()
	fmt.Fprint(h, m.Digest(), round)
	us *= 1 + d.noise*rand.New(rand.NewPCG(h.Sum64(), 1)).NormFloat64()
	if d.speed != nil {
		us *= d.speed(batch, round)
	}
	if d.memory > 0 && us > 100 && m.Name != "sentinel" {
		us *= d.memory
	}
	g := latency.Group{Batch: batch, Round: round, Digest: m.Digest(), Runs: 5}
	if d.outlier != nil && d.outlier(m.Digest(), round) {
		us *= 5
		g.Dropped, g.Dirty = true, 3
	}
	g.MedianU, g.MinU = us, us
	return g
}

func model(name string, us float64) latency.Model {
	return latency.Model{Name: name, Bytes: fmt.Appendf(nil, "%.9g %s", us, name)}
}

// The simulated device's truth: blocks cost by their work, and inside a
// network less than alone.
const (
	trueBase    = 30.0
	trueCall    = 6.0
	trueElement = 0.002
)

func macs(b models.Block) int64 {
	h, w := b.OutSize()
	return int64(b.In*b.Mid*b.Height*b.Width + b.Mid*b.Kernel*b.Kernel*h*w + b.Mid*b.Out*h*w + b.In*b.Classes)
}

func alone(b models.Block) float64 {
	h, w := b.OutSize()
	elements := float64(b.In*b.Height*b.Width + b.Out*h*w)
	return 5 + trueCall + trueElement*elements + float64(macs(b))/2000
}

func inside(b models.Block) float64 {
	if b.Identity() {
		return 0
	}
	h, w := b.OutSize()
	return alone(b) - trueCall - trueElement*float64(b.In*b.Height*b.Width+b.Out*h*w)
}

func export(b models.Block) (latency.Model, string, error) {
	k := lut.Key{Block: b}
	return model(k.Digest(), alone(b)), "graph of " + k.Digest()[:8], nil
}

func ir(in, mid, out, size, stride int) models.Block {
	return models.Block{Kind: models.IR, Kernel: 3, Stride: stride, Pad: 1, Act: "relu", SE: "none", SEAct: "none",
		Groups: 1, OutGroups: 1, BatchNorm: true, Height: size, Width: size, In: in, Mid: mid, Out: out,
		ExpandConv: true, Residual: stride == 1 && in == out}
}

func head(in, size, classes int) models.Block {
	return models.Block{Kind: models.Head, Kernel: 1, Stride: 1, Act: "none", SE: "none", SEAct: "none", Groups: 1,
		OutGroups: 1, Bias: true, Height: size, Width: size, In: in, Out: classes, Classes: classes}
}

var identity = models.Block{Kind: models.Skip, Kernel: 1, Stride: 1, Act: "relu", SE: "none", SEAct: "none",
	Groups: 1, OutGroups: 1, Height: 8, Width: 8, In: 16, Out: 16, Residual: true}

// space is every block that sample draws from.
func space() []models.Block {
	blocks := []models.Block{identity, head(16, 8, 10)}
	for _, mid := range []int{16, 24, 32, 48, 64, 96} {
		blocks = append(blocks, ir(8, mid, 16, 16, 2), ir(16, mid, 16, 8, 1))
	}
	return blocks
}

// sample draws a network: one reducing block, up to eight more, the head.
func sample(rng *rand.Rand) []models.Block {
	all := space()
	mids := len(all)/2 - 1
	widest := 1 + rng.IntN(mids) // so that small networks are drawn as well
	net := []models.Block{all[2+2*rng.IntN(widest)]}
	for range rng.IntN(9) {
		net = append(net, all[3+2*rng.IntN(widest)])
	}
	return append(net, identity, all[1])
}

func network(i int, blocks []models.Block) lut.Network {
	n := lut.Network{Name: fmt.Sprintf("net%d", i), Blocks: blocks}
	us := trueBase
	for _, b := range blocks {
		us += inside(b)
		n.MACs += macs(b)
	}
	n.Model = model(fmt.Sprint(n.Name, blocks), us)
	return n
}

func networks(t *lut.Table) (calibration, validation []lut.Network, err error) {
	first, err := lut.Choose(t, lut.Choice{Purpose: "calibration", Draws: 200}, sample)
	if err != nil {
		return nil, nil, err
	}
	second, err := lut.Choose(t, lut.Choice{Purpose: "validation", Draws: 200, Exclude: first}, sample)
	if err != nil {
		return nil, nil, err
	}
	for i, blocks := range first {
		calibration = append(calibration, network(i, blocks))
	}
	for i, blocks := range second {
		validation = append(validation, network(100+i, blocks))
	}
	return calibration, validation, nil
}

func plan() lut.Plan {
	return lut.Plan{
		Space: lut.SpaceID{Name: "tiny", Digest: "d0"}, Sentinel: model("sentinel", 200),
		Blocks: space(), Export: export, Networks: networks,
	}
}

// options keep a profile short: 16 rows in 3 batches, 40 networks in 6.
func options() lut.Options {
	return lut.Options{Measure: latency.Options{Rounds: 3, BatchModels: 8, Seed: 1}, Tool: "fbnas test",
		Command: "fbnas profile --device simulated -o x.lut"}
}

func mustProfile(t *testing.T, d *device, path string) lut.Report {
	t.Helper()
	rep, err := lut.Profile(t.Context(), d, plan(), path, options(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}
