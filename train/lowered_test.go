package train_test

import (
	"slices"
	"testing"

	"fbnas/graph/lower"
	"fbnas/models"
	"fbnas/train"
)

// TestUpdatesAreOnePass: in the blocked dialect, the update of a parameter, or
// of a running statistic, is one node. What stays of arithmetic is the loss's.
func TestUpdatesAreOnePass(t *testing.T) {
	const block, loss = 16, 12
	space, err := models.LoadSpace("demo")
	if err != nil {
		t.Fatal(err)
	}
	net, in := train.NetworkOf(space.Largest(10)), space.Input
	p := net.WeightStep(train.Shape{Batch: block, Channels: in.Channels, Height: in.Height, Width: in.Width}, train.SGD{Momentum: 0.9, WeightDecay: 4e-5}, 0.1)
	var outputs []lower.Output
	for _, b := range slices.Concat(p.Writes, p.Returns) {
		outputs = append(outputs, lower.Output{Name: "next:" + b.Name, Node: b.Node})
	}
	m, err := lower.Blocked(outputs, block, lower.Options{Name: p.Name})
	if err != nil {
		t.Fatal(err)
	}
	arithmetic, fused, identities := 0, 0, 0
	for _, n := range m.Proto.GetGraph().GetNode() {
		switch n.GetOpType() {
		case "Add", "Sub", "Mul", "Div", "Sqrt", "Exp":
			arithmetic++
		case "Elementwise":
			fused++
		case "Identity":
			identities++
		}
	}
	if arithmetic > loss || fused > len(net.Params)+loss || identities > 0 {
		t.Errorf("%d nodes of arithmetic, %d Elementwise for %d parameters and statistics, %d Identity", arithmetic, fused, len(net.Params), identities)
	}
}
