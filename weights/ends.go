package weights

import (
	"fmt"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// before are operators that exporters put before a network to prepare its
// image, and after those that they put after its logits. moves only rearrange numbers,
// and count as being after the logits only together with one of after.
var (
	before = []string{"Add", "Cast", "Clip", "Concat", "DequantizeLinear", "Div", "Gather", "Identity", "Mul", "Pad", "QuantizeLinear",
		"Reshape", "Resize", "Slice", "Squeeze", "Sub", "Transpose", "Unsqueeze"}
	after = []string{"ArgMax", "ArgMin", "Hardmax", "LogSoftmax", "Softmax", "TopK"}
	moves = []string{"Cast", "Flatten", "Gather", "Identity", "Reshape", "Squeeze", "Unsqueeze"}
)

// Between makes the part of an ONNX file that is read begin and end at values inside its
// graph; "" is the file's own input or output.
func (f *File) Between(input, output string) error {
	if input == "" && output == "" {
		return nil
	}
	if f.model == nil {
		return fault.New(fault.Usage, "Leave out --inputs and --outputs.", "%s is not an ONNX file: it has no graph to cut", f.Path)
	}
	m, err := f.model.Cut(input, output)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	f.model = m
	return nil
}

// ends names the values at which to cut a file's graph if it prepares images or
// continues after its logits; "" if it does neither.
func ends(m *onnx.Model) string {
	var flags, what []string
	if name, nodes := imageBehind(m); nodes != "" {
		flags, what = append(flags, fmt.Sprintf("--inputs %q", name)), append(what, nodes+" in front")
	}
	if name, nodes := logitsBefore(m); nodes != "" {
		flags, what = append(flags, fmt.Sprintf("--outputs %q", name)), append(what, nodes+" at the end")
	}
	if flags == nil {
		return ""
	}
	return fmt.Sprintf("The file has %s: leave that out with %s.", strings.Join(what, " and "), strings.Join(flags, " "))
}

// imageBehind goes from the model's input along nodes of before, and returns the
// value after them and their operators; none if no convolution follows.
func imageBehind(m *onnx.Model) (value, nodes string) {
	if len(m.Inputs()) != 1 {
		return "", ""
	}
	value = m.Inputs()[0].Name
	padded, ops := "", []string(nil)
	for {
		var readers []*onnxpb.NodeProto
		for _, n := range m.Proto.Graph.Node {
			if slices.Contains(n.GetInput(), value) && n.GetOpType() != "Shape" {
				readers = append(readers, n)
			}
		}
		switch {
		case len(readers) != 1 || len(readers[0].GetOutput()) != 1:
			return "", ""
		case readers[0].GetOpType() == "Conv" && len(ops) > 0 && ops[len(ops)-1] == "Pad":
			return padded, strings.Join(ops[:len(ops)-1], ", ") // the padding belongs to the convolution
		case readers[0].GetOpType() == "Conv":
			return value, strings.Join(ops, ", ")
		case !slices.Contains(before, readers[0].GetOpType()):
			return "", ""
		}
		padded, value, ops = value, readers[0].Output[0], append(ops, readers[0].GetOpType())
	}
}

// logitsBefore goes back from the model's outputs along nodes of after and
// moves, and returns the value before the first node of after.
func logitsBefore(m *onnx.Model) (value, nodes string) {
	makers := map[string]*onnxpb.NodeProto{}
	for _, n := range m.Proto.Graph.Node {
		for _, out := range n.GetOutput() {
			makers[out] = n
		}
	}
	if len(m.Outputs()) == 0 {
		return "", ""
	}
	at := m.Outputs()[0].Name
	var ops []string
	for {
		n := makers[at]
		if n == nil || len(n.GetInput()) == 0 {
			return value, nodes
		}
		is := slices.Contains(after, n.GetOpType())
		if !is && !slices.Contains(moves, n.GetOpType()) {
			return value, nodes
		}
		at, ops = n.Input[0], append([]string{n.GetOpType()}, ops...)
		if is {
			value, nodes = at, strings.Join(ops, ", ")
		}
		delete(makers, n.GetOutput()[0]) // ends a cycle
	}
}
