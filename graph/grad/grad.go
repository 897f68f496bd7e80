package grad

import "fbnas/graph"

// Of returns the gradients of loss, a node of shape [1], with respect to each
// node of wrt, with their shapes. A node that loss does not depend on has a
// gradient of zeros.
func Of(g *graph.Graph, loss *graph.Node, wrt []*graph.Node) []*graph.Node {
	return VJP(g, []*graph.Node{loss}, []*graph.Node{g.Scalar(1)}, wrt)
}

// VJP returns the vector-Jacobian products of outputs, weighted by seeds of
// the same shapes, with respect to each node of wrt.
func VJP(g *graph.Graph, outputs, seeds, wrt []*graph.Node) []*graph.Node {
	grads := map[*graph.Node]*graph.Node{}
	accumulate := func(n, d *graph.Node) {
		if old := grads[n]; old != nil {
			d = g.Add(old, d)
		}
		grads[n] = d
	}
	for i, out := range outputs {
		accumulate(out, seeds[i])
	}
	order := graph.Reachable(outputs...)
	active := dependents(order, wrt)
	for i := len(order) - 1; i >= 0; i-- {
		n := order[i]
		dy := grads[n]
		if dy == nil || !active[n] || len(n.In) == 0 {
			continue
		}
		for j, d := range rules[n.Op](g, n, dy) {
			if d != nil && active[n.In[j]] {
				accumulate(n.In[j], d)
			}
		}
	}
	result := make([]*graph.Node, len(wrt))
	for i, n := range wrt {
		if result[i] = grads[n]; result[i] == nil {
			result[i] = zeros(g, n)
		}
	}
	return result
}

// dependents marks the nodes through which a gradient has to pass: those that
// depend on a node of wrt.
func dependents(order, wrt []*graph.Node) map[*graph.Node]bool {
	active := map[*graph.Node]bool{}
	for _, n := range wrt {
		active[n] = true
	}
	for _, n := range order {
		for _, x := range n.In {
			if active[x] {
				active[n] = true
			}
		}
	}
	return active
}

func zeros(g *graph.Graph, like *graph.Node) *graph.Node {
	ones := make([]int, len(like.Shape))
	for i := range ones {
		ones[i] = 1
	}
	return g.ExpandLike(g.Const([]float64{0}, ones...), like)
}
