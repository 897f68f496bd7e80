package opt

import (
	"fmt"

	"fbnas/graph"
)

// Eval computes nodes from the named inputs, row-major: usually interp.Eval.
// The import policy forbids opt to import an engine.
type Eval func(nodes []*graph.Node, inputs map[string][]float64) ([][]float64, error)

// Fold puts a literal in place of every node that depends only on literals and on
// the inputs in values, and returns the nodes that replace outputs. Feature
// maps are left as they are: there is no literal map. Literals take over the
// labels of the nodes that they replace, and the names of inputs.
func Fold(g *graph.Graph, outputs []*graph.Node, values map[string][]float64, eval Eval) ([]*graph.Node, error) {
	order := graph.Reachable(outputs...)
	known := map[*graph.Node]bool{}
	for _, n := range order {
		known[n] = isKnown(n, known, values)
	}
	frontier := frontierOf(order, outputs, known)
	data, err := eval(frontier, values)
	if err != nil {
		return nil, fmt.Errorf("fold constants: %w", err)
	}
	became := map[*graph.Node]*graph.Node{}
	for i, n := range frontier {
		became[n] = g.Const(data[i], n.Shape...)
		label(g, became[n], nameOf(g, n))
	}
	for _, n := range order {
		switch {
		case n.Op == graph.Const:
			became[n] = n
		case !known[n]:
			became[n] = rebuild(g, n, became)
			label(g, became[n], g.Label(n))
		}
	}
	return replaced(outputs, became), nil
}

func isKnown(n *graph.Node, known map[*graph.Node]bool, values map[string][]float64) bool {
	switch {
	case n.Map || n.DType != graph.Float:
		return false
	case n.Op == graph.Const:
		return true
	case n.Op == graph.Input:
		return values[n.Name] != nil
	}
	for _, x := range n.In {
		if !known[x] {
			return false
		}
	}
	return true
}

// frontierOf lists the known nodes whose values are needed and are not yet
// literals: those that unknown nodes read, and outputs.
func frontierOf(order, outputs []*graph.Node, known map[*graph.Node]bool) []*graph.Node {
	var frontier []*graph.Node
	seen := map[*graph.Node]bool{}
	need := func(n *graph.Node) {
		if known[n] && !seen[n] && n.Op != graph.Const {
			seen[n] = true
			frontier = append(frontier, n)
		}
	}
	for _, n := range order {
		if known[n] {
			continue
		}
		for _, x := range n.In {
			need(x)
		}
	}
	for _, n := range outputs {
		need(n)
	}
	return frontier
}
