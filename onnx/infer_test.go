package onnx_test

import (
	"strings"
	"testing"

	"fbnas/onnx"
	"fbnas/onnx/onnxtest"
)

// value is an input of a one-node graph: a tensor's declaration or a constant.
type value struct {
	onnx.TypeShape
	constant *onnx.Tensor
}

func float(dims ...any) value {
	s := onnx.Shape{}
	for _, d := range dims {
		switch d := d.(type) {
		case int:
			s = append(s, onnx.Fixed(d))
		case string:
			s = append(s, onnx.Sym(d))
		}
	}
	return value{TypeShape: onnx.TypeShape{Type: onnx.Float32, Shape: s}}
}

func of(t onnx.DType, dims ...any) value {
	v := float(dims...)
	v.Type = t
	return v
}

func ints(v ...int64) value {
	t := onnx.Vector("", v...)
	return value{constant: &t}
}

var absent = value{}

type attrs = []onnx.Attr

// infer describes the outputs of a graph of one node, or the error.
func infer(op string, opset, outputs int, in []value, a attrs) string {
	b := onnx.NewBuilder("one", opset)
	var names []string
	for i, v := range in {
		name := string(rune('a' + i))
		switch {
		case v.constant != nil:
			b.Initializer(name, *v.constant)
		case v.Type == onnx.Unknown:
			name = ""
		default:
			b.Input(name, v.Type, v.Shape)
		}
		names = append(names, name)
	}
	outs := []string{"y", "z", "u", "v", "w", "x"}[:outputs]
	if i := strings.LastIndex(op, "."); i > 0 {
		b.Import(op[:i], 1)
		b.Node(op[i+1:], names, outs, a...).In(op[:i])
	} else {
		b.Node(op, names, outs, a...)
	}
	b.Output("y", onnx.Unknown, nil)
	types, err := onnx.InferShapes(b.Unchecked())
	if err != nil {
		return err.Error()
	}
	var words []string
	for _, name := range outs {
		words = append(words, types[name].String())
	}
	return strings.Join(words, " ")
}

var (
	is = onnx.Ints[int]
	n  = onnx.Int[int]
)

// rules test what the conformance vectors lack: named dimensions,
// unknown ones, operators without a vector, and invalid nodes.
var rules = []struct {
	op      string
	opset   int
	outputs int
	in      []value
	attrs   attrs
	want    string // the outputs, or a part of the error
}{
	{"Gelu", 20, 1, []value{float("N", 3)}, nil, "float32[N,3]"},
	{"Mish", 18, 1, []value{float("N", 3)}, nil, "float32[N,3]"},
	{"BitwiseNot", 18, 1, []value{of(onnx.Uint8, 3)}, nil, "uint8[3]"},
	{"BitwiseAnd", 18, 1, []value{of(onnx.Uint8, "N", 3), of(onnx.Uint8, 3)}, nil, "uint8[N,3]"},
	{"BitwiseOr", 18, 1, []value{of(onnx.Uint8, 2, 1), of(onnx.Uint8, 3)}, nil, "uint8[2,3]"},
	{"BitwiseXor", 18, 1, []value{of(onnx.Uint8, 2), of(onnx.Uint8, 3)}, nil, "do not broadcast"},
	{"RandomNormalLike", 17, 1, []value{of(onnx.Int64, "N", 3)}, attrs{n("dtype", 1)}, "float32[N,3]"},
	{"Add", 6, 1, []value{float(2, 3, 4), float(3)}, attrs{n("axis", 1), n("broadcast", 1)}, "float32[2,3,4]"},
	{"BatchNormalization", 7, 1, []value{float("N", 4, 5), float(4), float(4), float(4), float(4)}, nil, "float32[N,4,5]"},
	{"BatchNormalization", 7, 1, []value{float("N", 4, 5), float(4, 5), float(4, 5), float(4, 5), float(4, 5)}, attrs{n("spatial", 0)}, "float32[N,4,5]"},
	{"BatchNormalization", 7, 1, []value{float("N", 4, 5), float(3), float(4), float(4), float(4)}, nil, "channels against statistics"},
	{"LayerNormalization", 17, 3, []value{float("N", 4, 8), float(8), float(8)}, nil, "float32[N,4,8] float32[N,4,1] float32[N,4,1]"},
	{"GroupNormalization", 18, 1, []value{float("N", 4, 5, 5), float(2), float(2)}, attrs{n("num_groups", 2)}, "float32[N,4,5,5]"},
	{"GroupNormalization", 21, 1, []value{float("N", 4, 5, 5), float(4), float(4)}, attrs{n("num_groups", 2)}, "float32[N,4,5,5]"},
	{"LpNormalization", 17, 1, []value{float("N", 4)}, attrs{n("p", 1)}, "float32[N,4]"},
	{"LpPool", 17, 1, []value{float("N", 4, 9, 9)}, attrs{is("kernel_shape", 3, 3), is("strides", 2, 2)}, "float32[N,4,4,4]"},
	{"LpPool", 18, 1, []value{float("N", 4, 8, 8)}, attrs{is("kernel_shape", 3, 3), is("strides", 2, 2), n("ceil_mode", 1)}, "float32[N,4,4,4]"},
	{"GlobalLpPool", 17, 1, []value{float("N", 4, 9, 9)}, nil, "float32[N,4,1,1]"},
	{"DeformConv", 19, 1, []value{float(1, 4, 9, 9), float(8, 4, 3, 3), float(1, 18, 7, 7), float(8)}, nil, "float32[1,8,7,7]"},
	{"TopK", 11, 2, []value{float("N", 9), ints(5)}, nil, "float32[N,5] int64[N,5]"},
	{"TopK", 1, 2, []value{float(7, 9)}, attrs{n("axis", 0), n("k", 3)}, "float32[3,9] int64[3,9]"},
	{"LSTM", 14, 3, []value{float("T", "N", 8), float(2, 20, 8), float(2, 20, 5)}, attrs{n("hidden_size", 5), onnx.String("direction", "bidirectional")}, "float32[T,2,N,5] float32[2,N,5] float32[2,N,5]"},
	{"GRU", 14, 2, []value{float("N", "T", 8), float(1, 15, 8), float(1, 15, 5)}, attrs{n("layout", 1)}, "float32[N,T,1,5] float32[N,1,5]"},
	{"RNN", 7, 1, []value{float("T", "N", 8), float(1, 5, 8), float(1, 5, 5)}, attrs{n("hidden_size", 4)}, "hidden_size against the recurrence: 5 and 4"},
	{"Einsum", 17, 1, []value{float("N", 4, 8), float("N", 8, 5)}, attrs{onnx.String("equation", "bij, bjk -> bik")}, "float32[N,4,5]"},
	{"Einsum", 17, 1, []value{float(2, 4), float(5, 3)}, attrs{onnx.String("equation", "ij,jk->ik")}, "dimension j: 4 and 5"},
	{"Upsample", 7, 1, []value{float("N", 4, 5, 6)}, attrs{onnx.Floats("scales", 1, 1, 2, 2)}, "float32[?,4,10,12]"},
	{"Slice", 9, 1, []value{float("N", 9, 9)}, attrs{is("starts", 1, 0), is("ends", -1, 4), is("axes", 1, 2)}, "float32[N,7,4]"},
	{"Split", 11, 2, []value{float("N", 9)}, attrs{n("axis", 1), is("split", 4, 5)}, "float32[N,4] float32[N,5]"},
	{"Split", 13, 2, []value{float("N", 9), ints(2, 7)}, attrs{n("axis", -1)}, "float32[N,2] float32[N,7]"},
	{"Add", 17, 1, []value{float("N", 3), float(3)}, nil, "float32[N,3]"},
	{"Add", 17, 1, []value{float("N", 1), float("M", 4)}, nil, "float32[?,4]"},
	{"Add", 17, 1, []value{float("N"), float(5)}, nil, "float32[5]"},
	{"Add", 17, 1, []value{float(2), float(3)}, nil, "shapes do not broadcast: 2 against 3"},
	{"Add", 17, 1, []value{float(2), of(onnx.Int64, 2)}, nil, "inputs of types float32 and int64"},
	{"Where", 17, 1, []value{of(onnx.Bool, 1), float("N", 2), float()}, nil, "float32[N,2]"},
	{"Where", 17, 1, []value{float(1), float(1), float(1)}, nil, "condition of type float32"},
	{"Cast", 17, 1, []value{float("N")}, attrs{n("to", 6)}, "int32[N]"},
	{"Cast", 17, 1, []value{float("N")}, attrs{n("to", 55)}, "cast to unknown type 55"},
	{"Cast", 17, 1, []value{float("N")}, nil, "attribute to is missing"},
	{"Conv", 17, 1, []value{float("N", 3, 32, "W"), float(8, 3, 3, 3), float(8)}, attrs{is("strides", 2, 2), is("pads", 1, 1, 1, 1)}, "float32[N,8,16,?]"},
	{"Conv", 17, 1, []value{float(1, 8, 7, 7), float(8, 1, 5, 5)}, attrs{n("group", 8), is("dilations", 2, 1), is("pads", 1, 0, 1, 0)}, "float32[1,8,1,3]"},
	{"Conv", 17, 1, []value{float(1, 8, 7, 7), float(8, 2, 1, 1)}, nil, "channels of the input against weights times group: 8 and 2"},
	{"Conv", 17, 1, []value{float(1, 4, 7, 7), float(3, 2, 1, 1)}, attrs{n("group", 2)}, "3 filters in 2 groups"},
	{"Conv", 17, 1, []value{float(1, 4, 7, 7), float(3, 4, 1, 1), float(4)}, nil, "filters against biases: 3 and 4"},
	{"Conv", 17, 1, []value{float(1, 4, 2, 2), float(3, 4, 5, 5)}, nil, "a window of 5 on 2"},
	{"Conv", 17, 1, []value{float(1, 4, 9, 9), float(3, 4, 3, 3)}, attrs{is("kernel_shape", 3, 2)}, "kernel_shape against weights: 3 and 2"},
	{"Conv", 17, 1, []value{float(1, 4, 9, 9), float(3, 4, 3, 3)}, attrs{is("strides", 0, 1)}, "strides [0 1]"},
	{"Conv", 17, 1, []value{float(1, 4, 9, 9), float(3, 4, 3, 3)}, attrs{is("pads", 1, 1)}, "pads has 2 values, not 4"},
	{"Conv", 17, 1, []value{float(4, 9), float(3, 4, 3, 3)}, nil, "has no spatial dimensions"},
	{"Conv", 17, 1, []value{float(1, 4, 9, 9), float(3, 4, 3, 3)}, attrs{onnx.String("auto_pad", "SOME")}, `auto_pad "SOME"`},
	{"ConvTranspose", 17, 1, []value{float("N", 4, 5, 5), float(4, 2, 3, 3)}, attrs{n("group", 3), is("strides", 2, 2), is("pads", 1, 1, 1, 1), is("output_padding", 1, 0)}, "float32[N,6,10,9]"},
	{"MaxPool", 17, 2, []value{float(1, 4, 9, 9)}, attrs{is("kernel_shape", 3, 3), is("strides", 2, 2)}, "float32[1,4,4,4] int64[1,4,4,4]"},
	{"BatchNormalization", 17, 3, []value{float("N", 4, 5), float(4), float(4), float(4), float(4)}, attrs{n("training_mode", 1)}, "float32[N,4,5] float32[4] float32[4]"},
	{"BatchNormalization", 17, 3, []value{float("N", 4, 5), float(4), float(4), float(4), float(4)}, nil, "3 outputs without training_mode"},
	{"BatchNormalization", 17, 1, []value{float("N", 4, 5), float(5), float(4), float(4), float(4)}, nil, "channels against statistics: 4 and 5"},
	{"GlobalAveragePool", 17, 1, []value{float("N", "C", 7, 7)}, nil, "float32[N,C,1,1]"},
	{"Gemm", 17, 1, []value{float("N", 4), float(5, 4), float(5)}, attrs{n("transB", 1)}, "float32[N,5]"},
	{"Gemm", 17, 1, []value{float("N", 4), float(5, 4), float(3)}, attrs{n("transB", 1)}, "does not broadcast"},
	{"MatMul", 17, 1, []value{float("N", 1, 2, 3), float(4, 3, "K")}, nil, "float32[N,4,2,K]"},
	{"MatMul", 17, 1, []value{float(3), float(3)}, nil, "float32[]"},
	{"MatMul", 17, 1, []value{float(), float(3)}, nil, "a scalar"},
	{"Reshape", 17, 1, []value{float("N", 3, 4), ints(0, -1)}, nil, "float32[N,12]"},
	{"Reshape", 17, 1, []value{float("N", 12), ints(-1, 12)}, nil, "float32[?,12]"},
	{"Reshape", 17, 1, []value{float("N"), ints(-1, 1)}, nil, "float32[N,1]"},
	{"Reshape", 17, 1, []value{float(5, 2), ints(3, -1)}, nil, "10 is not a multiple of 3"},
	{"Reshape", 17, 1, []value{float(5, 2), ints(3, 3)}, nil, "elements do not fit"},
	{"Reshape", 17, 1, []value{float(5, 2), ints(-1, -1)}, nil, "two unknown dimensions"},
	{"Reshape", 17, 1, []value{float(5, 2), of(onnx.Int64, 3)}, nil, "float32[?,?,?]"},
	{"Reshape", 17, 1, []value{float(5, 2), of(onnx.Int64, "K")}, nil, "float32[...]"},
	{"Flatten", 17, 1, []value{float("N", 3, 4)}, nil, "float32[N,12]"},
	{"Transpose", 17, 1, []value{float("N", 3, 4)}, attrs{is("perm", 2, 0, 1)}, "float32[4,N,3]"},
	{"Transpose", 17, 1, []value{float("N", 3, 4)}, attrs{is("perm", 2, 0, 0)}, "axis 0 is given twice"},
	{"Concat", 17, 1, []value{float("N", 3), float("N", 4)}, attrs{n("axis", 1)}, "float32[N,7]"},
	{"Concat", 17, 1, []value{float(2, 3), float(3, 3)}, attrs{n("axis", 1)}, "dimensions of the inputs: 2 and 3"},
	{"Split", 17, 2, []value{float("N", 5), ints(2, 3)}, attrs{n("axis", 1)}, "float32[N,2] float32[N,3]"},
	{"Split", 17, 2, []value{float("N", 5), ints(2, 2)}, attrs{n("axis", 1)}, "sum of the parts against the whole: 4 and 5"},
	{"Split", 17, 2, []value{float(5)}, nil, "5 is not a multiple of 2"},
	{"Split", 18, 2, []value{float(5)}, attrs{n("num_outputs", 2)}, "float32[3] float32[2]"},
	{"Slice", 17, 1, []value{float("N", 9), ints(1), ints(9), ints(1), ints(3)}, nil, "float32[N,3]"},
	{"Slice", 17, 1, []value{float("N", 9), ints(1), ints(9), ints(1), ints(0)}, nil, "a step of 0"},
	{"Pad", 17, 1, []value{float("N", 9), ints(0, 1, 0, -2)}, nil, "float32[N,8]"},
	{"Pad", 18, 1, []value{float("N", 9), ints(1, 2), absent, ints(-1)}, nil, "float32[N,12]"},
	{"Gather", 17, 1, []value{float("N", 9), of(onnx.Int64, "K", 2)}, attrs{n("axis", 1)}, "float32[N,K,2]"},
	{"Gather", 17, 1, []value{float("N", 9), of(onnx.Int64)}, attrs{n("axis", 2)}, "axis 2 of 2 dimensions"},
	{"Expand", 17, 1, []value{float("N", 1), ints(3, 1, 4)}, nil, "float32[3,N,4]"},
	{"Tile", 17, 1, []value{float("N", 2), ints(1, 3)}, nil, "float32[N,6]"},
	{"Squeeze", 17, 1, []value{float("N", 1, 2), ints(1)}, nil, "float32[N,2]"},
	{"Squeeze", 17, 1, []value{float("N", 3, 2), ints(1)}, nil, "squeezed dimension: 3 and 1"},
	{"Unsqueeze", 17, 1, []value{float("N"), ints(0, 2)}, nil, "float32[1,N,1]"},
	{"Shape", 17, 1, []value{float("N", 3)}, nil, "int64[2]"},
	{"ConstantOfShape", 17, 1, []value{ints(2, 3)}, nil, "float32[2,3]"},
	{"ConstantOfShape", 17, 1, []value{ints(2, -3)}, nil, "a shape of 2 dimensions, [2 -3]"},
	{"OneHot", 17, 1, []value{of(onnx.Int64, "N"), ints(10), float(2)}, nil, "float32[N,10]"},
	{"ReduceMean", 17, 1, []value{float("N", 3, 4)}, attrs{is("axes", 1, -1), n("keepdims", 0)}, "float32[N]"},
	{"ReduceMean", 18, 1, []value{float("N", 3), ints()}, attrs{n("noop_with_empty_axes", 1)}, "float32[N,3]"},
	{"ReduceSum", 17, 1, []value{float("N", 3), of(onnx.Int64, 1)}, nil, "float32[?,?]"},
	{"ReduceSum", 17, 1, []value{float("N", 3)}, attrs{n("keepdims", 0)}, "float32[]"},
	{"ArgMax", 17, 1, []value{float("N", 3)}, attrs{n("axis", 1), n("keepdims", 0)}, "int64[N]"},
	{"QuantizeLinear", 17, 1, []value{float("N"), float(), of(onnx.Int8)}, nil, "int8[N]"},
	{"QuantizeLinear", 17, 1, []value{float("N"), float()}, nil, "uint8[N]"},
	{"DequantizeLinear", 17, 1, []value{of(onnx.Int8, "N"), float()}, nil, "float32[N]"},
	{"ConvInteger", 17, 1, []value{of(onnx.Uint8, "N", 3, 8, 8), of(onnx.Int8, 4, 3, 3, 3), of(onnx.Uint8)}, attrs{is("strides", 2, 2), is("pads", 1, 1, 1, 1)}, "int32[N,4,4,4]"},
	{"ConvInteger", 17, 1, []value{of(onnx.Uint8, "N", 3, 8, 8), of(onnx.Int8, 4, 2, 3, 3)}, nil, "channels"},
	{"MatMulInteger", 17, 1, []value{of(onnx.Uint8, "N", 3), of(onnx.Int8, 3, 4)}, nil, "int32[N,4]"},
	{"QLinearConv", 17, 1, []value{of(onnx.Uint8, "N", 3, 8, 8), float(), of(onnx.Uint8), of(onnx.Int8, 4, 3, 3, 3), float(), of(onnx.Int8), float(), of(onnx.Int8), of(onnx.Int32, 4)}, nil, "int8[N,4,6,6]"},
	{"QLinearMatMul", 17, 1, []value{of(onnx.Int8, "N", 3), float(), of(onnx.Int8), of(onnx.Int8, 3, 4), float(), of(onnx.Int8), float(), of(onnx.Uint8)}, nil, "uint8[N,4]"},
	{"DynamicQuantizeLinear", 17, 3, []value{float("N", 3)}, nil, "uint8[N,3] float32[] uint8[]"},
	{"DepthToSpace", 17, 1, []value{float("N", 8, 2, 2)}, attrs{n("blocksize", 2)}, "float32[N,2,4,4]"},
	{"Resize", 17, 1, []value{float("N", 3, 8, 8), absent, absent, ints(1, 3, 4, 4)}, nil, "float32[1,3,4,4]"},
	{"com.microsoft.nchwc.Conv", 17, 1, []value{float(1, 32, 8, 8), float(32, 1, 3, 3), float(32), float(1, 32, 4, 4)}, attrs{n("group", 32), is("strides", 2, 2), is("pads", 1, 1, 0, 0), onnx.String("activation", "Relu")}, "float32[1,32,4,4]"},
	{"com.microsoft.nchwc.AveragePool", 17, 1, []value{float(1, 32, 8, 8)}, attrs{is("kernel_shape", 3, 3), is("pads", 1, 1, 1, 1)}, "float32[1,32,8,8]"},
	{"com.microsoft.nchwc.MaxPool", 17, 1, []value{float(1, 32, 8, 8)}, attrs{is("kernel_shape", 2, 2), is("dilations", 3, 3)}, "float32[1,32,5,5]"},
	{"com.microsoft.nchwc.GlobalAveragePool", 17, 1, []value{float(1, 32, 8, 8)}, nil, "float32[1,32,1,1]"},
	{"com.microsoft.nchwc.GlobalMaxPool", 17, 1, []value{float(1, 32, 8, 8)}, nil, "float32[1,32,1,1]"},
	{"com.microsoft.nchwc.ReorderInput", 17, 1, []value{float("N", 3, 8, 8)}, nil, "float32[N,?,8,8]"},
	{"com.microsoft.nchwc.ReorderInput", 17, 1, []value{float("N", 8, 8, 3)}, attrs{n("channels_last", 1)}, "float32[N,?,8,8]"},
	{"com.microsoft.nchwc.ReorderOutput", 17, 1, []value{float("N", 16, 8, 8)}, attrs{n("channels", 3)}, "float32[N,3,8,8]"},
	{"com.microsoft.nchwc.ReorderOutput", 17, 1, []value{float("N", 16, 8, 8)}, attrs{n("channels", 3), n("channels_last", 1)}, "float32[N,8,8,3]"},
	{"com.microsoft.nchwc.Upsample", 17, 1, []value{float("N", 16, 8, "W")}, attrs{is("scales", 1, 1, 2, 2)}, "float32[N,16,16,?]"},
	{"com.microsoft.nchwc.Upsample", 17, 1, []value{float(1, 16, 8, 8)}, attrs{is("scales", 1, 1, 0, 2)}, "scales [1 1 0 2]"},
	{"fbnas.BatchNorm", 17, 3, []value{float(1, 64, 8, 8), float(4), float(4), float(1, 64, 8, 8)}, attrs{n("act", 1)}, "float32[1,64,8,8] float32[4] float32[4]"},
	{"fbnas.BatchNorm", 17, 3, []value{float(1, 64, 8, 8), float(4), float(3)}, nil, "scale and shift: 4 and 3"},
	{"fbnas.Separable", 17, 5, []value{float(1, 64, 8, 9), float(4), float(4), float(4, 1, 3, 3), float(4), float(4)}, attrs{n("height", 8), n("width", 9), n("kernel", 3), n("stride", 2), n("pad", 1)}, "float32[1,64,4,5] float32[4] float32[4] float32[4] float32[4]"},
	{"fbnas.Separable", 17, 5, []value{float(1, 64, 8, 9), float(4), float(4), float(4, 1, 3, 3), float(4), float(4)}, attrs{n("height", 1), n("width", 9), n("kernel", 5), n("stride", 1)}, "1 pixels, kernel 5, stride 1, pad 0"},
	{"fbnas.SeparableGrad", 17, 6, []value{float(1, 64, 4, 5), float(1, 64, 8, 9), float(4), float(4), float(4), float(4), float(4), float(4), float(4, 1, 3, 3), float(4), float(4)}, nil, "float32[1,64,8,9] float32[4] float32[4] float32[4,1,3,3] float32[4] float32[4]"},
	{"fbnas.BatchNormGrad", 17, 3, []value{float(1, 64, 8, 8), float(1, 64, 8, 8), float(4), float(4), float(4), float(4)}, nil, "float32[1,64,8,8] float32[4] float32[4]"},
	{"fbnas.Elementwise", 17, 2, []value{float(3, 4), float(1), float(12)}, attrs{is("shape", 3, 4)}, "float32[3,4] float32[3,4]"},
	{"fbnas.Elementwise", 17, 1, []value{float(3), float(2)}, attrs{is("shape", 3)}, "input 1 has 2 elements, not 3"},
	{"Constant", 17, 1, nil, attrs{onnx.Floats("value_floats", 1, 2)}, "float32[2]"},
	{"Constant", 17, 1, nil, attrs{n("value_int", 7)}, "int64[]"},
	{"Constant", 17, 1, nil, nil, "0 attributes, not one value"},
	{"Not", 17, 1, []value{float(1)}, nil, "input of type float32"},
	{"Exp", 17, 1, []value{of(onnx.Int64, 2)}, nil, "input 0 is of type int64"},
	{"Clip", 17, 1, []value{float("N"), float(2)}, nil, "input 1 has shape [2], not 0 dimensions"},
	{"Relu", 17, 1, []value{float(1 << 50)}, nil, "a dimension of 1125899906842624"},
	{"Flatten", 17, 1, []value{float(1<<40, 1<<40)}, attrs{n("axis", 0)}, "too many elements"},
}

func TestRules(t *testing.T) {
	for _, c := range rules {
		if got := infer(c.op, c.opset, c.outputs, c.in, c.attrs); !strings.Contains(got, c.want) || strings.Contains(c.want, "[") && !strings.HasSuffix(got, c.want) {
			t.Errorf("%s at opset %d: %s, want %s", c.op, c.opset, got, c.want)
		}
	}
}

// TestEveryOperatorIsTested finds rows of the operator table that neither a
// conformance vector nor a rule above uses.
func TestEveryOperatorIsTested(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range rules {
		seen[c.op] = true
	}
	for _, c := range onnxtest.Cases(t) {
		for _, n := range c.Model.Proto.Graph.Node {
			seen[n.GetOpType()] = seen[n.GetOpType()] || known(c.Model)
		}
	}
	for _, op := range onnx.Operators() {
		if !seen[op] {
			t.Errorf("no test looks at the shape rule of %s", op)
		}
	}
}

// A shape computed inside the graph is still known.
func TestShapeOfAKnownShapeIsAConstant(t *testing.T) {
	b := onnx.NewBuilder("g", 17)
	x := b.Input("x", onnx.Float32, onnx.Dims(2, 6))
	like := b.Input("like", onnx.Float32, onnx.Dims(3, 4))
	shape := b.Op("Identity", []string{b.Op("Shape", []string{like})})
	b.Output(b.Op("Reshape", []string{x, shape}), onnx.Float32, onnx.Dims(3, 4))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	m.Proto.Graph.Output = nil
	types, err := onnx.InferShapes(m)
	if got := types["Reshape"].String(); err != nil || got != "float32[3,4]" {
		t.Errorf("%s (%v)", got, err)
	}
}

// TestMatricesAreNotComputed: a concatenation along rows is not that of the flat
// elements.
func TestMatricesAreNotComputed(t *testing.T) {
	b := onnx.NewBuilder("matrices", 13)
	x := b.Input("x", onnx.Float32, onnx.Dims(24))
	left := b.Const(onnx.NewTensor("", []int64{1, 2, 3, 4}, 2, 2))
	joined := b.Op("Concat", []string{left, b.Const(onnx.NewTensor("", []int64{1, 1}, 2, 1))}, onnx.Int("axis", 1))
	shape := b.Op("Reshape", []string{joined, b.Const(onnx.Vector[int64]("", 6))})
	b.Node("Reshape", []string{x, shape}, []string{"y"})
	b.Output("y", onnx.Float32, nil)
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	types, err := onnx.InferShapes(m)
	if lengths, known := types["y"].Shape.Lengths(); err != nil || known {
		t.Errorf("y has the shape %v (%v), want one that is not known or [1 2 1 3 4 1]", lengths, err)
	}
}

// TestComputedShapesAreInferred: a reshape to a shape that nodes compute from the
// input's shape, as PyTorch exports view(n, 2, c // 2, h, w).
func TestComputedShapesAreInferred(t *testing.T) {
	b := onnx.NewBuilder("computed", 13)
	x := b.Input("x", onnx.Float32, onnx.Dims(1, 6, 4, 5))
	axes := b.Const(onnx.Vector[int64]("", 0))
	shape := b.Op("Shape", []string{x})
	part := func(i int64) string {
		return b.Op("Gather", []string{shape, b.Const(onnx.Scalar("", i))}, onnx.Int("axis", 0))
	}
	half := b.Op("Div", []string{part(1), b.Const(onnx.Scalar[int64]("", 2))})
	var parts []string
	for _, name := range []string{part(0), b.Const(onnx.Scalar[int64]("", 2)), half, part(2), part(-1)} {
		parts = append(parts, b.Op("Unsqueeze", []string{name, axes}))
	}
	b.Node("Reshape", []string{x, b.Op("Concat", parts, onnx.Int("axis", 0))}, []string{"y"})
	ends := b.Op("Slice", []string{shape, b.Const(onnx.Vector[int64]("", 2)), b.Const(onnx.Vector[int64]("", 1<<62))})
	b.Node("ConstantOfShape", []string{b.Op("Add", []string{ends, b.Op("Mul", []string{ends, b.Const(onnx.Vector[int64]("", 2))})})}, []string{"z"})
	b.Output("y", onnx.Float32, nil)
	b.Output("z", onnx.Float32, nil)
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	types, err := onnx.InferShapes(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := types["y"].Shape.String(); got != "[1,2,3,4,5]" {
		t.Errorf("y has the shape %s", got)
	}
	if got := types["z"].Shape.String(); got != "[12,15]" {
		t.Errorf("z has the shape %s", got)
	}
}
