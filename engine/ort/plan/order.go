package plan

import (
	"cmp"
	"slices"
)

// order is the sequence in which the runtime executes the nodes: backwards and
// depth first from the nodes that no other reads, the highest index first
// (onnxruntime, core/graph/graph_viewer.cc and Graph::ReverseDFSFrom).
func (g *graph) order() []*node {
	type visit struct {
		n     *node
		leave bool
	}
	var stack []visit
	for _, n := range g.nodes {
		if n != nil && n.leaf() {
			stack = append(stack, visit{n: n})
		}
	}
	var order []*node
	entered := make([]bool, len(g.nodes))
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch {
		case top.leave:
			order = append(order, top.n)
			continue
		case entered[top.n.index]:
			continue
		}
		entered[top.n.index] = true
		stack = append(stack, visit{top.n, true})
		for _, before := range top.n.before() {
			if !entered[before.index] {
				stack = append(stack, visit{n: before})
			}
		}
	}
	return order
}

func (n *node) leaf() bool {
	return !slices.ContainsFunc(n.out, func(v *value) bool { return v != nil && len(v.to) > 0 })
}

// before are the nodes whose results n reads, by index.
func (n *node) before() []*node {
	var nodes []*node
	for _, v := range n.in {
		if v != nil && v.from != nil {
			nodes = append(nodes, v.from)
		}
	}
	slices.SortFunc(nodes, func(a, b *node) int { return cmp.Compare(a.index, b.index) })
	return nodes
}
