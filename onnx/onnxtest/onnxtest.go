package onnxtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"

	"fbnas/internal/setup"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// The groups of vectors: models of one operator (932 of them), operators and
// layers exported by PyTorch (opset 6), and graphs of several nodes.
const (
	Node             = "node"
	PytorchOperator  = "pytorch-operator"
	PytorchConverted = "pytorch-converted"
	Simple           = "simple"
)

// Groups are all of them.
var Groups = []string{Node, PytorchOperator, PytorchConverted, Simple}

// Case is one model with the folder that its vectors are in.
type Case struct {
	Name  string // group/test_name
	Model *onnx.Model
	dir   string
}

// Cases reads the models of the given groups, or of all groups, in the order
// of their names. Without the vectors the test is skipped.
func Cases(t testing.TB, groups ...string) []Case {
	t.Helper()
	root, err := setup.ONNXTestdata()
	if err != nil {
		t.Skip(err)
	}
	if len(groups) == 0 {
		groups = Groups
	}
	var cases []Case
	for _, group := range groups {
		paths, err := filepath.Glob(filepath.Join(root, group, "*", "model.onnx"))
		if err != nil {
			t.Fatal(err)
		}
		if len(paths) == 0 {
			t.Fatalf("no models in %s", filepath.Join(root, group))
		}
		for _, path := range paths {
			m, err := onnx.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Dir(path)
			cases = append(cases, Case{group + "/" + filepath.Base(dir), m, dir})
		}
	}
	return cases
}

// ErrNotDense is the error of Data for a vector with a sequence, a text or
// another value that onnx.Tensor cannot hold.
var ErrNotDense = errors.New("not dense tensors of numbers")

// Data reads the case's first vector: tensors in the order of the graph's
// inputs and outputs, with their names.
func (c Case) Data() (inputs, outputs []onnx.Tensor, err error) {
	if inputs, err = c.tensors("input", c.Model.Inputs()); err == nil {
		outputs, err = c.tensors("output", c.Model.Outputs())
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	return inputs, outputs, nil
}

func (c Case) tensors(kind string, values []onnx.Value) ([]onnx.Tensor, error) {
	var out []onnx.Tensor
	for i, v := range values {
		if v.Type.Size() == 0 {
			return nil, fmt.Errorf("%s %q: %w", kind, v.Name, ErrNotDense)
		}
		data, err := os.ReadFile(filepath.Join(c.dir, "test_data_set_0", fmt.Sprintf("%s_%d.pb", kind, i)))
		if err != nil {
			return nil, err
		}
		p := &onnxpb.TensorProto{}
		if err := proto.Unmarshal(data, p); err != nil {
			return nil, fmt.Errorf("%s %q: %w", kind, v.Name, err)
		}
		t, err := onnx.TensorOf(p)
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", kind, v.Name, err)
		}
		t.Name = v.Name
		if v.Type == onnx.BFloat16 && t.DType == onnx.Uint16 {
			t.DType = onnx.BFloat16 // numpy, which wrote the vectors, has no such type
		}
		out = append(out, t)
	}
	return out, nil
}
