package onnxexport

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/graph/lower"
	"fbnas/graph/opt"
	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/onnx"
)

// Names of an exported model's input and output.
const (
	Input  = "input"  // [Batch,C,H,W], or [Batch,H,W,C] of pixels
	Output = "logits" // [Batch,classes], or a map if the last block is no classifier
)

// Spec is a network to be exported.
type Spec struct {
	Name   string // of the ONNX graph
	Blocks []models.Block
	// Weights are all tensors of models.Params(Blocks), row-major.
	Weights  map[string][]float64
	Metadata Metadata
	Form
}

// Export is Build, with the metadata written into the model.
func Export(s Spec) (*onnx.Model, error) {
	f, err := Build(s)
	if err != nil {
		return nil, err
	}
	if err := f.Metadata.Store(f.Model); err != nil {
		return nil, fmt.Errorf("export %s: %w", s.Name, err)
	}
	return f.Model, nil
}

// Build builds the ONNX model: evaluation with running statistics, batch
// norms folded into the convolutions in float64, every shape declared,
// initializers named after the parameters. Equal specs give equal bytes.
// Parameters that are missing, of the wrong size, unknown or not finite cause an
// error that names them. A file that takes pixels needs
// Metadata.Preprocessing.
func Build(s Spec) (File, error) {
	s.Batch, s.Opset = cmp.Or(s.Batch, 1), cmp.Or(s.Opset, lower.DefaultOpset)
	if err := s.validate(); err != nil {
		return File{}, fmt.Errorf("export %s: %w", s.Name, err)
	}
	m, err := s.model()
	if err == nil {
		err = declareShapes(m)
	}
	if err != nil {
		return File{}, fmt.Errorf("export %s: %w", s.Name, err)
	}
	s.Metadata.state(m, s.Form)
	return File{m, s.Metadata}, nil
}

func (s Spec) model() (m *onnx.Model, err error) {
	defer graph.Recover(&err)
	g, first := graph.New(), s.Blocks[0]
	o := lower.Options{
		Name: s.Name, Opset: s.Opset, Labels: g.Label,
		Decorate: func(b *onnx.Builder) { b.Producer = "fbnas" },
	}
	images, read := s.Batch, Input
	if s.Batch == AnyBatch {
		images, o.Batch = 2, batchName // any number but 1, which occurs in shapes for other reasons
	}
	if s.Input == PixelsNHWC {
		read = normalisedValue
	}
	nb := &nn.Builder{G: g, Statistics: nn.Running}
	x := g.MapInput(read, images, first.In, first.Height, first.Width)
	outputs := opt.Rewrite(g, []*graph.Node{models.Network(nb, s.Blocks, x)}, opt.Inference...)
	if s.Input == PixelsNHWC {
		outputs, read = readPixels(g, outputs, x, *s.Metadata.Preprocessing)
	}
	outputs, err = opt.Fold(g, outputs, s.Weights, interp.Eval)
	if err != nil {
		return nil, err
	}
	if err := checkLiterals(g, outputs); err != nil {
		return nil, err
	}
	m, err = lower.Std([]lower.Output{{Name: Output, Node: outputs[0]}}, o)
	if err == nil && s.Input == PixelsNHWC {
		err = takePixels(m, read, *s.Metadata.Preprocessing)
	}
	if err == nil && s.Half {
		err = halve(m)
	}
	return m, err
}

// validate lists all errors of the spec.
func (s Spec) validate() error {
	if len(s.Blocks) == 0 {
		return errors.New("a network without blocks")
	}
	if err := s.Form.validate(); err != nil {
		return err
	}
	if p := s.Metadata.Preprocessing; s.Input == PixelsNHWC && (p == nil || !valid(p) || p.Channels != s.Blocks[0].In) {
		return fault.New(fault.Usage, "Give the data that the network was trained on.", "it is not known how pixels are normalised for this network")
	}
	var problems []error
	known := map[string]bool{}
	for _, p := range models.Params(s.Blocks) {
		known[p.Name] = true
		v, ok := s.Weights[p.Name]
		switch want := graph.Shape(p.Shape).Len(); {
		case !ok:
			problems = append(problems, fmt.Errorf("%s is missing", p.Name))
		case len(v) != want:
			problems = append(problems, fmt.Errorf("%s has %d elements, the network wants %v", p.Name, len(v), p.Shape))
		case !finite(v):
			problems = append(problems, fmt.Errorf("%s has elements that are not finite", p.Name))
		}
	}
	for name := range s.Weights {
		if !known[name] {
			problems = append(problems, fmt.Errorf("the network has no %s", name))
		}
	}
	if len(problems) > 0 {
		return fault.New(fault.Failure, "The weights belong to another architecture, or their training diverged.",
			"weights: %w", fault.Join(problems))
	}
	return nil
}

// finite reports whether float32 holds every element as a finite number.
func finite(v []float64) bool {
	for _, x := range v {
		if !(math.Abs(x) <= math.MaxFloat32) {
			return false
		}
	}
	return true
}

// checkLiterals: folding divides by deviations, which may be zero or NaN.
func checkLiterals(g *graph.Graph, outputs []*graph.Node) error {
	for _, n := range graph.Reachable(outputs...) {
		if n.Op == graph.Const && !finite(n.Data) {
			return fmt.Errorf("%s is not finite after its batch norm was folded in", g.Label(n))
		}
	}
	return nil
}
