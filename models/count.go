package models

// Counts are the sizes of a network for one image, counted by the rules of
// docs/background/networks.md, "Counting".
type Counts struct {
	Params        int64 // all trainable numbers: weights, biases, batch-norm scales and shifts
	MACs          int64 // multiply-accumulates of convolutions and linear layers
	ConvWeights   int64 // weights only: what the FBNet publications call params
	FLOPsWithPool int64 // MACs plus the input elements of global pools: what they call flops
}

// Count returns the sum over blocks.
func Count(blocks []Block) Counts {
	var n Counts
	for _, b := range blocks {
		for _, c := range b.Convolutions() {
			weights := int64(c.Out) * int64(c.In/c.Groups) * int64(c.Kernel*c.Kernel)
			n.ConvWeights += weights
			n.MACs += weights * int64(c.Height) * int64(c.Width)
			n.Params += weights
			if c.Bias {
				n.Params += int64(c.Out)
			}
			if c.BatchNorm {
				n.Params += 2 * int64(c.Out)
			}
		}
		n.FLOPsWithPool += b.pooled()
	}
	n.FLOPsWithPool += n.MACs
	return n
}
