package lower

import (
	"slices"

	"fbnas/graph"
	"fbnas/onnx"
)

// separable is what the operators Separable and SeparableGrad compute
// (engine/ort/native/separable.c): the inside of an inverted residual,
// second(conv(first(x))), in which channels are independent. Neither the
// results of first and conv nor their gradients are ever stored in memory.
type separable struct {
	first, conv, second *graph.Node
	dy                  *graph.Node // gradient of second; nil without gradients
	inner               []*graph.Node
	forward, backward   map[*graph.Node]int // which output of the two operators a node is
}

// fuseSeparables finds them, but only if nothing else reads their inner values.
func fuseSeparables(l *lowering, order, outputs []*graph.Node) {
	readers := map[*graph.Node][]*graph.Node{}
	for _, n := range order {
		for _, x := range n.In {
			readers[x] = append(readers[x], n)
		}
	}
	for _, n := range order {
		s := separableAt(n)
		if s == nil || !s.claim(readers) || slices.ContainsFunc(s.inner, func(n *graph.Node) bool { return slices.Contains(outputs, n) }) {
			continue
		}
		for _, n := range s.inner {
			l.fused[n] = func() {} // has no value, and nothing reads it
		}
		for n, i := range s.forward {
			l.fused[n] = func() { l.values[n] = s.writeForward(l)[i] }
		}
		for n, i := range s.backward {
			l.fused[n] = func() { l.values[n] = s.writeBackward(l)[i] }
		}
	}
}

// separableAt is the one whose second batch norm n is, or nil.
func separableAt(n *graph.Node) *separable {
	isNorm := func(n *graph.Node) bool { return n.Op == graph.BatchNorm && len(n.In) == 3 }
	if !isNorm(n) || n.In[0].Op != graph.Conv || len(n.In[0].In) != 2 || !isNorm(n.In[0].In[0]) {
		return nil
	}
	s := &separable{first: n.In[0].In[0], conv: n.In[0], second: n}
	c := convolutionOf(s.conv)
	depthwise := c.groups == c.x[1] && c.groups == c.y[1]
	known := c.w[2] == c.w[3] && c.w[2]%2 == 1 && c.w[2] <= 7 && c.pad < c.w[2]
	vectors := slices.Concat(s.first.In[1:], s.conv.In[1:], s.second.In[1:])
	if !depthwise || !known || slices.ContainsFunc(graph.Reachable(vectors...), func(n *graph.Node) bool { return n.Map }) {
		return nil
	}
	return s
}

// claim assigns every reader of the inner values to an output of the
// two operators; false if something else reads them.
func (s *separable) claim(readers map[*graph.Node][]*graph.Node) bool {
	s.inner = []*graph.Node{s.first, s.conv}
	s.forward, s.backward = map[*graph.Node]int{s.second: 0}, map[*graph.Node]int{}
	for _, n := range readers[s.first.In[0]] {
		if which := momentOf(n); which > 0 {
			s.forward[n] = which
		}
	}
	dconv, ok := s.claimConv(readers[s.conv])
	if !ok || !s.claimWeight(readers[s.first], dconv) {
		return false
	}
	if dconv == nil {
		return true
	}
	dfirst, ok := s.claimConvGrad(readers[dconv], dconv)
	if !ok || dfirst == nil {
		return ok
	}
	return s.claimFirstGrad(readers[dfirst], dfirst)
}

// claimConv finds the gradient of the convolution's result among the readers of
// that result; nil if there is none.
func (s *separable) claimConv(readers []*graph.Node) (dconv *graph.Node, ok bool) {
	for _, n := range readers {
		switch {
		case n == s.second:
		case momentOf(n) > 0:
			s.forward[n] = 2 + momentOf(n)
		case s.isGradOf(n, s.second) && (s.dy == nil || s.dy == n.In[0]):
			s.dy = n.In[0]
			if n.Attr.Of == 0 {
				dconv = n
			} else {
				s.backward[n] = 3 + n.Attr.Of
			}
		default:
			return nil, false
		}
	}
	return dconv, true
}

// claimWeight: apart from the convolution, only the gradient of its weights may
// read the first norm.
func (s *separable) claimWeight(readers []*graph.Node, dconv *graph.Node) bool {
	for _, n := range readers {
		switch {
		case n == s.conv:
		case n.Op == graph.ConvGradW && n.In[0] == s.first && n.In[1] == dconv && s.sameConv(n):
			s.backward[n] = 3
		default:
			return false
		}
	}
	return true
}

// claimConvGrad finds the gradient of the first norm's result; nil if there
// is none.
func (s *separable) claimConvGrad(readers []*graph.Node, dconv *graph.Node) (dfirst *graph.Node, ok bool) {
	s.inner = append(s.inner, dconv)
	for _, n := range readers {
		_, weight := s.backward[n]
		switch {
		case weight:
		case n.Op == graph.ConvGradX && n.In[1] == s.conv.In[1] && s.sameConv(n):
			dfirst = n
		default:
			return nil, false
		}
	}
	return dfirst, true
}

func (s *separable) claimFirstGrad(readers []*graph.Node, dfirst *graph.Node) bool {
	s.inner = append(s.inner, dfirst)
	for _, n := range readers {
		if !s.isGradOf(n, s.first) || n.In[0] != dfirst {
			return false
		}
		s.backward[n] = n.Attr.Of
	}
	return true
}

// isGradOf reports whether n is a gradient of exactly this batch norm.
func (s *separable) isGradOf(n, norm *graph.Node) bool {
	return n.Op == graph.BatchNormGrad && slices.Equal(n.In[1:], norm.In) &&
		n.Attr.Act == norm.Attr.Act && n.Attr.Epsilon == norm.Attr.Epsilon
}

func (s *separable) sameConv(n *graph.Node) bool {
	a, b := n.Attr, s.conv.Attr
	return a.Stride == b.Stride && a.Pad == b.Pad && a.Groups == b.Groups
}

func (s *separable) attrs(l *lowering) []onnx.Attr {
	c := convolutionOf(s.conv)
	return []onnx.Attr{
		onnx.Int("act", activationNumbers[s.first.Attr.Act]), onnx.Float("epsilon", float32(s.first.Attr.Epsilon)),
		onnx.Int("act2", activationNumbers[s.second.Attr.Act]), onnx.Float("epsilon2", float32(s.second.Attr.Epsilon)),
		onnx.Int("lanes", l.block), onnx.Int("height", c.x[2]), onnx.Int("width", c.x[3]),
		onnx.Int("kernel", c.w[2]), onnx.Int("stride", c.stride), onnx.Int("pad", c.pad),
	}
}

// parameters are scale1, shift1, w, scale2, shift2.
func (s *separable) parameters(l *lowering) []string {
	return slices.Concat(l.inputs(s.first)[1:], l.inputs(s.conv)[1:], l.inputs(s.second)[1:])
}

func (s *separable) writeForward(l *lowering) []string {
	in := append([]string{l.value(s.first.In[0])}, s.parameters(l)...)
	return l.native("Separable", 5, in, s.attrs(l)...)
}

func (s *separable) writeBackward(l *lowering) []string {
	in := slices.Concat([]string{l.value(s.dy), l.value(s.first.In[0])}, s.writeForward(l)[1:], s.parameters(l))
	return l.native("SeparableGrad", 6, in, s.attrs(l)...)
}
