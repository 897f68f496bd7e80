package ort

import (
	"context"
	"math"
	"slices"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/internal/random"
	"fbnas/onnx"
)

// probe finds the block of the runtime's nchwc kernels on this processor; it is 0
// if there are none or if their results differ from those of plain ONNX.
func probe(o Options) int {
	o.Threads = 1
	for _, try := range []struct{ channels, block int }{{24, 8}, {32, 16}} {
		if acceptsChannels(try.channels) {
			if sameAsStd(o, try.block) {
				return try.block
			}
			return 0
		}
	}
	return 0
}

// acceptsChannels reports whether a depthwise nchwc.Conv takes this number of
// channels, which has to be a multiple of its block, and computes it correctly.
func acceptsChannels(channels int) bool {
	model, want, err := channelsTimesTwo(channels)
	if err != nil {
		return false
	}
	options, err := sessionOptions(Options{Threads: 1}, ortgo.GraphOptimizationLevelEnableBasic)
	if err != nil {
		return false
	}
	defer options.Destroy()
	// A refusal is an answer here, not an error to print.
	if options.SetLogSeverityLevel(ortgo.LoggingLevelFatal) != nil {
		return false
	}
	session, err := ortgo.NewDynamicAdvancedSessionWithONNXData(model, []string{"x"}, []string{"y"}, options)
	if err != nil {
		return false
	}
	defer session.Destroy()
	shape := graph.Shape{1, channels, 1, 1}
	x, err := newTensor(graph.Float, shape)
	if err != nil {
		return false
	}
	defer x.close()
	y, err := newTensor(graph.Float, shape)
	if err != nil {
		return false
	}
	defer y.close()
	for i := range x.floats {
		x.floats[i] = want[i] / 2
	}
	err = runSession(context.Background(), session, []ortgo.Value{x.value}, []ortgo.Value{y.value})
	return err == nil && slices.Equal(y.floats, want)
}

// channelsTimesTwo doubles x [1,channels,1,1]; want is the result for 1, 2, ...
func channelsTimesTwo(channels int) (model []byte, want []float32, err error) {
	b := onnx.NewBuilder("probe", 17)
	b.Import("com.microsoft.nchwc", 1)
	shape := onnx.Dims(1, channels, 1, 1)
	x := b.Input("x", onnx.Float32, shape)
	weight := make([]float32, channels)
	for i := range weight {
		weight[i] = 2
		want = append(want, 2*float32(i+1))
	}
	w := b.Initializer("w", onnx.NewTensor("w", weight, channels, 1, 1, 1))
	b.Node("Conv", []string{x, w}, []string{"y"}, onnx.Int("group", channels), onnx.Ints("kernel_shape", 1, 1)).
		In("com.microsoft.nchwc")
	b.Output("y", onnx.Float32, shape)
	m, err := b.Model()
	if err != nil {
		return nil, nil, err
	}
	model, err = m.Bytes()
	return model, want, err
}

// tolerance of the comparison: float32 sums in another order differ by 1e-6,
// wrong kernels by 1.
const tolerance = 1e-4

// sameAsStd compares the two dialects on a tiny program.
func sameAsStd(o Options, block int) bool {
	p, feeds := tinyProgram(2 * block)
	var results [2]engine.Results
	for i, e := range []*Engine{{options: o}, {options: o, block: block}} {
		r, err := e.once(p, feeds)
		if err != nil {
			return false
		}
		results[i] = r
	}
	for name, want := range results[0] {
		if !(difference(results[1][name], want) <= tolerance) {
			return false
		}
	}
	return true
}

// difference is the largest, relative to the largest element; NaN if
// there is nothing to compare.
func difference(got, want []float64) float64 {
	var worst, scale float64
	for i, v := range want {
		worst, scale = max(worst, math.Abs(got[i]-v)), max(scale, math.Abs(v)) // max keeps NaN
	}
	return worst / scale
}

// once runs a program that has no state.
func (e *Engine) once(p *engine.Program, feeds engine.Feeds) (engine.Results, error) {
	s, err := e.NewState(nil)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	r, err := e.Compile(p, s)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.Run(context.Background(), feeds)
}

// tinyProgram uses each kind of kernel of the blocked dialect.
func tinyProgram(batch int) (*engine.Program, engine.Feeds) {
	g := graph.New()
	x := g.MapInput("x", batch, 3, 9, 7)
	dense := g.Conv(x, g.Input("dense", graph.Float, 5, 3, 3, 3), nil, graph.ConvAttr{Stride: 1, Pad: 1, Groups: 1})
	mean, variance := g.Moments(dense)
	norm := func(x *graph.Node, act graph.Op) *graph.Node {
		return g.Apply(graph.BatchNorm, graph.Attr{Epsilon: 1e-5, Act: act}, x, g.Input("scale", graph.Float, 5), g.Input("shift", graph.Float, 5))
	}
	y := g.Unary(graph.HardSwishSlope, g.Affine(norm(dense, graph.HardSwish), variance, mean))
	a := graph.ConvAttr{Stride: 2, Pad: 1, Groups: 5}
	w := g.Input("depthwise", graph.Float, 5, 1, 3, 3)
	z := g.Conv(y, w, nil, a)
	gated := g.Mul(z, g.GlobalPool(z))
	attr := graph.Attr{Stride: 2, Pad: 1, Groups: 5}
	attr.Size = [2]int{3, 3}
	dw := g.Apply(graph.ConvGradW, attr, y, gated)
	attr.Size = [2]int{9, 7}
	dx := g.Apply(graph.ConvGradX, attr, gated, w)
	p := &engine.Program{Name: "probe", Graph: g, Returns: []engine.Binding{
		{Name: "y", Node: gated}, {Name: "separable", Node: norm(g.Conv(norm(y, graph.Relu), w, nil, a), "")}, {Name: "dw", Node: dw}, {Name: "dx", Node: g.Dot(dx, y, 0, 2, 3)},
	}}
	feeds := engine.Feeds{}
	for _, n := range graph.Reachable(p.Outputs()...) {
		if n.Op != graph.Input {
			continue
		}
		r := random.New(1, n.Name)
		v := make([]float32, n.Shape.Len())
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
		feeds[n.Name] = engine.Floats(v)
	}
	return p, feeds
}
