package profiletest

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

// Space is every block that Sample draws from.
func Space() []models.Block {
	blocks := []models.Block{Identity, Head(16, 8, 10)}
	for _, mid := range []int{16, 24, 32, 48, 64, 96} {
		blocks = append(blocks, IR(8, mid, 16, 16, 2), IR(16, mid, 16, 8, 1))
	}
	return blocks
}

// Sample draws a network: one reducing block, up to eight more, the head.
func Sample(rng *rand.Rand) []models.Block {
	all := Space()
	mids := len(all)/2 - 1
	widest := 1 + rng.IntN(mids) // so that small networks are drawn as well
	net := []models.Block{all[2+2*rng.IntN(widest)]}
	for range rng.IntN(9) {
		net = append(net, all[3+2*rng.IntN(widest)])
	}
	return append(net, Identity, all[1])
}

// Network exports blocks; i distinguishes networks with the same blocks.
func Network(i int, blocks []models.Block) profile.Network {
	n := profile.Network{Name: fmt.Sprintf("net%d", i), Blocks: blocks}
	us := Base
	for _, b := range blocks {
		us += Inside(b)
		n.MACs += macs(b)
	}
	n.Model = Model(fmt.Sprint(n.Name, blocks), us)
	return n
}

// Networks is the Networks of a profile.Plan.
func Networks(t *lut.Table) (calibration, validation []profile.Network, err error) {
	first, err := profile.Choose(t, profile.Choice{Purpose: "calibration", Draws: 200}, Sample)
	if err != nil {
		return nil, nil, err
	}
	second, err := profile.Choose(t, profile.Choice{Purpose: "validation", Draws: 200, Exclude: first}, Sample)
	if err != nil {
		return nil, nil, err
	}
	for i, blocks := range first {
		calibration = append(calibration, Network(i, blocks))
	}
	for i, blocks := range second {
		validation = append(validation, Network(100+i, blocks))
	}
	return calibration, validation, nil
}

// Plan measures Space, calibrates and validates.
func Plan() profile.Plan {
	return profile.Plan{
		Space: lut.SpaceID{Name: "tiny", Digest: "d0"}, Sentinel: Model("sentinel", 200),
		Blocks: Space(), Export: Export, Networks: Networks,
	}
}

// Options keep a profile short: 16 rows in 3 batches, 40 networks in 6.
func Options() profile.Options {
	return profile.Options{Measure: latency.Options{Rounds: 3, BatchModels: 8, Seed: 1}, Tool: "fbnas test",
		Command: "fbnas profile --device simulated -o x.lut"}
}

// BlocksOnly is Plan without networks.
func BlocksOnly() profile.Plan {
	p := Plan()
	p.Networks = nil
	return p
}

// Wide is a plan whose space has more rows than it may measure: 540 inverted
// residuals and a head.
func Wide() profile.Plan {
	p := Plan()
	p.Networks, p.MaxRows = nil, 150
	p.Blocks = []models.Block{Identity, Head(16, 8, 10)}
	for in := 8; in <= 40; in += 8 {
		for mid := 16; mid <= 280; mid += 8 {
			p.Blocks = append(p.Blocks, IR(in, mid, 16, 8, 1), IR(in, mid, 16, 8, 2), IR(in, mid, 24, 8, 2))
		}
	}
	return p
}

// Profiled returns the table of a profile.
func Profiled(t *testing.T, d *Device, p profile.Plan) *lut.Table {
	t.Helper()
	rep, err := profile.Run(t.Context(), d, p, filepath.Join(t.TempDir(), "x.lut"), Options())
	if err != nil {
		t.Fatal(err)
	}
	return rep.Table
}
