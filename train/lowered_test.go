package train_test

import (
	"slices"
	"testing"

	"fbnas/graph/lower"
	"fbnas/models"
	"fbnas/train"
)

// lowered counts the operators of a weight step of the demo space's widest
// network in the blocked dialect.
func lowered(t *testing.T, techniques train.Techniques) (count map[string]int, params int) {
	t.Helper()
	const block = 16
	space, err := models.LoadSpace("demo")
	if err != nil {
		t.Fatal(err)
	}
	net, in := techniques.Network(space.SupernetBlocks(10)), space.Input
	p := net.WeightStep(train.Shape{Batch: block, Image: in}, train.SGD{Momentum: 0.9, WeightDecay: 4e-5}, 0.1)
	var outputs []lower.Output
	for _, b := range slices.Concat(p.Writes, p.Returns) {
		outputs = append(outputs, lower.Output{Name: "next:" + b.Name, Node: b.Node})
	}
	m, err := lower.Blocked(outputs, block, lower.Options{Name: p.Name})
	if err != nil {
		t.Fatal(err)
	}
	count = map[string]int{}
	for _, n := range m.Proto.GetGraph().GetNode() {
		count[n.GetOpType()]++
	}
	return count, len(net.Params)
}

// TestUpdatesAreOnePass: in the blocked dialect, the update of a parameter, or
// of a running statistic, is one node, which moves its average too. What stays
// of arithmetic is the loss's.
func TestUpdatesAreOnePass(t *testing.T) {
	const loss = 12
	for _, techniques := range []train.Techniques{{}, {EMA: 0.999}} {
		count, params := lowered(t, techniques)
		arithmetic := 0
		for _, op := range []string{"Add", "Sub", "Mul", "Div", "Sqrt", "Exp"} {
			arithmetic += count[op]
		}
		if arithmetic > loss || count["Elementwise"] > params+loss || count["Identity"] > 0 {
			t.Errorf("%+v: %d nodes of arithmetic, %d Elementwise for %d parameters and statistics, %d Identity",
				techniques, arithmetic, count["Elementwise"], params, count["Identity"])
		}
	}
}

// TestFrozenBlocksAreCheaper: what ONNX Runtime runs becomes less with every
// frozen block, and a frozen batch norm no pass of its own.
func TestFrozenBlocksAreCheaper(t *testing.T) {
	total := func(count map[string]int) (n int) {
		for _, k := range count {
			n += k
		}
		return n
	}
	before, _ := lowered(t, train.Techniques{})
	for _, f := range []train.Freeze{"3", train.Backbone} {
		count, _ := lowered(t, train.Techniques{Freeze: f})
		if total(count) >= total(before) || count["Conv"] > 5 { // the depthwise ones
			t.Errorf("freezing %s: %d nodes, %d of them Conv; less freezing has %d", f, total(count), count["Conv"], total(before))
		}
		before = count
	}
}
