package onnx

import "fbnas/onnx/onnxpb"

// operator is what is known of one signature of an operator.
type operator struct {
	name  string
	since int64 // the opset that brought this signature; the next row of the name ends it
	in    span  // number of inputs, left-out ones in the middle included
	out   span
	attrs attrs
	infer rule
}

type (
	span  struct{ min, max int }
	attrs map[string]onnxpb.AttributeProto_AttributeType
	rule  func(*call)
)

// Short names for the table: kinds of attributes (one or a list of each),
// numbers of inputs.
const (
	f1 = onnxpb.AttributeProto_FLOAT
	fN = onnxpb.AttributeProto_FLOATS
	i1 = onnxpb.AttributeProto_INT
	iN = onnxpb.AttributeProto_INTS
	s1 = onnxpb.AttributeProto_STRING
	sN = onnxpb.AttributeProto_STRINGS
	t1 = onnxpb.AttributeProto_TENSOR

	many = 1 << 30
)

var (
	one   = span{1, 1}
	two   = span{2, 2}
	three = span{3, 3}
)

// domains are the operators that Check and InferShapes know, by domain. Source:
// ONNX's Operators.md and Changelog.md up to opset 21 (a signature is a new row
// where inputs, outputs or attributes changed, not where only types were added),
// and ONNX Runtime's nchwc_schema_defs.cc. Operators whose table row says a
// later opset than the graph's are unknown in it.
var domains = map[string][]operator{
	"":                    standard,
	"com.microsoft.nchwc": nchwc,
	"fbnas":               native,
}

var standard = []operator{
	// Elementwise, one input.
	{"Abs", 6, one, one, nil, same},
	{"Ceil", 6, one, one, nil, sameFloat},
	{"Clip", 6, one, one, attrs{"min": f1, "max": f1}, sameFloat},
	{"Clip", 11, span{1, 3}, one, nil, clip},
	{"Cos", 7, one, one, nil, sameFloat},
	{"Dropout", 7, one, span{1, 2}, attrs{"ratio": f1}, dropout},
	{"Dropout", 12, span{1, 3}, span{1, 2}, attrs{"seed": i1}, dropout},
	{"Elu", 6, one, one, attrs{"alpha": f1}, sameFloat},
	{"Erf", 9, one, one, nil, same},
	{"Exp", 6, one, one, nil, sameFloat},
	{"Floor", 6, one, one, nil, sameFloat},
	{"HardSigmoid", 6, one, one, attrs{"alpha": f1, "beta": f1}, sameFloat},
	{"HardSwish", 14, one, one, nil, sameFloat},
	{"Identity", 1, one, one, nil, same},
	{"LeakyRelu", 6, one, one, attrs{"alpha": f1}, sameFloat},
	{"Log", 6, one, one, nil, sameFloat},
	{"LogSoftmax", 1, one, one, attrs{"axis": i1}, softmax},
	{"Neg", 6, one, one, nil, same},
	{"Not", 1, one, one, nil, not},
	{"Reciprocal", 6, one, one, nil, sameFloat},
	{"Relu", 6, one, one, nil, same},
	{"Round", 11, one, one, nil, sameFloat},
	{"Sigmoid", 6, one, one, nil, sameFloat},
	{"Sign", 9, one, one, nil, same},
	{"Sin", 7, one, one, nil, sameFloat},
	{"Softmax", 1, one, one, attrs{"axis": i1}, softmax},
	{"Softplus", 1, one, one, nil, sameFloat},
	{"Sqrt", 6, one, one, nil, sameFloat},
	{"Tanh", 6, one, one, nil, sameFloat},

	// Elementwise, several inputs that are broadcast to one shape.
	{"Add", 7, two, one, nil, broadcast},
	{"And", 7, two, one, nil, compare},
	{"Div", 7, two, one, nil, broadcast},
	{"Equal", 7, two, one, nil, compare},
	{"Greater", 7, two, one, nil, compare},
	{"GreaterOrEqual", 12, two, one, nil, compare},
	{"Less", 7, two, one, nil, compare},
	{"LessOrEqual", 12, two, one, nil, compare},
	{"Max", 8, span{1, many}, one, nil, broadcast},
	{"Mean", 8, span{1, many}, one, nil, broadcast},
	{"Min", 8, span{1, many}, one, nil, broadcast},
	{"Mul", 7, two, one, nil, broadcast},
	{"Or", 7, two, one, nil, compare},
	{"Pow", 7, two, one, nil, pow},
	{"Sub", 7, two, one, nil, broadcast},
	{"Sum", 8, span{1, many}, one, nil, broadcast},
	{"Where", 9, three, one, nil, where},

	// Changes of type.
	{"Cast", 6, one, one, attrs{"to": i1}, cast},
	{"Cast", 19, one, one, attrs{"to": i1, "saturate": i1}, cast},
	{"DequantizeLinear", 10, span{2, 3}, one, nil, dequantize},
	{"DequantizeLinear", 13, span{2, 3}, one, attrs{"axis": i1}, dequantize},
	{"DequantizeLinear", 21, span{2, 3}, one, attrs{"axis": i1, "block_size": i1}, dequantize},
	{"QuantizeLinear", 10, span{2, 3}, one, nil, quantize},
	{"QuantizeLinear", 13, span{2, 3}, one, attrs{"axis": i1}, quantize},
	{"QuantizeLinear", 19, span{2, 3}, one, attrs{"axis": i1, "saturate": i1}, quantize},
	{"QuantizeLinear", 21, span{2, 3}, one, attrs{"axis": i1, "saturate": i1, "block_size": i1, "output_dtype": i1}, quantize},

	// Arithmetic on quantised numbers.
	{"ConvInteger", 10, span{2, 4}, one, convAttrs, onCodes(conv, int32s, 0, 1)},
	{"DynamicQuantizeLinear", 11, one, three, nil, dynamicQuantize},
	{"MatMulInteger", 10, span{2, 4}, one, nil, onCodes(matMul, int32s, 0, 1)},
	{"QLinearConv", 10, span{8, 9}, one, convAttrs, onCodes(conv, asZeroPoint, 0, 3, 8)},
	{"QLinearMatMul", 10, span{8, 8}, one, nil, onCodes(matMul, asZeroPoint, 0, 3)},

	// Windows over space, and what goes with them.
	{"AveragePool", 1, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN}, pool},
	{"AveragePool", 7, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN, "count_include_pad": i1}, pool},
	{"AveragePool", 10, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN, "count_include_pad": i1, "ceil_mode": i1}, pool},
	{"AveragePool", 19, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN, "count_include_pad": i1, "ceil_mode": i1, "dilations": iN}, pool},
	{"BatchNormalization", 9, span{5, 5}, span{1, 5}, attrs{"epsilon": f1, "momentum": f1}, batchNorm},
	{"BatchNormalization", 14, span{5, 5}, span{1, 3}, attrs{"epsilon": f1, "momentum": f1, "training_mode": i1}, batchNorm},
	{"Conv", 1, span{2, 3}, one, convAttrs, conv},
	{"ConvTranspose", 1, span{2, 3}, one, attrs{"auto_pad": s1, "dilations": iN, "group": i1, "kernel_shape": iN, "output_padding": iN, "output_shape": iN, "pads": iN, "strides": iN}, convTranspose},
	{"DepthToSpace", 1, one, one, attrs{"blocksize": i1}, depthToSpace},
	{"DepthToSpace", 11, one, one, attrs{"blocksize": i1, "mode": s1}, depthToSpace},
	{"GlobalAveragePool", 1, one, one, nil, globalPool},
	{"GlobalMaxPool", 1, one, one, nil, globalPool},
	{"MaxPool", 1, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN}, pool},
	{"MaxPool", 8, one, span{1, 2}, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN, "storage_order": i1}, pool},
	{"MaxPool", 10, one, span{1, 2}, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN, "storage_order": i1, "ceil_mode": i1, "dilations": iN}, pool},
	{"Resize", 10, two, one, attrs{"mode": s1}, resize},
	{"Resize", 11, span{1, 4}, one, resizeAttrs, resize},
	{"Resize", 18, span{1, 4}, one, with(resizeAttrs, attrs{"antialias": i1, "axes": iN, "keep_aspect_ratio_policy": s1}), resize},
	{"SpaceToDepth", 1, one, one, attrs{"blocksize": i1}, spaceToDepth},

	// Matrices.
	{"Gemm", 7, three, one, attrs{"alpha": f1, "beta": f1, "transA": i1, "transB": i1}, gemm},
	{"Gemm", 11, span{2, 3}, one, attrs{"alpha": f1, "beta": f1, "transA": i1, "transB": i1}, gemm},
	{"MatMul", 1, two, one, nil, matMul},

	// Reductions.
	{"ArgMax", 1, one, one, attrs{"axis": i1, "keepdims": i1}, argReduce},
	{"ArgMax", 12, one, one, attrs{"axis": i1, "keepdims": i1, "select_last_index": i1}, argReduce},
	{"ArgMin", 1, one, one, attrs{"axis": i1, "keepdims": i1}, argReduce},
	{"ArgMin", 12, one, one, attrs{"axis": i1, "keepdims": i1, "select_last_index": i1}, argReduce},
	{"ReduceL1", 1, one, one, reduceByAttr, reduce},
	{"ReduceL1", 18, span{1, 2}, one, reduceByInput, reduce},
	{"ReduceL2", 1, one, one, reduceByAttr, reduce},
	{"ReduceL2", 18, span{1, 2}, one, reduceByInput, reduce},
	{"ReduceLogSumExp", 1, one, one, reduceByAttr, reduce},
	{"ReduceLogSumExp", 18, span{1, 2}, one, reduceByInput, reduce},
	{"ReduceMax", 1, one, one, reduceByAttr, reduce},
	{"ReduceMax", 18, span{1, 2}, one, reduceByInput, reduce},
	{"ReduceMean", 1, one, one, reduceByAttr, reduce},
	{"ReduceMean", 18, span{1, 2}, one, reduceByInput, reduce},
	{"ReduceMin", 1, one, one, reduceByAttr, reduce},
	{"ReduceMin", 18, span{1, 2}, one, reduceByInput, reduce},
	{"ReduceProd", 1, one, one, reduceByAttr, reduce},
	{"ReduceProd", 18, span{1, 2}, one, reduceByInput, reduce},
	{"ReduceSum", 1, one, one, reduceByAttr, reduce},
	{"ReduceSum", 13, span{1, 2}, one, reduceByInput, reduce},
	{"ReduceSumSquare", 1, one, one, reduceByAttr, reduce},
	{"ReduceSumSquare", 18, span{1, 2}, one, reduceByInput, reduce},

	// Constants and shapes.
	{"Constant", 1, span{0, 0}, one, attrs{"value": t1}, constant},
	{"Constant", 12, span{0, 0}, one, attrs{"value": t1, "value_float": f1, "value_floats": fN, "value_int": i1, "value_ints": iN, "value_string": s1, "value_strings": sN}, constant},
	{"ConstantOfShape", 9, one, one, attrs{"value": t1}, constantOfShape},
	{"Shape", 1, one, one, nil, shapeOf},
	{"Shape", 15, one, one, attrs{"start": i1, "end": i1}, shapeOf},

	// Movement of elements.
	{"Concat", 4, span{1, many}, one, attrs{"axis": i1}, concat},
	{"Expand", 8, two, one, nil, expand},
	{"Flatten", 1, one, one, attrs{"axis": i1}, flatten},
	{"Gather", 1, two, one, attrs{"axis": i1}, gather},
	{"OneHot", 9, three, one, attrs{"axis": i1}, oneHot},
	{"Pad", 2, one, one, attrs{"mode": s1, "pads": iN, "value": f1}, pad},
	{"Pad", 11, span{2, 3}, one, attrs{"mode": s1}, pad},
	{"Pad", 18, span{2, 4}, one, attrs{"mode": s1}, pad},
	{"Reshape", 5, two, one, nil, reshape},
	{"Reshape", 14, two, one, attrs{"allowzero": i1}, reshape},
	{"Slice", 1, one, one, attrs{"starts": iN, "ends": iN, "axes": iN}, slice},
	{"Slice", 10, span{3, 5}, one, nil, slice},
	{"Split", 2, one, span{1, many}, attrs{"axis": i1, "split": iN}, split},
	{"Split", 13, span{1, 2}, span{1, many}, attrs{"axis": i1}, split},
	{"Split", 18, span{1, 2}, span{1, many}, attrs{"axis": i1, "num_outputs": i1}, split},
	{"Squeeze", 1, one, one, attrs{"axes": iN}, squeeze},
	{"Squeeze", 13, span{1, 2}, one, nil, squeeze},
	{"Tile", 6, two, one, nil, tile},
	{"Transpose", 1, one, one, attrs{"perm": iN}, transpose},
	{"Unsqueeze", 1, one, one, attrs{"axes": iN}, unsqueeze},
	{"Unsqueeze", 13, two, one, nil, unsqueeze},
}

// nchwc are ONNX Runtime's own operators on blocked activations; the shapes in
// them are those of the plain operators.
var nchwc = []operator{
	{"AveragePool", 1, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "dilations": iN, "pads": iN, "strides": iN, "ceil_mode": i1, "count_include_pad": i1}, pool},
	{"Conv", 1, span{2, 4}, one, with(convAttrs, attrs{"activation": s1, "activation_params": fN}), conv},
	{"GlobalAveragePool", 1, one, one, nil, globalPool},
	{"GlobalMaxPool", 1, one, one, nil, globalPool},
	{"MaxPool", 1, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "dilations": iN, "pads": iN, "strides": iN, "ceil_mode": i1, "storage_order": i1}, pool},
	{"ReorderInput", 1, one, one, attrs{"channels_last": i1}, reorderInput},
	{"ReorderOutput", 1, one, one, attrs{"channels": i1, "channels_last": i1}, reorderOutput},
	{"Upsample", 1, one, one, attrs{"scales": iN, "mode": s1, "coordinate_transformation_mode": s1}, upsample},
}

var (
	convAttrs = attrs{"auto_pad": s1, "dilations": iN, "group": i1, "kernel_shape": iN, "pads": iN, "strides": iN}

	resizeAttrs = attrs{"coordinate_transformation_mode": s1, "cubic_coeff_a": f1, "exclude_outside": i1,
		"extrapolation_value": f1, "mode": s1, "nearest_mode": s1}

	reduceByAttr  = attrs{"axes": iN, "keepdims": i1}
	reduceByInput = attrs{"keepdims": i1, "noop_with_empty_axes": i1}
)
