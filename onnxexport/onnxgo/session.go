package onnxgo

import (
	"context"
	"fmt"

	upstream "github.com/owulveryck/onnx-go"
	"github.com/owulveryck/onnx-go/backend/x/gorgonnx"
	"gorgonia.org/tensor"

	"fbnas/engine"
	"fbnas/onnx"
)

// Version is that of the module that runs the models.
const Version = "onnx-go 0.5.0, gorgonia 0.9.4"

// Session is a model in onnx-go: an onnxexport.Session. It is not safe for use
// by several goroutines.
type Session struct {
	model  *upstream.Model
	graph  *gorgonnx.Graph
	input  onnx.Value
	output string
}

// Open decodes an ONNX file's content and lowers it.
func Open(content []byte) (*Session, error) {
	m, err := onnx.Decode(content)
	if err != nil {
		return nil, err
	}
	lowered, err := Lower(m)
	if err != nil {
		return nil, err
	}
	in, out := lowered.Inputs(), lowered.Outputs()
	if len(in) != 1 || len(out) != 1 {
		return nil, fmt.Errorf("onnx-go: the model takes %v and gives %v; want one of each", in, out)
	}
	data, err := lowered.Bytes()
	if err != nil {
		return nil, err
	}
	s := &Session{graph: gorgonnx.NewGraph(), input: in[0], output: out[0].Name}
	s.model = upstream.NewModel(s.graph)
	err = guarded(func() error { return s.model.UnmarshalBinary(data) })
	return s, err
}

// Run computes the output of a batch, of numbers or pixels.
func (s *Session) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lengths, _ := s.input.Shape.Lengths()
	shape := make([]int, len(lengths))
	for i, n := range lengths {
		shape[i] = int(n)
	}
	values := append([]float32{}, feeds[s.input.Name].Floats...)
	for _, pixel := range feeds[s.input.Name].Bytes {
		values = append(values, float32(pixel))
	}
	var result []float64
	err := guarded(func() error {
		if err := s.model.SetInput(0, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(values))); err != nil {
			return err
		}
		if err := s.graph.Run(); err != nil {
			return err
		}
		out, err := s.model.GetOutputTensors()
		if err != nil {
			return err
		}
		numbers, ok := out[0].Data().([]float32)
		if !ok {
			return fmt.Errorf("the output is of %v", out[0].Dtype())
		}
		for _, v := range numbers {
			result = append(result, float64(v))
		}
		return nil
	})
	return engine.Results{s.output: result}, err
}

// Close does nothing.
func (s *Session) Close() error { return nil }

// guarded turns panics of onnx-go, of which there are many, into errors.
func guarded(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("onnx-go: %v", r)
		}
	}()
	if err := do(); err != nil {
		return fmt.Errorf("onnx-go: %w", err)
	}
	return nil
}
