package onnxgo

import "fbnas/internal/fault"

// Limits of a network in onnx-go, which multiplies every channel by every
// other one, in Go: 2 to 3 GB of memory, and some seconds for an image.
const (
	maxWeights = 128 << 20      // numbers of all kernels
	maxMACs    = 10_000_000_000 // of a run
)

// affordable refuses networks whose dense kernels would be too large, by their
// predicted size.
func (l *lowering) affordable() error {
	var weights, macs float64 // the numbers of a hostile file overflow integers
	for _, pb := range l.model.Proto.GetGraph().GetNode() {
		n := node{pb, l}
		if n.op() != "Conv" || n.inputs() < 2 || n.fixed() != nil {
			continue // refused by its rule
		}
		c, err := n.convolution()
		if err != nil {
			return err
		}
		h, w := c.size()
		elements := float64(c.out) * float64(c.in) * float64(c.group) * float64(h) * float64(w)
		out := n.shape(-1)
		weights += elements
		macs += elements * float64(out[0]) * float64(out[2]) * float64(out[3])
	}
	if weights > maxWeights || macs > maxMACs {
		return fault.New(fault.Failure, "Verify it with --engine ort. A smaller input or a narrower network of the same blocks can be verified here.",
			"it is too large for onnx-go, which makes dense convolutions of groups: %.3g weights and %.3g MACs, at most %.3g and %.3g are taken",
			weights, macs, float64(maxWeights), float64(maxMACs))
	}
	return nil
}
