package onnx

import (
	"slices"
	"strings"
)

// onFirst: the output is like the first input, whatever the others are: old
// broadcasts, which only broadcast the second one, and updates of a tensor.
func onFirst(c *call) { c.give(0, c.input(0).Type, c.input(0).Shape) }

// likeFirst: the shape of the input, in the type of attribute dtype.
func likeFirst(c *call) {
	t := c.input(0).Type
	if a := c.attribute("dtype"); a != nil {
		t = DType(a.GetI())
	}
	c.give(0, t, c.input(0).Shape)
}

// castLike: the shape of the first input, the type of the second.
func castLike(c *call) { c.give(0, c.input(1).Type, c.input(0).Shape) }

func isSomething(c *call) {
	c.float(0)
	c.give(0, Bool, c.input(0).Shape)
}

// normalised: scale and bias are vectors, one for each channel or group.
func normalised(c *call) {
	c.rank(1, 1)
	c.rank(2, 1)
	c.give(0, c.float(0), c.input(0).Shape)
}

// layerNorm: mean and inverse deviation have 1 for the axes that are normalised.
func layerNorm(c *call) {
	t, x := c.float(0), c.input(0).Shape
	c.give(0, t, x)
	saved := Float32
	if c.attrInt("stash_type", int64(Float32)) != int64(Float32) {
		saved = DType(c.attrInt("stash_type", 0))
	}
	c.give(1, saved, nil)
	c.give(2, saved, nil)
	if x == nil {
		return
	}
	out := slices.Clone(x)
	for i := c.axis(c.attrInt("axis", -1), len(x)); i < len(x); i++ {
		out[i] = Fixed(1)
	}
	c.give(1, saved, out)
	c.give(2, saved, out)
}

// deformConv: as conv, with offsets for the window's positions: x, w, offset,
// b, mask.
func deformConv(c *call) {
	plain := *c
	plain.node, plain.in = cloneNode(c.node, 0, 1, 3), nil
	for _, i := range []int{0, 1, 3} {
		plain.in = append(plain.in, c.input(i))
	}
	conv(&plain)
}

// gridSample: x [N,C,D...] and a grid [N,D'...,spatial] -> [N,C,D'...].
func gridSample(c *call) {
	t, x, grid := c.input(0).Type, c.input(0).Shape, c.input(1).Shape
	c.give(0, t, nil)
	if len(x) < 3 || len(grid) != len(x) {
		return
	}
	out := Shape{c.equal("images against grids", x[0], grid[0]), x[1]}
	c.give(0, t, append(out, grid[1:len(grid)-1]...))
}

// roiAlign: x [N,C,H,W], R regions -> [R,C,height,width].
func roiAlign(c *call) {
	t, x, rois := c.input(0).Type, c.input(0).Shape, c.input(1).Shape
	c.rank(0, 4)
	c.rank(1, 2)
	out := unknown(4)
	if x != nil {
		out[1] = x[1]
	}
	if rois != nil {
		out[0] = rois[0]
	}
	out[2], out[3] = Fixed(c.attrInt("output_height", 1)), Fixed(c.attrInt("output_width", 1))
	c.give(0, t, out)
}

// upsampleOld: scales are an attribute.
func upsampleOld(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	c.give(0, t, nil)
	if a := c.attribute("scales"); x != nil && len(a.GetFloats()) == len(x) {
		c.give(0, t, scaled(x, a.GetFloats()))
	}
}

// sizeOf: the number of elements.
func sizeOf(c *call) {
	c.give(0, Int64, Shape{})
	if lengths, ok := c.input(0).Shape.Lengths(); ok {
		if n, err := elements(lengths); err == nil {
			c.consts[c.node.Output[0]] = []int64{n}
		}
	}
}

// rangeOf: from start to below limit by delta.
func rangeOf(c *call) {
	n := Sym("")
	start, ok := c.ints(0)
	limit, ok2 := c.ints(1)
	delta, ok3 := c.ints(2)
	if ok && ok2 && ok3 && len(start)*len(limit)*len(delta) == 1 && delta[0] != 0 &&
		max(abs(start[0]), abs(limit[0]), abs(delta[0])) < maxDim {
		by := delta[0]
		n = Fixed(max(0, (limit[0]-start[0]+by-by/abs(by))/by))
	}
	c.give(0, c.sameType(0, 1, 2), Shape{n})
}

func abs(n int64) int64 { return max(n, -n) }

func gatherElements(c *call) { c.give(0, c.input(0).Type, c.input(1).Shape) }

// gatherND: indices [..,k] into x: their shape without k, and the dimensions of x after
// those that they index.
func gatherND(c *call) {
	t, x, at := c.input(0).Type, c.input(0).Shape, c.input(1).Shape
	c.give(0, t, nil)
	if x == nil || len(at) == 0 || !at[len(at)-1].Known() {
		return
	}
	named := c.attrInt("batch_dims", 0) + at[len(at)-1].Size
	if named < 0 || named > int64(len(x)) {
		c.fail("indices %v into %v", at, x)
	}
	c.give(0, t, slices.Concat(Shape{}, at[:len(at)-1], x[named:]))
}

// topK: the k largest along an axis, and where they are.
func topK(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	c.give(0, t, nil)
	c.give(1, Int64, nil)
	if x == nil {
		return
	}
	out, k := slices.Clone(x), Sym("")
	if v, ok := c.ints(1); ok && len(v) == 1 && v[0] >= 0 {
		k = Fixed(v[0])
	} else if a := c.attribute("k"); a != nil {
		k = Fixed(a.GetI())
	}
	out[c.axis(c.attrInt("axis", -1), len(x))] = k
	c.give(0, t, out)
	c.give(1, Int64, out)
}

// recurrent: x [T,N,I] -> all states [T,dirs,N,H] and the last ones [dirs,N,H];
// with layout 1, [N,T,I], [N,T,dirs,H] and [N,dirs,H].
func recurrent(c *call) {
	t, x, r := c.float(0), c.input(0).Shape, c.input(2).Shape
	c.rank(0, 3)
	c.rank(1, 3)
	c.rank(2, 3)
	dirs, hidden := Fixed(1), Sym("")
	if c.attrString("direction", "forward") == "bidirectional" {
		dirs = Fixed(2)
	}
	if n := c.attrInt("hidden_size", 0); n > 0 {
		hidden = Fixed(n)
	}
	if r != nil {
		hidden = c.equal("hidden_size against the recurrence", r[2], hidden)
	}
	if x == nil {
		x = unknown(3)
	}
	all, last := Shape{x[0], dirs, x[1], hidden}, Shape{dirs, x[1], hidden}
	if c.attrInt("layout", 0) == 1 {
		all, last = Shape{x[0], x[1], dirs, hidden}, Shape{x[0], dirs, hidden}
	}
	c.give(0, t, all)
	c.give(1, t, last)
	c.give(2, t, last)
}

// einsum: the letters after -> take their lengths from the inputs. If the
// equation has no -> or an ellipsis, the shape is unknown.
func einsum(c *call) {
	c.give(0, c.sameType(c.all()...), nil)
	terms, out, ok := EinsumTerms(c.attrString("equation", ""))
	if !ok || len(terms) != len(c.in) {
		return
	}
	lengths := map[rune]Dim{}
	for i, term := range terms {
		x := c.input(i).Shape
		if x == nil {
			return
		}
		if len(x) != len(term) {
			c.fail("term %q of the equation for shape %v", string(term), x)
		}
		for k, letter := range term {
			if was, seen := lengths[letter]; seen && was != Fixed(1) && x[k] != Fixed(1) {
				lengths[letter] = c.equal("dimension "+string(letter), was, x[k])
			} else if !seen || was == Fixed(1) {
				lengths[letter] = x[k]
			}
		}
	}
	shape := Shape{}
	for _, letter := range out {
		d, seen := lengths[letter]
		if !seen {
			c.fail("the equation gives %q, which no input has", letter)
		}
		shape = append(shape, d)
	}
	c.give(0, c.sameType(c.all()...), shape)
}

// EinsumTerms are the letters of an Einsum's inputs and output; false if the
// equation has an ellipsis or no output.
func EinsumTerms(equation string) (terms [][]rune, out []rune, ok bool) {
	equation = strings.ReplaceAll(equation, " ", "")
	in, result, found := strings.Cut(equation, "->")
	if !found || strings.Contains(equation, ".") || len(equation) > 1000 {
		return nil, nil, false
	}
	for _, term := range strings.Split(in, ",") {
		terms = append(terms, []rune(term))
	}
	return terms, []rune(result), true
}
