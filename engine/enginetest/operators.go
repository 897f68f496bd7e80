package enginetest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"fbnas/engine"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/internal/convert"
)

// Check runs cases forward and backward and compares with the oracle.
func Check(t *testing.T, e engine.Engine, cases []Case, tol float64) {
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { checkOperator(t, e, c, tol) })
	}
}

// checkOperator runs the case forward and backward, from a random gradient of
// its result. Its float inputs are the state, its labels a feed.
func checkOperator(t *testing.T, e engine.Engine, c Case, tol float64) {
	g := graph.New()
	y := c.Build(g)
	values := c.Draw(g)
	wrt := slices.DeleteFunc(graph.Reachable(y), func(n *graph.Node) bool { return n.Op != graph.Input || n.DType == graph.Int })
	dy := cotangent(g, y)
	values[dy.Name] = Normal(1, c.Name+", "+dy.Name, dy.Shape.Len())
	p := &engine.Program{Name: c.Name, Graph: g, Returns: []engine.Binding{{Name: "y", Node: y}}}
	for i, d := range grad.VJP(g, []*graph.Node{y}, []*graph.Node{dy}, wrt) {
		p.Returns = append(p.Returns, engine.Binding{Name: "d" + wrt[i].Name, Node: d})
	}
	got := runCase(t, e, p, values)
	want := evaluate(t, p, values)
	terms := evaluate(t, p, absolute(values))
	for i, b := range p.Returns {
		if err := closeTerms(got[b.Name], want[i], terms[i], tol*max(1, c.Slack)); err != nil {
			t.Errorf("%s: %v", b.Name, err)
		}
	}
	if t.Failed() {
		t.Logf("%s of %v, %+v", y, y.In, y.Attr)
	}
}

func evaluate(t *testing.T, p *engine.Program, values map[string][]float64) [][]float64 {
	v, err := interp.Eval(p.Outputs(), values)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func absolute(values map[string][]float64) map[string][]float64 {
	all := map[string][]float64{}
	for name, v := range values {
		v = slices.Clone(v)
		for i, x := range v {
			v[i] = math.Abs(x)
		}
		all[name] = v
	}
	return all
}

// closeTerms compares: |got-want| <= tol * max(1, max|want|, terms). A sum of
// products, in whatever order, is accurate to a few units of roundoff of the
// sum of its terms' absolute values, however much of it cancels (Higham,
// Accuracy and Stability of Numerical Algorithms, section 4.2). The oracle gives
// that sum for absolute inputs, except for a batch norm, which centres them
// again: there the largest element replaces it.
func closeTerms(got, want, terms []float64, tol float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d elements, want %d", len(got), len(want))
	}
	largest := 1.0
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	for i, v := range want {
		if limit := tol * max(largest, math.Abs(terms[i])); !(math.Abs(got[i]-v) <= limit) {
			return fmt.Errorf("element %d is %g, want %g (tolerance %g)", i, got[i], v, limit)
		}
	}
	return nil
}

// cotangent is an input of y's shape: a constant one would not reveal exchanged
// elements.
func cotangent(g *graph.Graph, y *graph.Node) *graph.Node {
	const name = "gradient of the result"
	if s := y.Shape; y.Map {
		return g.MapInput(name, s[0], s[1], s[2], s[3])
	}
	return g.Input(name, graph.Float, y.Shape...)
}

// runCase rounds the values to float32, so that all engines start from the
// same values, and runs the program on them.
func runCase(t *testing.T, e engine.Engine, p *engine.Program, values map[string][]float64) engine.Results {
	var specs []engine.Spec
	feeds := engine.Feeds{}
	for _, n := range p.Graph.Nodes() {
		switch {
		case n.Op != graph.Input:
		case n.DType == graph.Int:
			feeds[n.Name] = engine.Ints(convert.Slice[int64](values[n.Name]))
		default:
			for i, v := range values[n.Name] {
				values[n.Name][i] = float64(float32(v))
			}
			specs = append(specs, engine.Spec{Name: n.Name, Shape: n.Shape})
		}
	}
	run, state := compile(t, e, p, specs)
	for _, spec := range specs {
		if err := state.Set(spec.Name, values[spec.Name]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := run.Run(context.Background(), feeds)
	if err != nil {
		t.Fatal(err)
	}
	return got
}
