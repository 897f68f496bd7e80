package interp

import (
	"math"

	"fbnas/graph"
)

// A kernel computes a node from its inputs' elements. It must not write to
// its inputs; it may return one of them.
type kernel func(n *graph.Node, in [][]float64) []float64

// kernels has one row for each operator with inputs.
var kernels = map[graph.Op]kernel{
	graph.Conv:      conv,
	graph.ConvGradX: convGradX,
	graph.ConvGradW: convGradW,
	graph.Affine:    affine,
	graph.Var:       variance,
	graph.Shuffle:   shuffle,

	graph.BatchNorm:     batchNorm,
	graph.BatchNormGrad: batchNormGrad,

	graph.Add: binary(func(a, b float64) float64 { return a + b }),
	graph.Sub: binary(func(a, b float64) float64 { return a - b }),
	graph.Mul: binary(func(a, b float64) float64 { return a * b }),
	graph.Div: binary(func(a, b float64) float64 { return a / b }),

	graph.Relu:           unary(func(x float64) float64 { return math.Max(x, 0) }),
	graph.HardSigmoid:    unary(hardSigmoid),
	graph.HardSwish:      unary(func(x float64) float64 { return x * hardSigmoid(x) }),
	graph.HardSwishSlope: unary(hardSwishSlope),
	graph.Sigmoid:        unary(func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }),
	graph.Exp:            unary(math.Exp),
	graph.Log:            unary(math.Log),
	graph.Sqrt:           unary(math.Sqrt),
	graph.Step:           unary(step),
	graph.StopGrad:       func(_ *graph.Node, in [][]float64) []float64 { return in[0] },
	graph.Clip: func(n *graph.Node, in [][]float64) []float64 {
		return unary(func(x float64) float64 { return min(max(x, n.Attr.Lo), n.Attr.Hi) })(n, in)
	},

	graph.Sum:  sum,
	graph.Mean: mean,
	graph.Max:  maximum,
	graph.Dot:  dot,

	graph.Reshape:    func(_ *graph.Node, in [][]float64) []float64 { return in[0] },
	graph.Expand:     expand,
	graph.MatMul:     matMul,
	graph.Softmax:    softmax,
	graph.LogSoftmax: logSoftmax,
	graph.OneHot:     oneHot,
}

func hardSigmoid(x float64) float64 { return min(max(x/6+0.5, 0), 1) }

func hardSwishSlope(x float64) float64 {
	switch {
	case x <= -3:
		return 0
	case x >= 3:
		return 1
	}
	return x/3 + 0.5
}

func step(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}

func unary(f func(float64) float64) kernel {
	return func(_ *graph.Node, in [][]float64) []float64 {
		y := make([]float64, len(in[0]))
		for i, x := range in[0] {
			y[i] = f(x)
		}
		return y
	}
}

func binary(f func(a, b float64) float64) kernel {
	return func(n *graph.Node, in [][]float64) []float64 {
		y := make([]float64, n.Shape.Len())
		ia, ib := walk(n.Shape, n.In[0].Shape), walk(n.Shape, n.In[1].Shape)
		for i := range y {
			y[i] = f(in[0][ia(i)], in[1][ib(i)])
		}
		return y
	}
}

// walk maps a flat index into shape `out` to the flat index into shape `in`
// that broadcasts to it.
func walk(out, in graph.Shape) func(int) int {
	if out.Equal(in) {
		return func(i int) int { return i }
	}
	if in.Len() == 1 {
		return func(int) int { return 0 }
	}
	strides := make([]int, len(out)) // of in, in the axes of out; 0 where broadcast
	stride := 1
	for i := len(in) - 1; i >= 0; i-- {
		if in[i] != 1 {
			strides[len(out)-len(in)+i] = stride
		}
		stride *= in[i]
	}
	return func(i int) int {
		at := 0
		for axis := len(out) - 1; axis >= 0; axis-- {
			at += i % out[axis] * strides[axis]
			i /= out[axis]
		}
		return at
	}
}

func expand(n *graph.Node, in [][]float64) []float64 {
	y := make([]float64, n.Shape.Len())
	from := walk(n.Shape, n.In[0].Shape)
	for i := range y {
		y[i] = in[0][from(i)]
	}
	return y
}

func matMul(n *graph.Node, in [][]float64) []float64 {
	a, b := in[0], in[1]
	rows, cols := n.Shape[0], n.Shape[1]
	inner := n.In[0].Shape.Len() / rows
	aRow, aCol, bRow, bCol := inner, 1, cols, 1
	if n.Attr.TransA {
		aRow, aCol = 1, rows
	}
	if n.Attr.TransB {
		bRow, bCol = 1, inner
	}
	y := make([]float64, rows*cols)
	for i := range rows {
		for j := range cols {
			var acc float64
			for k := range inner {
				acc += a[i*aRow+k*aCol] * b[k*bRow+j*bCol]
			}
			y[i*cols+j] = acc
		}
	}
	return y
}

func softmax(n *graph.Node, in [][]float64) []float64 {
	y := logSoftmax(n, in)
	for i, v := range y {
		y[i] = math.Exp(v)
	}
	return y
}

func logSoftmax(n *graph.Node, in [][]float64) []float64 {
	width := n.Shape[len(n.Shape)-1]
	y := make([]float64, len(in[0]))
	for at := 0; at < len(y); at += width {
		row := in[0][at : at+width]
		top := math.Inf(-1)
		for _, x := range row {
			top = max(top, x)
		}
		var total float64
		for _, x := range row {
			total += math.Exp(x - top)
		}
		for i, x := range row {
			y[at+i] = x - top - math.Log(total)
		}
	}
	return y
}

// oneHot leaves the row of a label outside [0, depth) zero, as ONNX's Equal
// with the class numbers does.
func oneHot(n *graph.Node, in [][]float64) []float64 {
	y := make([]float64, n.Shape.Len())
	for i, label := range in[0] {
		if k := int(label); k >= 0 && k < n.Attr.Depth {
			y[i*n.Attr.Depth+k] = 1
		}
	}
	return y
}
