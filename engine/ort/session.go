package ort

import (
	"context"
	"errors"
	"fmt"
	"slices"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/internal/convert"
	"fbnas/onnx"
)

// Session runs one ONNX model from any source, as an application would: with
// all of ONNX Runtime's optimisations.
type Session struct {
	session         *ortgo.DynamicAdvancedSession
	inputs, outputs []onnx.Value
}

// Open prepares a model from memory. Its inputs are float32, int64 or
// uint8, its outputs float32; others are an error.
func Open(model []byte, o Options) (*Session, error) {
	if err := load(o.Library); err != nil {
		return nil, err
	}
	m, err := onnx.Decode(model)
	if err != nil {
		return nil, fmt.Errorf("ort: open model: %w", err)
	}
	s := &Session{inputs: m.Inputs(), outputs: m.Outputs()}
	if err := s.open(model, o); err != nil {
		return nil, fmt.Errorf("ort: open model %q: %w", m.Name(), err)
	}
	return s, nil
}

// inputTypes are the supported types of inputs.
var inputTypes = []onnx.DType{onnx.Float32, onnx.Int64, onnx.Uint8}

func (s *Session) open(model []byte, o Options) error {
	var inNames, outNames []string
	var problems []error
	for _, v := range s.inputs {
		inNames = append(inNames, v.Name)
		if v.Shape == nil || !slices.Contains(inputTypes, v.Type) {
			problems = append(problems, fmt.Errorf("input %s is %v; tensors of %v can be fed", v.Name, v.TypeShape, inputTypes))
		}
	}
	for _, v := range s.outputs {
		outNames = append(outNames, v.Name)
		if v.Type != onnx.Float32 {
			problems = append(problems, fmt.Errorf("output %s is %v; float32 can be read", v.Name, v.TypeShape))
		}
	}
	if len(inNames) == 0 || len(outNames) == 0 {
		problems = append(problems, fmt.Errorf("%d inputs and %d outputs", len(inNames), len(outNames)))
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	options, err := sessionOptions(o, ortgo.GraphOptimizationLevelEnableAll)
	if err != nil {
		return err
	}
	defer options.Destroy()
	s.session, err = ortgo.NewDynamicAdvancedSessionWithONNXData(model, inNames, outNames, options)
	return err
}

// Inputs are the model's inputs, in its order.
func (s *Session) Inputs() []onnx.Value { return s.inputs }

// Outputs are the model's outputs, in its order.
func (s *Session) Outputs() []onnx.Value { return s.outputs }

// Run computes every output. A feed has the length of the input's dimensions;
// a dimension without a fixed length (a batch) follows from
// the feed's length. Several goroutines may run one session.
func (s *Session) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	results, err := s.run(ctx, feeds)
	if err != nil {
		return nil, fmt.Errorf("ort: run model: %w", err)
	}
	return results, nil
}

func (s *Session) run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	var in []ortgo.Value
	out := make([]ortgo.Value, len(s.outputs))
	defer func() {
		for _, v := range append(in, out...) {
			if v != nil {
				v.Destroy()
			}
		}
	}()
	for _, v := range s.inputs {
		value, err := feed(v, feeds[v.Name])
		if err != nil {
			return nil, fmt.Errorf("feed %s: %w", v.Name, err)
		}
		in = append(in, value)
	}
	for i, v := range s.outputs {
		if v.Shape != nil && len(v.Shape) == 0 { // the binding allocates all others
			scalar, err := ortgo.NewEmptyScalar[float32]()
			if err != nil {
				return nil, err
			}
			out[i] = scalar
		}
	}
	if err := runSession(ctx, s.session, in, out); err != nil {
		return nil, err
	}
	results := engine.Results{}
	for i, v := range s.outputs {
		switch t := out[i].(type) {
		case *ortgo.Tensor[float32]:
			results[v.Name] = convert.Slice[float64](t.GetData())
		case *ortgo.Scalar[float32]:
			results[v.Name] = []float64{float64(t.GetData())}
		default:
			return nil, fmt.Errorf("output %s came as %T", v.Name, t)
		}
	}
	return results, nil
}

// feed copies the slice of f that has v's type into a value of v's shape.
func feed(v onnx.Value, f engine.Feed) (ortgo.Value, error) {
	switch v.Type {
	case onnx.Int64:
		return valueOf(v, f.Ints)
	case onnx.Uint8:
		return valueOf(v, f.Bytes)
	}
	return valueOf(v, f.Floats)
}

func valueOf[T element](v onnx.Value, data []T) (ortgo.Value, error) {
	shape, ok := resolve(v.Shape, len(data))
	if !ok {
		return nil, fmt.Errorf("%d elements given, the model wants %v", len(data), v.TypeShape)
	}
	if len(shape) == 0 {
		return ortgo.NewScalar(data[0])
	}
	held := aligned[T](len(data))
	copy(held, data)
	return ortgo.NewTensor(ortgo.Shape(dimensions(shape)), held)
}

// resolve gives the dimensions of a tensor of `length` elements; false if
// they do not fit that length, or more than one is open.
func resolve(declared onnx.Shape, length int) (graph.Shape, bool) {
	shape, open := make(graph.Shape, len(declared)), -1
	for i, d := range declared {
		switch {
		case d.Known():
			shape[i] = int(d.Size)
		case open >= 0:
			return nil, false
		default:
			shape[i], open = 1, i
		}
	}
	if n := shape.Len(); open >= 0 && n > 0 {
		shape[open] = length / n
	}
	return shape, shape.Len() == length && length > 0
}

// Close frees the session.
func (s *Session) Close() error { return s.session.Destroy() }
