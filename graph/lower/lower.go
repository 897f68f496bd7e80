package lower

import (
	"cmp"
	"fmt"

	"fbnas/graph"
	"fbnas/internal/convert"
	"fbnas/onnx"
)

// Output is a node of the graph with its name in the model.
type Output struct {
	Name string
	Node *graph.Node
}

// The opsets that std writes. The blocked dialect, which only our own programs
// use, is written in the default one.
const (
	MinOpset     = 13
	DefaultOpset = 17
	MaxOpset     = 21
)

// Options of a lowering; the zero value is DefaultOpset.
type Options struct {
	Name  string // of the ONNX graph
	Opset int
	// Batch names the first dimension of every input and output, which then has
	// any length; "" keeps the graph's own. The graph has to treat images
	// independently.
	Batch  string
	Labels func(*graph.Node) string // names for values; "" means none
	// Decorate may add metadata before the model is finished.
	Decorate func(*onnx.Builder)
}

// Std lowers to plain ai.onnx operators, which every execution provider runs;
// maps are [N,C,H,W]. Inputs keep their names, and outputs get theirs; inputs
// that no output needs are not in the model.
func Std(outputs []Output, o Options) (*onnx.Model, error) { return lowerWith(&std, outputs, o) }

// dialect is what differs between lowerings: how each operator is written, and how
// maps are stored. Maps enter and leave the model as [N,C,H,W]; layout
// converts to the dialect's own layout and back, and is nil if that is
// [N,C,H,W] too.
type dialect struct {
	emitter func(n *graph.Node) emitter // nil if n's operator has no row
	layout  *layout
	block   int // of the nchwc operators; 0 if none is used
	// fuse finds nodes that one of our own operators computes together: it fills
	// lowering.fused. Nil if there are none.
	fuse func(l *lowering, order, outputs []*graph.Node)
}

var std = dialect{emitter: func(n *graph.Node) emitter { return table[n.Op].std }}

type layout struct {
	fromNCHW, toNCHW func(l *lowering, n *graph.Node, value string) string
}

// An emitter writes the ONNX nodes of n; in are the names of its inputs'
// values. Its last node is written by out, which names the result.
type emitter func(l *lowering, n *graph.Node, in []string)

type lowering struct {
	*dialect
	b      *onnx.Builder
	opset  int
	batch  string                      // Options.Batch
	wanted map[*graph.Node]string      // required names of outputs and labels
	values map[*graph.Node]string      // names of values already written
	views  map[string]string           // what several emitters need from a value, by value and purpose
	norms  map[*graph.Node]*graph.Node // the BatchNorm that computes a map's moments
	// fused has, for some nodes, a function that writes the node together with
	// others: it sets their values.
	fused map[*graph.Node]func()
}

func lowerWith(d *dialect, outputs []Output, o Options) (*onnx.Model, error) {
	o.Opset = cmp.Or(o.Opset, DefaultOpset)
	if o.Opset < MinOpset || o.Opset > MaxOpset {
		return nil, fmt.Errorf("lower %s: opset %d: %d to %d are written", o.Name, o.Opset, MinOpset, MaxOpset)
	}
	l := &lowering{
		dialect: d, b: onnx.NewBuilder(o.Name, o.Opset), opset: o.Opset, batch: o.Batch, norms: map[*graph.Node]*graph.Node{}, fused: map[*graph.Node]func(){},
		wanted: map[*graph.Node]string{}, values: map[*graph.Node]string{}, views: map[string]string{},
	}
	if d.block > 0 {
		l.b.Import(nchwc, 1)
		l.b.Import(nativeDomain, 1)
	}
	order := graph.Reachable(nodesOf(outputs)...)
	l.chooseNames(order, outputs, o.Labels)
	if err := l.refuse(order, outputs[0].Node.Shape); err != nil {
		return nil, fmt.Errorf("lower %s: %w", o.Name, err)
	}
	if d.fuse != nil {
		d.fuse(l, order, nodesOf(outputs))
	}
	for _, n := range order {
		l.value(n)
	}
	for _, out := range outputs {
		l.output(out)
	}
	if o.Decorate != nil {
		o.Decorate(l.b)
	}
	m, err := l.b.Model()
	if err == nil {
		err = declare(m)
	}
	if err != nil {
		return nil, fmt.Errorf("lower %s: %w", o.Name, err)
	}
	return m, nil
}

func nodesOf(outputs []Output) []*graph.Node {
	nodes := make([]*graph.Node, len(outputs))
	for i, o := range outputs {
		nodes[i] = o.Node
	}
	return nodes
}

// chooseNames: a node gets the name of its output, so that no Identity is
// needed; labels name the others.
func (l *lowering) chooseNames(order []*graph.Node, outputs []Output, labels func(*graph.Node) string) {
	taken := map[string]bool{}
	for _, n := range order {
		if n.Op == graph.Input {
			taken[n.Name] = true
		}
	}
	for _, o := range outputs {
		_, named := l.wanted[o.Node]
		if isComputed(o.Node) && !named && (!o.Node.Map || l.layout == nil) {
			l.wanted[o.Node] = o.Name
		}
		taken[o.Name] = true
	}
	if labels == nil {
		return
	}
	for _, n := range order {
		name := labels(n)
		if name != "" && l.wanted[n] == "" && n.Op != graph.Input && !taken[name] {
			l.wanted[n] = name
			taken[name] = true
		}
	}
}

func isComputed(n *graph.Node) bool { return n.Op != graph.Input && n.Op != graph.Const }

// refuse names a node that cannot be written; outputs are of the given shape.
func (l *lowering) refuse(order []*graph.Node, output graph.Shape) error {
	for _, n := range order {
		if !l.knows(n) {
			return fmt.Errorf("the dialect has no row for %s", n.Op)
		}
		if l.batch != "" && n.Op != graph.Const && n.Shape[0] != output[0] {
			return fmt.Errorf("%v mixes images: its batch cannot be open", n)
		}
	}
	return nil
}

func (l *lowering) knows(n *graph.Node) bool { return !isComputed(n) || l.emitter(n) != nil }

// value names the value of n; it writes the value first if that is not done yet.
func (l *lowering) value(n *graph.Node) string {
	if l.values[n] == "" {
		l.write(n)
	}
	return l.values[n]
}

func (l *lowering) write(n *graph.Node) {
	if write := l.fused[n]; write != nil {
		write()
		return
	}
	switch n.Op {
	case graph.Input:
		l.values[n] = l.b.Input(n.Name, onnxType(n.DType), l.border(n))
		if n.Map && l.layout != nil {
			l.values[n] = l.layout.fromNCHW(l, n, n.Name)
		}
	case graph.Const:
		l.values[n] = l.constant(n)
	default:
		l.emitter(n)(l, n, l.inputs(n))
	}
}

// inputs names the values of n's inputs.
func (l *lowering) inputs(n *graph.Node) []string {
	in := make([]string, len(n.In))
	for i, x := range n.In {
		in[i] = l.value(x)
	}
	return in
}

func (l *lowering) output(o Output) {
	value := l.values[o.Node]
	if o.Node.Map && l.layout != nil {
		value = l.layout.toNCHW(l, o.Node, value)
	}
	if value != o.Name {
		l.b.Node("Identity", []string{value}, []string{o.Name})
	}
	l.b.Output(o.Name, onnxType(o.Node.DType), l.border(o.Node))
}

// border is the shape of an input or output.
func (l *lowering) border(n *graph.Node) onnx.Shape {
	s := onnx.Dims(n.Shape...)
	if l.batch != "" {
		s[0] = onnx.Sym(l.batch)
	}
	return s
}

func onnxType(t graph.DType) onnx.DType {
	if t == graph.Int {
		return onnx.Int64
	}
	return onnx.Float32
}

// out writes the node that computes n's value.
func (l *lowering) out(n *graph.Node, op string, in []string, attrs ...onnx.Attr) {
	if name := l.wanted[n]; name != "" {
		l.b.Node(op, in, []string{name}, attrs...)
		l.values[n] = name
		return
	}
	l.values[n] = l.b.Op(op, in, attrs...)
}

// op writes a node whose value only this emitter uses.
func (l *lowering) op(op string, in []string, attrs ...onnx.Attr) string {
	return l.b.Op(op, in, attrs...)
}

func (l *lowering) constant(n *graph.Node) string {
	t := onnx.NewTensor(l.wanted[n], convert.Slice[float32](n.Data), n.Shape...)
	if t.Name == "" {
		return l.b.Const(t)
	}
	return l.b.Initializer(t.Name, t)
}

func (l *lowering) ints(v ...int) string {
	wide := make([]int64, len(v))
	for i, x := range v {
		wide[i] = int64(x)
	}
	return l.b.Const(onnx.Vector("", wide...))
}

// target is the shape for a Reshape of a value with the same number of
// images. 0 copies that number if it is open.
func (l *lowering) target(shape ...int) string {
	if l.batch != "" {
		shape = append([]int{0}, shape[1:]...)
	}
	return l.ints(shape...)
}

func (l *lowering) scalar(v float64) string {
	return l.b.Const(onnx.NewTensor("", []float32{float32(v)}, 1))
}

// view reshapes a value; equal views are written once.
func (l *lowering) view(value string, shape ...int) string {
	return l.once(viewKey(value, shape), func() string {
		return l.op("Reshape", []string{value, l.ints(shape...)})
	})
}

func viewKey(value string, shape []int) string { return fmt.Sprint(value, shape) }

// once writes the value of key when it is first needed.
func (l *lowering) once(key string, write func() string) string {
	if l.views[key] == "" {
		l.views[key] = write()
	}
	return l.views[key]
}
