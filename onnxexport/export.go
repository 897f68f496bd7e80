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

// Names of the tensors that go into an exported model and come out of it.
const (
	Input  = "input"  // [Batch,C,H,W]
	Output = "logits" // [Batch,classes], or a map where the last block is no classifier
)

// Spec is a network to be exported; the zero values of Batch and Opset mean 1
// and 17.
type Spec struct {
	Name   string // of the ONNX graph
	Blocks []models.Block
	// Weights are all tensors of models.Params(Blocks), row-major.
	Weights  map[string][]float64
	Batch    int
	Opset    int
	Metadata Metadata
}

// Export builds the ONNX model: evaluation with running statistics, batch
// norms folded into the convolutions in float64, every shape fixed and
// declared, initializers named after the parameters. Equal specs give equal
// bytes. Parameters that are missing, of the wrong size, unknown or not finite
// are an error that names them.
func Export(s Spec) (*onnx.Model, error) {
	s.Batch, s.Opset = cmp.Or(s.Batch, 1), cmp.Or(s.Opset, 17)
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("export %s: %w", s.Name, err)
	}
	m, err := s.model()
	if err == nil {
		err = declareShapes(m)
	}
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", s.Name, err)
	}
	s.Metadata.Weights = WeightsDigest(m)
	if err := s.Metadata.store(m); err != nil {
		return nil, fmt.Errorf("export %s: %w", s.Name, err)
	}
	return m, nil
}

func (s Spec) model() (m *onnx.Model, err error) {
	defer graph.Recover(&err)
	g, first := graph.New(), s.Blocks[0]
	nb := &nn.Builder{G: g, Statistics: nn.Running}
	y := models.Network(nb, s.Blocks, g.MapInput(Input, s.Batch, first.In, first.Height, first.Width))
	outputs := opt.Rewrite(g, []*graph.Node{y}, opt.Inference...)
	outputs, err = opt.Fold(g, outputs, s.Weights, interp.Eval)
	if err != nil {
		return nil, err
	}
	if err := checkLiterals(g, outputs); err != nil {
		return nil, err
	}
	return lower.Std([]lower.Output{{Name: Output, Node: outputs[0]}}, lower.Options{
		Name: s.Name, Opset: s.Opset, Labels: g.Label,
		Decorate: func(b *onnx.Builder) { b.Producer = "fbnas" },
	})
}

// validate lists what is wrong with the spec, all at once.
func (s Spec) validate() error {
	if len(s.Blocks) == 0 {
		return errors.New("a network without blocks")
	}
	if s.Batch < 0 {
		return fmt.Errorf("a batch of %d images", s.Batch)
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
			"weights: %w", shortened(problems))
	}
	return nil
}

// finite tells whether float32 holds every element as a finite number.
func finite(v []float64) bool {
	for _, x := range v {
		if !(math.Abs(x) <= math.MaxFloat32) {
			return false
		}
	}
	return true
}

// checkLiterals: folding divides by deviations, which may be zero or not real.
func checkLiterals(g *graph.Graph, outputs []*graph.Node) error {
	for _, n := range graph.Reachable(outputs...) {
		if n.Op == graph.Const && !finite(n.Data) {
			return fmt.Errorf("%s is not finite after its batch norm was folded in", g.Label(n))
		}
	}
	return nil
}

// shortened joins as many problems as a person reads.
func shortened(problems []error) error {
	const shown = 10
	if more := len(problems) - shown; more > 0 {
		problems = append(problems[:shown:shown], fmt.Errorf("and %d more", more))
	}
	return errors.Join(problems...)
}
