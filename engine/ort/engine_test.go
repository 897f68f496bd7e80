package ort_test

import (
	"fmt"
	"slices"
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/graph/lower"
)

func newEngine(t *testing.T, d ort.Dialect) *ort.Engine {
	t.Helper()
	o := options(t)
	o.Dialect = d
	e, err := ort.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// blockedEngine skips where this processor has no such kernels.
func blockedEngine(t *testing.T) (*ort.Engine, int) {
	t.Helper()
	e := newEngine(t, ort.Auto)
	d, block := e.Dialect()
	if d != ort.Blocked {
		t.Skip("no kernels for blocks of channels on this processor")
	}
	return e, block
}

func TestSuite(t *testing.T) {
	t.Run("std", func(t *testing.T) { enginetest.Suite(t, newEngine(t, ort.Std), 1, 2e-6) })
	t.Run("blocked", func(t *testing.T) {
		e, block := blockedEngine(t)
		enginetest.Suite(t, e, block, 2e-6)
	})
}

// TestRandomConvolutions: forward and gradients of the gradients too, since
// each case is differentiated.
func TestRandomConvolutions(t *testing.T) {
	std := newEngine(t, ort.Std)
	blocked, block := blockedEngine(t)
	for seed := range uint64(30) {
		t.Run(fmt.Sprint("blocked seed ", seed), func(t *testing.T) {
			enginetest.Check(t, blocked, enginetest.RandomConvolution(seed, block), 3e-6)
		})
		t.Run(fmt.Sprint("std seed ", seed), func(t *testing.T) {
			enginetest.Check(t, std, enginetest.RandomConvolution(seed, 1), 3e-6)
		})
	}
}

// TestCasesFitTheBlock: what the suite ran on blocked was not std in disguise.
func TestCasesFitTheBlock(t *testing.T) {
	const block = 16
	maps := 0
	for _, c := range enginetest.Cases(block) {
		g := graph.New()
		y := c.Build(g)
		if !slices.ContainsFunc(graph.Reachable(y), func(n *graph.Node) bool { return n.Map }) {
			continue
		}
		maps++
		dy := g.ExpandLike(g.Const([]float64{1}, slices.Repeat([]int{1}, len(y.Shape))...), y)
		for _, d := range append(grad.VJP(g, []*graph.Node{y}, []*graph.Node{dy}, inputs(y)), y) {
			outputs := []lower.Output{{Name: "d", Node: d}}
			if touches := slices.ContainsFunc(graph.Reachable(d), func(n *graph.Node) bool { return n.Map }); touches != lower.Fits(outputs, block) {
				t.Errorf("%s: %v does not fit", c.Name, d)
			}
		}
	}
	if maps < 60 {
		t.Errorf("%d cases have maps", maps)
	}
}

// inputs are the float inputs that y depends on.
func inputs(y *graph.Node) []*graph.Node {
	return slices.DeleteFunc(graph.Reachable(y), func(n *graph.Node) bool { return n.Op != graph.Input || n.DType != graph.Float })
}
