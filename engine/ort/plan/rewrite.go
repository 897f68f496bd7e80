package plan

import (
	"fmt"
	"slices"

	"fbnas/onnx"
)

// rewrite applies the runtime's own rewrites, as far as they concern models of
// package lower, in their order: a node that they make comes after all others,
// which decides when it is executed.
func (g *graph) rewrite(o Options) {
	g.dropIdentities()
	g.shareCommon()
	g.foldConstants()
	g.fuseMatMulAdd()
	g.fuseReshapes()
	g.inlineHardSwish()
	if o.Extended {
		g.fuseActivations()
		g.fuseTransposes()
	}
}

// inlineHardSwish: the runtime has no kernel for it and computes x*HardSigmoid(x).
func (g *graph) inlineHardSwish() {
	for _, n := range slices.Clone(g.nodes) {
		if n == nil || n.kind() != "HardSwish" {
			continue
		}
		gate := &value{name: n.name + "/gate", ts: n.in[0].ts, bytes: n.in[0].bytes}
		g.values[gate.name] = gate
		x, y := n.in[0], n.out[0]
		g.remove(n)
		g.connect(g.added("HardSigmoid"), []*value{x}, []*value{gate})
		g.connect(g.added("Mul"), []*value{x, gate}, []*value{y})
	}
}

// foldConstants computes nodes that depend on constants alone.
func (g *graph) foldConstants() {
	for _, n := range g.order() {
		varies := func(v *value) bool { return v != nil && !v.constant }
		if slices.ContainsFunc(n.in, varies) {
			continue
		}
		g.remove(n)
		for _, v := range n.out {
			v.constant = true
		}
	}
}

// added is a new node with the name that the runtime gives to a node without one.
func (g *graph) added(op string) *node {
	return g.add(&node{name: fmt.Sprintf("%s_%d", op, len(g.nodes)), op: op})
}

// dropIdentities removes nodes that change nothing.
func (g *graph) dropIdentities() {
	for _, n := range g.nodes {
		if n == nil || n.out[0].output {
			continue
		}
		one := func(v *value) bool { return v.constant && v.number == 1 }
		switch kind := n.kind(); {
		case kind == "Identity":
			g.replace(n, n.in[0])
		case (kind == "Mul" || kind == "Div") && one(n.in[1]) && n.out[0].fits(n.in[0]):
			g.replace(n, n.in[0])
		case kind == "Mul" && one(n.in[0]) && n.out[0].fits(n.in[1]):
			g.replace(n, n.in[1])
		}
	}
}

// shareCommon merges equal nodes that read equal values.
func (g *graph) shareCommon() {
	first := map[string]*node{}
	for _, n := range g.order() {
		key := fmt.Sprint(n.kind(), n.attributes)
		for _, v := range n.in {
			key += fmt.Sprintf(" %p", v)
		}
		switch same := first[key]; {
		case same == nil:
			first[key] = n
		case len(n.out) == 1 && len(same.out) == 1 && !n.out[0].output:
			g.replace(n, same.out[0])
		}
	}
}

// replace removes n and lets its readers read x instead.
func (g *graph) replace(n *node, x *value) {
	y := n.out[0]
	g.remove(n)
	for _, reader := range y.to {
		reader.in[slices.Index(reader.in, y)] = x
		x.to = append(x.to, reader)
	}
	delete(g.values, y.name)
}

// fuseMatMulAdd: a product of matrices and a sum that broadcasts over its rows or
// columns become one Gemm.
func (g *graph) fuseMatMulAdd() {
	for _, n := range g.order() {
		if n.kind() != "MatMul" || len(n.in[0].ts.Shape) != 2 || len(n.in[1].ts.Shape) != 2 {
			continue
		}
		add := n.onlyReader()
		if add == nil || add.kind() != "Add" {
			continue
		}
		bias := add.in[0]
		if bias == n.out[0] {
			bias = add.in[1]
		}
		if !spreads(bias.ts.Shape, n.out[0].ts.Shape) {
			continue
		}
		in := []*value{n.in[0], n.in[1], bias}
		g.remove(n)
		g.remove(add)
		delete(g.values, n.out[0].name)
		g.connect(g.add(&node{name: n.name + "/MatMulAddFusion", op: "Gemm"}), in, add.out)
	}
}

// spreads: Gemm adds [N], [1,N], [M,1], [M,N] and numbers to [M,N].
func spreads(bias, product onnx.Shape) bool {
	if len(bias) > len(product) {
		return false
	}
	for i, d := range bias {
		if d.Size != 1 && d.Size != product[len(product)-len(bias)+i].Size {
			return false
		}
	}
	return true
}

// fuseReshapes: of several Reshapes in a row, only the last shape matters.
func (g *graph) fuseReshapes() {
	for _, n := range g.order() {
		if g.nodes[n.index] == nil || n.kind() != "Reshape" {
			continue
		}
		last := n
		for next := last.onlyReader(); next != nil && next.kind() == "Reshape" && next.in[0] == last.out[0]; next = last.onlyReader() {
			g.remove(last)
			delete(g.values, last.out[0].name)
			last = next
		}
		if last == n {
			continue
		}
		g.remove(last)
		g.connect(g.add(&node{name: n.name + "_new_reshape", op: "Reshape"}), []*value{n.in[0]}, last.out)
	}
}

// fuseActivations: a convolution can apply an activation itself.
func (g *graph) fuseActivations() {
	activations := []string{"Relu", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid", "Clip"}
	for _, n := range g.order() {
		if n.kind() != "Conv" {
			continue
		}
		act := n.onlyReader()
		if act == nil || !slices.Contains(activations, act.kind()) {
			continue
		}
		in := n.in
		g.remove(n)
		g.remove(act)
		delete(g.values, n.out[0].name)
		g.connect(g.add(&node{name: n.name, domain: "com.microsoft", op: "FusedConv"}), in, act.out)
	}
}

// fuseTransposes: a product of matrices can read transposed matrices itself.
func (g *graph) fuseTransposes() {
	for _, n := range g.order() {
		if n.kind() != "MatMul" {
			continue
		}
		in, fused := slices.Clone(n.in), false
		for i, v := range in {
			if t := v.from; t != nil && t.kind() == "Transpose" && t.swapsLast() {
				in[i], fused = t.in[0], true
			}
		}
		if !fused {
			continue
		}
		before, out := n.before(), n.out
		g.remove(n)
		g.connect(g.add(&node{name: n.name + "/MatmulTransposeFusion/", domain: "com.microsoft", op: "FusedMatMul"}), in, out)
		for _, t := range before {
			if t.leaf() && !t.out[0].output {
				g.remove(t)
				delete(g.values, t.out[0].name)
			}
		}
	}
}

// swapsLast reports, from the shapes, whether a transposition is that of a
// matrix, or of a batch of matrices.
func (n *node) swapsLast() bool {
	from, to := slices.Clone(n.in[0].ts.Shape), n.out[0].ts.Shape
	r := len(from)
	if r < 2 {
		return false
	}
	from[r-2], from[r-1] = from[r-1], from[r-2]
	return slices.Equal(from, to)
}

// onlyReader is the node that reads n's one result, if no other node and
// not the caller reads it.
func (n *node) onlyReader() *node {
	if v := n.out[0]; len(v.to) == 1 && !v.output {
		return v.to[0]
	}
	return nil
}

// remove takes a node out; its results then have no node.
func (g *graph) remove(n *node) {
	g.nodes[n.index] = nil
	for _, v := range n.in {
		if v != nil {
			i := slices.Index(v.to, n)
			v.to = slices.Delete(v.to, i, i+1)
		}
	}
	for _, v := range n.out {
		if v != nil {
			v.from = nil
		}
	}
}
