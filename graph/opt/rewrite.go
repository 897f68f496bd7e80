package opt

import (
	"slices"

	"fbnas/graph"
)

// A Rule returns a node that computes the same as n at a lower cost, or nil if
// it does not apply. sole reports whether an input of n has no consumer beside n:
// then merging it into n does not repeat work.
type Rule func(g *graph.Graph, n *graph.Node, sole func(*graph.Node) bool) *graph.Node

// Rewrite applies rules to everything that outputs need, bottom-up, until none
// applies, and returns the nodes that replace outputs. Labels move to the
// new nodes; the old ones remain in g, unused.
func Rewrite(g *graph.Graph, outputs []*graph.Node, rules ...Rule) []*graph.Node {
	for {
		next := pass(g, outputs, rules)
		if slices.Equal(next, outputs) {
			return next
		}
		outputs = next
	}
}

// pass tries the rules once on each node. A consumer that a rule has removed
// still counts until the next pass.
func pass(g *graph.Graph, outputs []*graph.Node, rules []Rule) []*graph.Node {
	order := graph.Reachable(outputs...)
	uses := consumers(order, outputs)
	sole := func(x *graph.Node) bool { return uses[x] < 2 }
	became := map[*graph.Node]*graph.Node{}
	for _, n := range order {
		m := rebuild(g, n, became)
		for _, rule := range rules {
			if y := rule(g, m, sole); y != nil {
				m = y
				break
			}
		}
		if m != n {
			uses[m] += uses[n]
			label(g, m, g.Label(n))
		}
		became[n] = m
	}
	return replaced(outputs, became)
}

// consumers counts how often each node is read, by nodes and as an output.
func consumers(order, outputs []*graph.Node) map[*graph.Node]int {
	uses := map[*graph.Node]int{}
	for _, n := range order {
		for _, x := range n.In {
			uses[x]++
		}
	}
	for _, n := range outputs {
		uses[n]++
	}
	return uses
}

// rebuild is n with its inputs replaced; n itself if they did not change.
func rebuild(g *graph.Graph, n *graph.Node, became map[*graph.Node]*graph.Node) *graph.Node {
	in := replaced(n.In, became)
	if slices.Equal(in, n.In) {
		return n
	}
	return g.Apply(n.Op, n.Attr, in...)
}

func replaced(nodes []*graph.Node, became map[*graph.Node]*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(nodes))
	for i, n := range nodes {
		out[i] = became[n]
	}
	return out
}

// label names a node that has no label yet.
func label(g *graph.Graph, n *graph.Node, name string) {
	if name != "" && nameOf(g, n) == "" {
		g.SetLabel(n, name)
	}
}

// nameOf is a node's label, or the name of an input.
func nameOf(g *graph.Graph, n *graph.Node) string {
	if name := g.Label(n); name != "" {
		return name
	}
	return n.Name
}
