package weights

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/onnx"
)

// graph finds the network in the file's graph. It walks through both together from
// the image to the logits; the names of the file's nodes do not matter.
func (l *Loaded) graph(blocks []models.Block) error {
	output, order, err := readGraph(l.File.model, blocks[0])
	if err == nil {
		w := &walk{consumers: map[*vertex][]*vertex{}, loaded: l}
		w.follow(output, order)
		err = w.network(blocks, order[0], output)
	}
	if err != nil {
		hint := cmp.Or(ends(l.File.model), fault.HintOf(err), "Give the architecture that the file has, or a float32 export of the network as it is evaluated.")
		return fault.New(fault.Failure, hint, "%s: %w", l.File.Path, err)
	}
	return nil
}

// Graph is the model of an ONNX file, in float32, for images of the network's
// size: with the file's fixed batch, or one image. It is an error for files of
// other formats.
func (f *File) Graph(blocks []models.Block) (*onnx.Model, error) {
	if f.model == nil || len(f.model.Inputs()) != 1 {
		return nil, fmt.Errorf("%s has no graph of one input", f.Path)
	}
	in, b := f.model.Inputs()[0], blocks[0]
	batch := int64(1)
	if len(in.Shape) == 4 && in.Shape[0].Known() {
		batch = in.Shape[0].Size
	}
	m, err := f.model.AtShapes(map[string][]int64{in.Name: {batch, int64(b.In), int64(b.Height), int64(b.Width)}})
	if err != nil || in.Type != onnx.Float16 {
		return m, err
	}
	return m.Widened()
}

// Size is the fixed height and width of an ONNX file's images; 0 if it
// leaves them open, and for other files.
func (f *File) Size() (height, width int) {
	if f.model == nil || len(f.model.Inputs()) != 1 || len(f.model.Inputs()[0].Shape) != 4 {
		return 0, 0
	}
	shape := f.model.Inputs()[0].Shape
	return int(max(0, shape[2].Size)), int(max(0, shape[3].Size))
}

// walk goes through a file's graph along a network's blocks.
type walk struct {
	consumers map[*vertex][]*vertex // of vertices that the output depends on
	loaded    *Loaded
}

// follow finds the readers of each vertex.
func (w *walk) follow(output *vertex, order []*vertex) {
	needed := map[*vertex]bool{output: true}
	for _, v := range slices.Backward(order) {
		if !needed[v] {
			continue
		}
		for _, in := range v.in {
			needed[in] = true
			// A vertex that reads another one twice is one reader.
			if list := w.consumers[in]; len(list) == 0 || list[len(list)-1] != v {
				w.consumers[in] = append(list, v)
			}
		}
	}
}

// mismatch is the panic at the first step where the graphs differ.
type mismatch struct{ error }

func (w *walk) partf(where, format string, args ...any) {
	panic(mismatch{fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...))})
}

func (w *walk) network(blocks []models.Block, input, output *vertex) (err error) {
	defer func() {
		if p := recover(); p != nil {
			broken, ok := p.(mismatch)
			if !ok {
				panic(p)
			}
			err = broken.error
		}
	}()
	x := input
	for i, b := range blocks {
		x = w.block(models.BlockName(b, i), b, x)
	}
	if x != output {
		return fmt.Errorf("after the last block, the file continues with %s", w.next(x))
	}
	return nil
}

// next lists the readers of x, for messages.
func (w *walk) next(x *vertex) string {
	const shown = 3
	var labels []string
	for i, v := range w.consumers[x] {
		if i == shown {
			labels = append(labels, "others")
			break
		}
		labels = append(labels, v.label)
	}
	if len(labels) == 0 {
		return "nothing"
	}
	return strings.Join(labels, " and ")
}

// step goes from x to the one reader with the given operator; x must have as many
// readers as in the network.
func (w *walk) step(where string, x *vertex, op string, readers int) *vertex {
	found := slices.DeleteFunc(slices.Clone(w.consumers[x]), func(v *vertex) bool { return v.op != op })
	if len(found) != 1 || len(w.consumers[x]) != readers {
		w.partf(where, "the network continues with a %s, the file with %s", op, w.next(x))
	}
	return found[0]
}

// block follows one block on x (models.Block.Build) and returns its output.
func (w *walk) block(name string, b models.Block, x *vertex) *vertex {
	if b.Identity() {
		return x
	}
	readers := 1
	if b.Residual {
		readers = 2
	}
	y := x
	for _, c := range b.Convolutions() {
		where := name + "." + c.Name
		switch c.Name {
		case "depthwise":
			if b.Shuffle {
				y = w.step(where, y, opShuffle, readers)
				if y.groups != b.Groups {
					w.partf(where, "the network shuffles %d groups, the file %d", b.Groups, y.groups)
				}
				readers = 1
			}
		case "se.reduce":
			return w.gated(name, b, x, y)
		case "project":
			if b.Kind == models.IRPool {
				y = w.pool(where, y, b.Height*b.Width, 1)
			}
		case "classifier":
			y = w.pool(where, y, b.Height*b.Width, 1)
		}
		y = w.convolution(where, c, y, readers)
		readers = 1
	}
	return w.shortcut(name, b, x, y)
}

// gated follows the part after the depthwise convolution of a block with
// squeeze-excite: the gate of y, the product of both, the projection.
func (w *walk) gated(name string, b models.Block, x, y *vertex) *vertex {
	height, width := b.OutSize()
	gate := w.pool(name+".se", y, height*width, 2)
	readers := 1
	if gate == y {
		readers = 2
	}
	var project models.Convolution
	for _, c := range b.Convolutions() {
		switch c.Name {
		case "se.reduce", "se.expand":
			gate = w.convolution(name+"."+c.Name, c, gate, readers)
			readers = 1
		case "project":
			project = c
		}
	}
	scaled := w.step(name+".se", gate, opMul, 1)
	if !slices.Contains(scaled.in, y) {
		w.partf(name+".se", "the file's gate multiplies another tensor than the one it is computed from")
	}
	return w.shortcut(name, b, x, w.convolution(name+".project", project, scaled, 1))
}

// shortcut follows the addition at the end of a block that has one.
func (w *walk) shortcut(name string, b models.Block, x, y *vertex) *vertex {
	if !b.Residual {
		return y
	}
	sum := w.step(name, y, opAdd, 1)
	if !slices.Contains(sum.in, x) {
		w.partf(name, "the file adds another tensor than the block's input")
	}
	return sum
}

// pool follows a global pool, which files may omit if a map has one
// element.
func (w *walk) pool(where string, x *vertex, elements, readers int) *vertex {
	if x.pooled || elements == 1 && !slices.ContainsFunc(w.consumers[x], func(v *vertex) bool { return v.op == opPool }) {
		return x
	}
	return w.step(where, x, opPool, readers)
}

// acts are the operators of the activations after a convolution.
var acts = map[string]string{"relu": opRelu, "hswish": opHSwish, "hsigmoid": opHSigmoid, "sigmoid": opSigmoid}

// convolution follows a convolution with its batch norm and activation, and
// takes its numbers.
func (w *walk) convolution(where string, c models.Convolution, x *vertex, readers int) *vertex {
	y := w.step(where, x, opConv, readers)
	have := y.conv
	want := kernel{c.Out, c.In, c.Kernel, c.Stride, c.Pad, c.Groups}
	same := have.String() == want.String()
	fresh := !same && c.Name == "classifier" && have.String() == want.to(have.shape[0]).String()
	if !same && !fresh {
		w.partf(where, "the file's %s has %s; the network's has %s", y.label, have, want)
	}
	if err := w.take(where, c, have, fresh); err != nil {
		w.partf(where, "%s: %v", y.label, err)
	}
	if c.Act == "none" {
		return y
	}
	// A hard swish in several operators reads its input more than once, but these operators
	// are one vertex now.
	a := w.step(where, y, acts[c.Act], 1)
	if !near(a.factor, 1) {
		w.partf(where, "the file's %s is %g times the network's %s", a.label, a.factor, c.Act)
	}
	return a
}
