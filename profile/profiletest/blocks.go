package profiletest

import (
	"fmt"

	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

// Model is a model that takes the given time on the simulated device.
func Model(name string, us float64) latency.Model {
	return latency.Model{Name: name, Bytes: fmt.Appendf(nil, "%.9g %s", us, name)}
}

// The simulated device's true costs: blocks cost according to their work, and
// less inside a network than alone.
const (
	Base    = 30.0 // µs that a network takes besides its blocks
	call    = 6.0  // µs of a block alone
	element = 0.002
)

func macs(b models.Block) int64 {
	h, w := b.OutSize()
	return int64(b.In*b.Mid*b.Height*b.Width + b.Mid*b.Kernel*b.Kernel*h*w + b.Mid*b.Out*h*w + b.In*b.Classes)
}

// Alone is the time of a block measured alone, in µs.
func Alone(b models.Block) float64 {
	h, w := b.OutSize()
	elements := float64(b.In*b.Height*b.Width + b.Out*h*w)
	return 5 + call + element*elements + float64(macs(b))/2000
}

// Inside is a block's share of a network, in µs.
func Inside(b models.Block) float64 {
	if b.Identity() {
		return 0
	}
	h, w := b.OutSize()
	return Alone(b) - call - element*float64(b.In*b.Height*b.Width+b.Out*h*w)
}

// Export is the Export of a profile.Plan.
func Export(b models.Block) (latency.Model, string, error) {
	k := lut.Key{Block: b}
	return Model(k.Digest(), Alone(b)), "graph of " + k.Digest()[:8], nil
}

// IR is an inverted residual block.
func IR(in, mid, out, size, stride int) models.Block {
	return models.Block{Kind: models.IR, Kernel: 3, Stride: stride, Pad: 1, Act: "relu", SE: "none", SEAct: "none",
		Groups: 1, OutGroups: 1, BatchNorm: true, Height: size, Width: size, In: in, Mid: mid, Out: out,
		ExpandConv: true, Residual: stride == 1 && in == out}
}

// Head is a classifier.
func Head(in, size, classes int) models.Block {
	return models.Block{Kind: models.Head, Kernel: 1, Stride: 1, Act: "none", SE: "none", SEAct: "none", Groups: 1,
		OutGroups: 1, Bias: true, Height: size, Width: size, In: in, Out: classes, Classes: classes}
}

// Identity is a block that takes no time and has no row.
var Identity = models.Block{Kind: models.Skip, Kernel: 1, Stride: 1, Act: "relu", SE: "none", SEAct: "none",
	Groups: 1, OutGroups: 1, Height: 8, Width: 8, In: 16, Out: 16, Residual: true}
