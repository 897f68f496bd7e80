package ort_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/graph/lower"
	"fbnas/internal/convert"
	"fbnas/internal/random"
)

// updates are the operations of training steps on plain tensors of n elements.
var updates = map[string]func(g *graph.Graph, n int) []*graph.Node{
	"sgd": func(g *graph.Graph, n int) []*graph.Node {
		p, d := g.Input("p", graph.Float, n), g.Input("d", graph.Float, n)
		d = g.Add(d, g.Scale(p, 4e-5))
		v := g.Add(g.Scale(g.Input("v", graph.Float, n), 0.9), d)
		step := g.Add(d, g.Scale(v, 0.9))
		return []*graph.Node{v, g.Sub(p, g.Mul(step, g.Input("rate", graph.Float, 1)))}
	},
	"adam": func(g *graph.Graph, n int) []*graph.Node {
		d := g.Input("d", graph.Float, n)
		m := g.Add(g.Scale(g.Input("m", graph.Float, n), 0.5), g.Scale(d, 0.5))
		v := g.Add(g.Scale(g.Unary(graph.Exp, g.Input("v", graph.Float, n)), 0.999), g.Scale(g.Mul(d, d), 0.001))
		root := g.Add(g.Unary(graph.Sqrt, g.Mul(v, g.Unary(graph.Exp, g.Input("scale", graph.Float, 1)))), g.Scalar(1e-8))
		p := g.Input("p", graph.Float, n)
		return []*graph.Node{m, v, g.Sub(p, g.Mul(g.Input("rate", graph.Float, 1), g.Div(m, root)))}
	},
	"running statistics": func(g *graph.Graph, n int) []*graph.Node {
		old, batch := g.Input("old", graph.Float, n), g.Scale(g.Input("batch", graph.Float, n), 64.0/63)
		return []*graph.Node{g.Add(old, g.Mul(g.Input("momentum", graph.Float, 1), g.Sub(batch, old)))}
	},
	"Gumbel noise": func(g *graph.Graph, n int) []*graph.Node {
		u := g.Clip(g.Input("u", graph.Float, n), 0.1, 0.9)
		noise := g.Sub(g.Scalar(0), g.Unary(graph.Log, g.Sub(g.Scalar(0), g.Unary(graph.Log, u))))
		z := g.Input("z", graph.Float, n)
		return []*graph.Node{noise, g.Unary(graph.StopGrad, z), g.Mul(g.Unary(graph.Step, z), noise), g.Unary(graph.Relu, g.Add(z, noise))}
	},
}

// fitting adds what a program needs to fit the blocked dialect.
func fitting(t *testing.T, g *graph.Graph, block int, outputs []*graph.Node) []*graph.Node {
	t.Helper()
	outputs = append(outputs, g.Sum(g.MapInput("map", block, 1, 1, 1), 0, 1, 2, 3))
	var named []lower.Output
	for i, n := range outputs {
		named = append(named, lower.Output{Name: fmt.Sprint(i), Node: n})
	}
	m, err := lower.Blocked(named, block, lower.Options{Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range m.Proto.GetGraph().GetNode() {
		if n.GetOpType() == "Elementwise" {
			return outputs
		}
	}
	t.Fatal("no Elementwise in the program")
	return nil
}

// results runs outputs once on inputs drawn from seed.
func results(t *testing.T, e engine.Engine, g *graph.Graph, outputs []*graph.Node, seed uint64) [][]float64 {
	t.Helper()
	state, err := e.NewState(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	p, feeds := &engine.Program{Name: "test", Graph: g}, engine.Feeds{}
	for i, n := range outputs {
		p.Returns = append(p.Returns, engine.Binding{Name: fmt.Sprint(i), Node: n})
	}
	for _, n := range graph.Reachable(outputs...) {
		if n.Op == graph.Input {
			feeds[n.Name] = engine.Floats(convert.Slice[float32](enginetest.Normal(seed, n.Name, n.Shape.Len())))
		}
	}
	run, err := e.Compile(p, state)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	named, err := run.Run(context.Background(), feeds)
	if err != nil {
		t.Fatal(err)
	}
	var list [][]float64
	for _, b := range p.Returns {
		list = append(list, named[b.Name])
	}
	return list
}

// sizes end within a vector, a strip and a task of the kernel, and at their borders.
var sizes = []int{1, 5, 16, 256, 1000, 1 << 14, 40000}

func TestUpdatesAsTheOracle(t *testing.T) {
	e, block := blockedEngine(t)
	for name, build := range updates {
		for _, n := range sizes {
			g := graph.New()
			agree(t, fmt.Sprint(name, " of ", n), e, g, fitting(t, g, block, build(g, n)), 1)
		}
	}
}

func agree(t *testing.T, name string, e engine.Engine, g *graph.Graph, outputs []*graph.Node, seed uint64) {
	t.Helper()
	want := results(t, interp.Engine{}, g, outputs, seed)
	for i, got := range results(t, e, g, outputs, seed) {
		if err := enginetest.Close(got, want[i], 2e-6); err != nil {
			t.Errorf("%s: output %d: %v", name, i, err)
		}
	}
}

// expressions draws arithmetic on tensors of n elements and on numbers, with
// means between that cut it into several programs.
func expressions(g *graph.Graph, n int, r *rand.Rand) []*graph.Node {
	var inputs []*graph.Node
	for i, length := range []int{n, n, n, 1, 1} {
		inputs = append(inputs, g.Input(fmt.Sprint("x", i), graph.Float, length))
	}
	nodes := append(slices.Clone(inputs), g.Scalar(0.25))
	one := func() *graph.Node { return nodes[r.IntN(len(nodes))] }
	positive := func(x *graph.Node) *graph.Node { return g.Add(g.Unary(graph.Relu, x), g.Scalar(0.5)) }
	limited := func(x *graph.Node) *graph.Node { return g.Clip(x, -1.5, 2) }
	rows := []func() *graph.Node{
		func() *graph.Node { return g.Add(one(), one()) },
		func() *graph.Node { return g.Sub(one(), one()) },
		func() *graph.Node { return g.Mul(limited(one()), limited(one())) },
		func() *graph.Node { return g.Div(one(), positive(one())) },
		func() *graph.Node { return g.Unary(graph.Sqrt, positive(one())) },
		func() *graph.Node { return g.Unary(graph.Log, positive(one())) },
		func() *graph.Node { return g.Unary(graph.Exp, limited(one())) },
		func() *graph.Node { return g.Unary(graph.StopGrad, one()) },
		// Of inputs alone: both engines agree about the side of 0 on which they are.
		func() *graph.Node { return g.Unary(graph.Step, inputs[r.IntN(len(inputs))]) },
		func() *graph.Node { return g.Mean(one(), 0) },
	}
	for range 15 {
		nodes = append(nodes, rows[r.IntN(len(rows))]())
	}
	outputs := []*graph.Node{nodes[len(nodes)-1], g.Add(g.Mul(inputs[0], inputs[1]), inputs[3])}
	for _, x := range nodes[len(inputs)+1:] {
		if r.IntN(3) == 0 {
			outputs = append(outputs, x)
		}
	}
	return outputs
}

func TestExpressionsAsTheOracle(t *testing.T) {
	e, block := blockedEngine(t)
	for seed := range uint64(60) {
		r, g := random.New(seed, "expressions"), graph.New()
		outputs := expressions(g, sizes[seed%5], r)
		agree(t, fmt.Sprint("seed ", seed), e, g, fitting(t, g, block, outputs), seed)
	}
}

// TestElementwiseThreads: results do not depend on the number of threads.
func TestElementwiseThreads(t *testing.T) {
	one, block := blockedEngine(t)
	o := options(t)
	o.Threads = 2
	two, err := ort.New(o)
	if err != nil {
		t.Fatal(err)
	}
	for name, build := range updates {
		g := graph.New()
		outputs := fitting(t, g, block, build(g, 100_003))
		want := results(t, one, g, outputs, 1)
		for i, got := range results(t, two, g, outputs, 1) {
			if !slices.Equal(got, want[i]) {
				t.Errorf("%s: output %d is another with two threads", name, i)
			}
		}
	}
}
