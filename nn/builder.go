package nn

import "fbnas/graph"

// Statistics says which mean and variance batch norms use.
type Statistics uint8

const (
	// Batch uses the statistics of the batch and records them in
	// Builder.Moments: training, and re-estimating running statistics.
	Batch Statistics = iota
	// Running reads the running statistics: evaluation and export.
	Running
	// Observed is Running, but also records the batch's statistics.
	Observed
)

// Epsilon is added to a variance before its root is taken.
const Epsilon = 1e-5

// Builder adds layers to a graph. Parameters become inputs of the graph under
// their names.
type Builder struct {
	G          *graph.Graph
	Statistics Statistics
	Moments    []Moments // of each batch norm, in order, unless Statistics is Running
	// Frozen reports whether a parameter of a batch norm is not trained: the norm
	// then reads its running statistics, whatever Statistics says. nil: none is.
	Frozen func(param string) bool
	// Gated are the layers whose results are multiplied by gates, see Gate.
	Gated map[string]bool
}

// Moments are a batch norm's statistics of one batch.
type Moments struct {
	Name           string      // the layer's: running statistics are Name.mean and Name.var
	Mean, Variance *graph.Node // [C]; the variance is biased
	Count          int         // elements that each is taken over
}

// ConvSpec describes a convolution.
type ConvSpec struct {
	Weight              graph.Shape // [O, I/groups, k, k]
	Stride, Pad, Groups int
	Bias                bool
	// Taps, [1,1,k,k], weights the positions of every kernel; nil for all ones.
	Taps *graph.Node
	// InMask, [I], weights the channels that the convolution reads, by folding
	// it into the weights: no pass over the map. Only without groups.
	InMask *graph.Node
}

// Conv applies the convolution name, with parameters name.weight and, if
// the spec asks for it, name.bias.
func (b *Builder) Conv(name string, x *graph.Node, c ConvSpec) *graph.Node {
	g := b.G
	w := g.Input(name+".weight", graph.Float, c.Weight...)
	if c.Taps != nil {
		w = g.Mul(w, c.Taps)
	}
	if c.InMask != nil {
		w = g.Mul(w, g.Reshape(c.InMask, 1, c.Weight[1], 1, 1))
	}
	var bias *graph.Node
	if c.Bias {
		bias = g.Input(name+".bias", graph.Float, c.Weight[0])
	}
	y := g.Conv(x, w, bias, graph.ConvAttr{Stride: c.Stride, Pad: c.Pad, Groups: c.Groups})
	g.SetLabel(y, name)
	return y
}

// BatchNorm normalises x [N,C,H,W] with parameters name.gamma and name.beta.
// mask, [C] or nil, weights the channels of the result; it is folded into scale
// and shift, so that it costs nothing and has the right gradient at zero too.
func (b *Builder) BatchNorm(name string, x, mask *graph.Node) *graph.Node {
	g, channels := b.G, x.Shape[1]
	vector := func(part string) *graph.Node { return g.Input(name+"."+part, graph.Float, channels) }
	scale, shift := vector("gamma"), vector("beta")
	frozen := b.Frozen != nil && b.Frozen(name+".gamma")
	running := frozen || b.Statistics != Batch
	if running {
		scale = g.Div(scale, g.Unary(graph.Sqrt, g.Add(vector("var"), g.Scalar(Epsilon))))
		shift = g.Sub(shift, g.Mul(vector("mean"), scale))
	}
	if mask != nil {
		scale, shift = g.Mul(scale, mask), g.Mul(shift, mask)
	}
	if !frozen && b.Statistics != Running {
		mean, variance := g.Moments(x)
		b.Moments = append(b.Moments, Moments{name, mean, variance, x.Shape.Len() / channels})
	}
	if running {
		return g.Affine(x, scale, shift)
	}
	return g.BatchNorm(x, scale, shift, Epsilon)
}

// activations by the names that architectures use.
var activations = map[string]graph.Op{
	"relu": graph.Relu, "hswish": graph.HardSwish, "hsigmoid": graph.HardSigmoid, "sigmoid": graph.Sigmoid,
}

// Activate applies the activation act: none, relu, hswish, hsigmoid, sigmoid.
// Other names are a misuse of the builder.
func (b *Builder) Activate(act string, x *graph.Node) *graph.Node {
	if act == "none" {
		return x
	}
	op, ok := activations[act]
	if !ok {
		graph.Misuse("unknown activation %s", act)
	}
	return b.G.Unary(op, x)
}

// GateOf is the name of the input for the gates of a layer.
func GateOf(layer string) string { return "gate/" + layer }

// Gate multiplies x [N,C,H,W] by one number for each channel of each image, an
// input [N,C,1,1], if the layer is in Gated: what is dropped in
// training is zero there. Otherwise it returns x itself.
func (b *Builder) Gate(layer string, x *graph.Node) *graph.Node {
	if !b.Gated[layer] {
		return x
	}
	return b.G.Mul(x, b.G.MapInput(GateOf(layer), x.Shape[0], x.Shape[1], 1, 1))
}

// ChannelMask multiplies the channels of x [N,C,H,W] by mask [C]; it is x itself
// if mask is nil.
func (b *Builder) ChannelMask(x, mask *graph.Node) *graph.Node {
	if mask == nil {
		return x
	}
	return b.G.Affine(x, mask, b.G.Const(make([]float64, x.Shape[1]), x.Shape[1]))
}
