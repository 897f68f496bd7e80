package lower_test

import (
	"fmt"
	"strings"
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/graph"
	"fbnas/graph/lower"
	"fbnas/onnx"
)

// TestEveryOpset lowers every operator in every opset: the signatures are
// those of that opset, and the shapes are inferred.
func TestEveryOpset(t *testing.T) {
	for opset := lower.MinOpset; opset <= lower.MaxOpset; opset++ {
		for _, c := range enginetest.Cases(1) {
			node := c.Build(graph.New())
			m, err := lower.Std([]lower.Output{{Name: "result", Node: node}}, lower.Options{Name: c.Name, Opset: opset})
			if err == nil {
				err = onnx.Check(m)
			}
			if err != nil {
				t.Fatalf("opset %d, %s: %v", opset, c.Name, err)
			}
			types, err := onnx.InferShapes(m)
			if got, want := types["result"].Shape, onnx.Dims(node.Shape...); err != nil || got.String() != want.String() {
				t.Errorf("opset %d, %s: %v, want %v (%v)", opset, c.Name, got, want, err)
			}
		}
	}
	for _, opset := range []int{12, 22} {
		x := graph.New().Input("x", graph.Float, 2)
		if _, err := lower.Std([]lower.Output{{Name: "y", Node: x}}, lower.Options{Opset: opset}); err == nil {
			t.Errorf("opset %d is written", opset)
		}
	}
}

// TestOperatorForms: the changes between the opsets.
func TestOperatorForms(t *testing.T) {
	g := graph.New()
	x := g.MapInput("x", 2, 3, 4, 4)
	y := g.Add(g.Unary(graph.HardSwish, x), g.Apply(graph.Max, graph.Attr{Axes: []int{1}, Keep: true}, x))
	for opset, want := range map[int]string{
		13: "HardSigmoid(x) Mul(x,HardSigmoid) ReduceMax(x) Add(Mul,ReduceMax)",
		14: "HardSwish(x) ReduceMax(x) Add(HardSwish,ReduceMax)",
		17: "HardSwish(x) ReduceMax(x) Add(HardSwish,ReduceMax)",
		18: "HardSwish(x) ReduceMax(x,const) Add(HardSwish,ReduceMax)",
	} {
		m, err := lower.Std([]lower.Output{{Name: "y", Node: y}}, lower.Options{Opset: opset})
		if err != nil {
			t.Fatal(err)
		}
		var nodes []string
		for _, n := range m.Proto.Graph.Node {
			nodes = append(nodes, fmt.Sprintf("%s(%s)", n.GetOpType(), strings.Join(n.GetInput(), ",")))
		}
		if got := strings.Join(nodes, " "); got != want {
			t.Errorf("opset %d: %s, want %s", opset, got, want)
		}
	}
}

func TestOpenBatch(t *testing.T) {
	g := graph.New()
	x := g.MapInput("x", 2, 4, 3, 3)
	y := g.Reshape(g.GlobalPool(g.Shuffle(x, 2)), 2, 4)
	m, err := lower.Std([]lower.Output{{Name: "y", Node: y}}, lower.Options{Name: "open", Batch: "batch"})
	if err != nil {
		t.Fatal(err)
	}
	if in, out := m.Inputs()[0].Shape.String(), m.Outputs()[0].Shape.String(); in != "[batch,4,3,3]" || out != "[batch,4]" {
		t.Errorf("%s to %s", in, out)
	}
	types, err := onnx.InferShapes(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range m.Proto.Graph.Node {
		if s := types[n.Output[0]].Shape; s.String() != "[batch,"+onnx.Shape(s[1:]).String()[1:] {
			t.Errorf("%s has shape %v", n.Output[0], s)
		}
	}
	mixed := g.Mean(x, 0)
	if _, err := lower.Std([]lower.Output{{Name: "y", Node: mixed}}, lower.Options{Batch: "batch"}); err == nil {
		t.Error("a mean over the batch is written with an open one")
	}
}
