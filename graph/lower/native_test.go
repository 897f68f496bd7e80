package lower

import (
	"testing"

	"fbnas/graph"
	"fbnas/onnx"
)

// TestOurOperatorsAreWrittenOnce: a batch norm, its moments and its gradients
// are one node forward and one backward, whose results the model declares.
func TestOurOperatorsAreWrittenOnce(t *testing.T) {
	g := graph.New()
	x, dy := g.MapInput("x", 8, 3, 2, 2), g.MapInput("dy", 8, 3, 2, 2)
	scale, shift := g.Input("scale", graph.Float, 3), g.Input("shift", graph.Float, 3)
	mean := g.Mean(x, 0, 2, 3)
	outputs := []Output{{"y", g.BatchNorm(x, scale, shift, 1e-5)}, {"mean", mean}, {"variance", g.Apply(graph.Var, graph.Attr{}, x, mean)}}
	for of, name := range []string{"dx", "dscale", "dshift"} {
		d := g.Apply(graph.BatchNormGrad, graph.Attr{Epsilon: 1e-5, Of: of}, dy, x, scale, shift)
		outputs = append(outputs, Output{name, d})
	}
	m, err := Blocked(outputs, 8, Options{Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]string{}
	for _, v := range m.Proto.GetGraph().GetValueInfo() {
		declared[v.GetName()] = v.GetType().String()
	}
	written := map[string]int{}
	for _, n := range m.Proto.GetGraph().GetNode() {
		if n.GetDomain() != nativeDomain {
			continue
		}
		written[n.GetOpType()]++
		for _, name := range n.GetOutput() {
			if declared[name] == "" {
				t.Errorf("%s of %s is not declared", name, n.GetOpType())
			}
		}
	}
	if written["BatchNorm"] != 1 || written["BatchNormGrad"] != 1 {
		t.Errorf("written %v, want one of each", written)
	}
	types, err := onnx.InferShapes(m)
	if err != nil || types["BatchNorm"].String() != "float32[1,24,2,2]" {
		t.Errorf("the result is %v (%v)", types["BatchNorm"], err)
	}
}
