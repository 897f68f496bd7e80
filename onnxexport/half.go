package onnxexport

import (
	"math"

	"fbnas/internal/fault"
	"fbnas/onnx"
)

// largestHalf is the largest number of float16.
const largestHalf = 65504

// halve stores the kernels of convolutions in float16, each with a Cast, which
// a runtime computes once when it opens the file. Biases stay: they are few. A
// kernel with elements that are too large for float16 is an error.
func halve(m *onnx.Model) error {
	const kernelRank = 4
	g := m.Proto.Graph
	casts := onnx.NewBuilder("", int(m.Opset("")))
	wide := map[string]string{}
	for i, p := range g.Initializer {
		if onnx.DType(p.GetDataType()) != onnx.Float32 || len(p.GetDims()) != kernelRank {
			continue
		}
		t, err := onnx.TensorOf(p)
		if err != nil {
			return err
		}
		values, err := onnx.Values[float32](t)
		if err != nil {
			return err
		}
		for _, v := range values {
			if math.Abs(float64(v)) > largestHalf {
				return fault.New(fault.Failure, "Export it with weights in float32.", "%s has an element of %g, too large for float16", t.Name, v)
			}
		}
		half := onnx.Float16Tensor(t.Name, values, t.Dims...)
		casts.Initializer(t.Name, half)
		g.Initializer[i] = half.Proto()
		wide[t.Name] = t.Name + ".float32"
		casts.Node("Cast", []string{t.Name}, []string{wide[t.Name]}, onnx.Int("to", int(onnx.Float32)))
	}
	for _, n := range g.Node {
		for i, name := range n.Input {
			if to := wide[name]; to != "" {
				n.Input[i] = to
			}
		}
	}
	c, err := casts.Model()
	if err != nil {
		return err
	}
	g.Node = append(c.Proto.Graph.Node, g.Node...)
	return nil
}
