package lower

import (
	"slices"

	"fbnas/graph"
)

// fuseElementwise lets one Elementwise compute all joined nodes of arithmetic on
// plain tensors, such as the updates of parameters. It leaves claimed nodes
// alone.
func fuseElementwise(l *lowering, order []*graph.Node) {
	for _, g := range l.groups(order) {
		if len(g.nodes) < 2 || !g.program().fits() {
			continue
		}
		for _, n := range g.nodes {
			l.fused[n] = func() { g.write(n) }
		}
	}
}

// elementwise reports whether n may be in a program: each input has as many
// elements as n, or one.
func (l *lowering) elementwise(n *graph.Node) bool {
	if passes[n.Op] == nil || touchesMap(n) || l.fused[n] != nil {
		return false
	}
	return !slices.ContainsFunc(n.In, func(x *graph.Node) bool {
		return x.Shape.Len() != 1 && x.Shape.Len() != n.Shape.Len()
	})
}

// joined reports whether x and n, which reads x, may be in one program.
func (l *lowering) joined(x, n *graph.Node) bool {
	return l.elementwise(x) && l.elementwise(n) && x.Shape.Equal(n.Shape)
}

// stages is, for each node, the largest number of edges that do not join on a path
// from it to an output. Joined nodes of one stage can be computed at once: a path
// that leaves them leads to lower stages, and never comes back.
func (l *lowering) stages(order []*graph.Node) map[*graph.Node]int {
	stages := map[*graph.Node]int{}
	for _, n := range slices.Backward(order) {
		for _, x := range n.In {
			stage := stages[n]
			if !l.joined(x, n) {
				stage++
			}
			stages[x] = max(stages[x], stage)
		}
	}
	return stages
}

// group is the set of nodes that one Elementwise computes.
type group struct {
	l       *lowering
	nodes   []*graph.Node // in the order of the graph
	results []*graph.Node // those that other nodes read
	begun   bool
}

// groups are the elementwise nodes, split into joined nodes of one stage.
func (l *lowering) groups(order []*graph.Node) []*group {
	stages, leaders := l.stages(order), map[*graph.Node]*graph.Node{}
	leader := func(n *graph.Node) *graph.Node {
		for leaders[n] != nil {
			n = leaders[n]
		}
		return n
	}
	readers := map[*graph.Node][]*graph.Node{}
	for _, n := range order {
		for _, x := range n.In {
			readers[x] = append(readers[x], n)
			if a, b := leader(x), leader(n); a != b && stages[x] == stages[n] && l.joined(x, n) {
				leaders[a] = b
			}
		}
	}
	var all []*group
	of := map[*graph.Node]*group{}
	for _, n := range order {
		if !l.elementwise(n) {
			continue
		}
		first := leader(n)
		if of[first] == nil {
			of[first] = &group{l: l}
			all = append(all, of[first])
		}
		g := of[first]
		g.nodes = append(g.nodes, n)
		outside := func(reader *graph.Node) bool { return leader(reader) != first }
		if l.wanted[n] != "" || slices.ContainsFunc(readers[n], outside) {
			g.results = append(g.results, n)
		}
	}
	return all
}

func (g *group) program() *program { return compile(g.nodes) }

// write writes the group when the value of n, one of its nodes, is needed. Our own
// operators read more than the edges of the graph show: if an input of the group
// depends on a node of the group, its nodes are written one by one.
func (g *group) write(n *graph.Node) {
	l, p := g.l, g.program()
	if g.begun {
		for _, n := range g.nodes {
			delete(l.fused, n)
		}
		l.value(n)
		return
	}
	g.begun = true
	var in, out []string
	for _, x := range p.inputs {
		in = append(in, l.value(x))
	}
	if l.fused[n] == nil {
		l.value(n)
		return
	}
	for _, n := range g.results {
		name := l.wanted[n]
		if name == "" {
			name = l.b.Fresh("Elementwise")
		}
		out, l.values[n] = append(out, name), name
	}
	for _, n := range g.nodes {
		l.fused[n] = func() {} // a value that only the group reads is never written
	}
	l.b.Node("Elementwise", in, out, p.attrs(g.results)...).In(nativeDomain)
}
