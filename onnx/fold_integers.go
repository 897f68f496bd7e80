package onnx

import (
	"slices"

	"fbnas/onnx/onnxpb"
)

// maxFolded is the largest number of elements that are computed during shape inference:
// they are shapes and parts of them.
const maxFolded = 4 * maxRank

// foldIntegers computes the integers, one or a vector, that a node makes
// of known ones; matrices are excluded, since the folds ignore axes.
// Exporters write shapes in this way: Shape, Gather, arithmetic, Concat.
func (inf *inference) foldIntegers(n *onnxpb.NodeProto) {
	fold := integerFolds[n.GetOpType()]
	if fold == nil || canonical(n.GetDomain()) != "" || len(n.GetOutput()) != 1 || len(n.GetInput()) == 0 {
		return
	}
	var in [][]int64
	for _, name := range n.Input {
		v, ok := inf.consts[name]
		if !ok || len(v) > maxFolded {
			return
		}
		in = append(in, v)
	}
	out, ok := fold(n, in)
	t := inf.types[n.Output[0]]
	lengths, known := t.Shape.Lengths()
	if size, err := elements(lengths); !ok || !known || len(lengths) > 1 || err != nil || size != int64(len(out)) || len(out) > maxFolded ||
		t.Type != Int64 && t.Type != Int32 {
		return
	}
	inf.consts[n.Output[0]] = out
}

// integerFolds compute operators on vectors of known numbers; false if they
// cannot.
var integerFolds = map[string]func(n *onnxpb.NodeProto, in [][]int64) ([]int64, bool){
	"Cast":      firstInput,
	"Reshape":   firstInput,
	"Squeeze":   firstInput,
	"Unsqueeze": firstInput,
	"Add":       pairs(func(a, b int64) (int64, bool) { return a + b, true }),
	"Sub":       pairs(func(a, b int64) (int64, bool) { return a - b, true }),
	"Mul":       pairs(func(a, b int64) (int64, bool) { return a * b, true }),
	"Div":       pairs(quotient),
	"Concat":    func(_ *onnxpb.NodeProto, in [][]int64) ([]int64, bool) { return slices.Concat(in...), true },
	"Gather":    picked,
	"Slice":     part,
}

func firstInput(_ *onnxpb.NodeProto, in [][]int64) ([]int64, bool) { return in[0], true }

func quotient(a, b int64) (int64, bool) {
	if b == 0 || b == -1 && a == -a { // the smallest number has no negative
		return 0, false
	}
	return a / b, true
}

// pairs computes element by element; a single number is combined with each.
func pairs(compute func(a, b int64) (int64, bool)) func(*onnxpb.NodeProto, [][]int64) ([]int64, bool) {
	return func(_ *onnxpb.NodeProto, in [][]int64) ([]int64, bool) {
		if len(in) != 2 || len(in[0]) == 0 || len(in[1]) == 0 {
			return nil, false
		}
		a, b := in[0], in[1]
		if len(a) != len(b) && len(a) != 1 && len(b) != 1 {
			return nil, false
		}
		out := make([]int64, max(len(a), len(b)))
		for i := range out {
			v, ok := compute(a[i%len(a)], b[i%len(b)])
			if !ok {
				return nil, false
			}
			out[i] = v
		}
		return out, true
	}
}

// picked is Gather from a vector.
func picked(_ *onnxpb.NodeProto, in [][]int64) ([]int64, bool) {
	if len(in) != 2 {
		return nil, false
	}
	var out []int64
	for _, at := range in[1] {
		if at < 0 {
			at += int64(len(in[0]))
		}
		if at < 0 || at >= int64(len(in[0])) {
			return nil, false
		}
		out = append(out, in[0][at])
	}
	return out, true
}

// foldSplit is Split of a known vector: the outputs' lengths are those of the
// parts.
func (inf *inference) foldSplit(n *onnxpb.NodeProto) {
	if n.GetOpType() != "Split" || canonical(n.GetDomain()) != "" || len(n.GetInput()) == 0 {
		return
	}
	v, ok := inf.consts[n.Input[0]]
	for _, out := range n.GetOutput() {
		size, known := inf.types[out].Shape.Lengths()
		if !ok || !known || len(size) != 1 || size[0] > int64(len(v)) {
			return
		}
		inf.consts[out], v = v[:size[0]], v[size[0]:]
	}
}

// part is Slice of a vector by inputs, or before opset 10 by attributes, in
// steps of 1.
func part(n *onnxpb.NodeProto, in [][]int64) ([]int64, bool) {
	if len(in) == 1 {
		in = append(in, Attribute(n, "starts").GetInts(), Attribute(n, "ends").GetInts())
	}
	if len(in) < 3 || len(in[1]) != 1 || len(in[2]) != 1 || len(in) == 5 && !slices.Equal(in[4], []int64{1}) {
		return nil, false
	}
	whole := int64(len(in[0]))
	clamp := func(v int64) int64 {
		if v < 0 {
			v += whole
		}
		return max(0, min(whole, v))
	}
	start := clamp(in[1][0])
	return in[0][start:max(start, clamp(in[2][0]))], true
}
