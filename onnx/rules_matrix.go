package onnx

// gemm: a [M,K] (transposed with transA), b [K,N] (with transB), c broadcast to
// [M,N].
func gemm(c *call) {
	t := c.sameType(0, 1, 2)
	c.rank(0, 2)
	c.rank(1, 2)
	side := func(input int, transposed string) (Dim, Dim) {
		s := c.input(input).Shape
		switch {
		case s == nil:
			return Sym(""), Sym("")
		case c.attrInt(transposed, 0) != 0:
			return s[1], s[0]
		}
		return s[0], s[1]
	}
	m, k := side(0, "transA")
	k2, n := side(1, "transB")
	c.equal("inner dimensions", k, k2)
	if bias := c.input(2).Shape; bias != nil {
		c.oneWay(bias, Shape{m, n})
	}
	c.give(0, t, Shape{m, n})
}

// oneWay checks that from can be broadcast to exactly to.
func (c *call) oneWay(from, to Shape) {
	if len(from) > len(to) {
		c.fail("shape %v does not broadcast to %v", from, to)
	}
	for i := range from {
		a, b := from[len(from)-1-i], to[len(to)-1-i]
		if a.Known() && b.Known() && a != b && a.Size != 1 {
			c.fail("shape %v does not broadcast to %v", from, to)
		}
	}
}

// matMul follows numpy.matmul: [..,M,K] by [..,K,N]; a vector counts as a
// matrix whose added dimension is removed again.
func matMul(c *call) {
	t := c.sameType(0, 1)
	c.give(0, t, nil)
	a, b := c.input(0).Shape, c.input(1).Shape
	if a == nil || b == nil {
		return
	}
	if len(a) == 0 || len(b) == 0 {
		c.fail("shapes %v and %v: a scalar", a, b)
	}
	var rows, columns Shape
	if len(a) > 1 {
		rows = a[len(a)-2 : len(a)-1]
	}
	inner := b[0]
	if len(b) > 1 {
		inner, columns = b[len(b)-2], b[len(b)-1:]
	}
	c.equal("inner dimensions", a[len(a)-1], inner)
	out := c.stretchedShapes(a[:max(0, len(a)-2)], b[:max(0, len(b)-2)])
	c.give(0, t, append(append(out, rows...), columns...))
}
