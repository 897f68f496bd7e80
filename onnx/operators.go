package onnx

import "fbnas/onnx/onnxpb"

// operator is one signature of an operator.
type operator struct {
	name  string
	since int64 // the opset that introduced this signature; it is valid up to the name's next row
	in    span  // number of inputs, including omitted ones in the middle
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
// if inputs, outputs or attributes changed, not if only types were added),
// and ONNX Runtime's nchwc_schema_defs.cc. An operator whose row has a
// later opset than the graph is unknown in it.
var domains = map[string][]operator{
	"":                    standard,
	"com.microsoft.nchwc": nchwc,
	"fbnas":               native,
}

var standard = []operator{
	// Elementwise, one input.
	{"Abs", 6, one, one, nil, same},
	{"Acos", 7, one, one, nil, sameFloat},
	{"Acosh", 9, one, one, nil, sameFloat},
	{"Asin", 7, one, one, nil, sameFloat},
	{"Asinh", 9, one, one, nil, sameFloat},
	{"Atan", 7, one, one, nil, sameFloat},
	{"Atanh", 9, one, one, nil, sameFloat},
	{"Bernoulli", 15, one, one, attrs{"dtype": i1, "seed": f1}, likeFirst},
	{"BitwiseNot", 18, one, one, nil, same},
	{"Ceil", 6, one, one, nil, sameFloat},
	{"Celu", 12, one, one, attrs{"alpha": f1}, sameFloat},
	{"Clip", 6, one, one, attrs{"min": f1, "max": f1}, sameFloat},
	{"Clip", 11, span{1, 3}, one, nil, clip},
	{"Cos", 7, one, one, nil, sameFloat},
	{"Cosh", 9, one, one, nil, sameFloat},
	{"CumSum", 11, two, one, attrs{"exclusive": i1, "reverse": i1}, same},
	{"Dropout", 6, one, span{1, 2}, attrs{"is_test": i1, "ratio": f1}, dropout},
	{"Dropout", 7, one, span{1, 2}, attrs{"ratio": f1}, dropout},
	{"Dropout", 12, span{1, 3}, span{1, 2}, attrs{"seed": i1}, dropout},
	{"Elu", 6, one, one, attrs{"alpha": f1}, sameFloat},
	{"Erf", 9, one, one, nil, same},
	{"Exp", 6, one, one, nil, sameFloat},
	{"EyeLike", 9, one, one, attrs{"dtype": i1, "k": i1}, likeFirst},
	{"Floor", 6, one, one, nil, sameFloat},
	{"Gelu", 20, one, one, attrs{"approximate": s1}, sameFloat},
	{"HardSigmoid", 6, one, one, attrs{"alpha": f1, "beta": f1}, sameFloat},
	{"HardSwish", 14, one, one, nil, sameFloat},
	{"Hardmax", 1, one, one, attrs{"axis": i1}, softmax},
	{"Identity", 1, one, one, nil, same},
	{"IsInf", 10, one, one, attrs{"detect_negative": i1, "detect_positive": i1}, isSomething},
	{"IsNaN", 9, one, one, nil, isSomething},
	{"LeakyRelu", 6, one, one, attrs{"alpha": f1}, sameFloat},
	{"Log", 6, one, one, nil, sameFloat},
	{"LogSoftmax", 1, one, one, attrs{"axis": i1}, softmax},
	{"Mish", 18, one, one, nil, sameFloat},
	{"Neg", 6, one, one, nil, same},
	{"Not", 1, one, one, nil, not},
	{"RandomNormalLike", 1, one, one, attrs{"dtype": i1, "mean": f1, "scale": f1, "seed": f1}, likeFirst},
	{"RandomUniformLike", 1, one, one, attrs{"dtype": i1, "high": f1, "low": f1, "seed": f1}, likeFirst},
	{"Reciprocal", 6, one, one, nil, sameFloat},
	{"Relu", 6, one, one, nil, same},
	{"ReverseSequence", 10, two, one, attrs{"batch_axis": i1, "time_axis": i1}, same},
	{"Round", 11, one, one, nil, sameFloat},
	{"Selu", 1, one, one, attrs{"alpha": f1, "consumed_inputs": iN, "gamma": f1}, sameFloat},
	{"Selu", 6, one, one, attrs{"alpha": f1, "gamma": f1}, sameFloat},
	{"Shrink", 9, one, one, attrs{"bias": f1, "lambd": f1}, same},
	{"Sigmoid", 6, one, one, nil, sameFloat},
	{"Sign", 9, one, one, nil, same},
	{"Sin", 7, one, one, nil, sameFloat},
	{"Sinh", 9, one, one, nil, sameFloat},
	{"Softmax", 1, one, one, attrs{"axis": i1}, softmax},
	{"Softplus", 1, one, one, nil, sameFloat},
	{"Softsign", 1, one, one, nil, sameFloat},
	{"Sqrt", 6, one, one, nil, sameFloat},
	{"Tan", 7, one, one, nil, sameFloat},
	{"Tanh", 6, one, one, nil, sameFloat},
	{"ThresholdedRelu", 10, one, one, attrs{"alpha": f1}, sameFloat},
	{"Trilu", 14, span{1, 2}, one, attrs{"upper": i1}, same},

	// Elementwise, several inputs that are broadcast to one shape.
	{"Add", 6, two, one, attrs{"axis": i1, "broadcast": i1}, onFirst},
	{"Add", 7, two, one, nil, broadcast},
	{"And", 7, two, one, nil, compare},
	{"BitShift", 11, two, one, attrs{"direction": s1}, broadcast},
	{"BitwiseAnd", 18, two, one, nil, broadcast},
	{"BitwiseOr", 18, two, one, nil, broadcast},
	{"BitwiseXor", 18, two, one, nil, broadcast},
	{"Div", 6, two, one, attrs{"axis": i1, "broadcast": i1}, onFirst},
	{"Div", 7, two, one, nil, broadcast},
	{"Equal", 7, two, one, nil, compare},
	{"Greater", 7, two, one, nil, compare},
	{"GreaterOrEqual", 12, two, one, nil, compare},
	{"Less", 7, two, one, nil, compare},
	{"LessOrEqual", 12, two, one, nil, compare},
	{"Max", 6, span{1, many}, one, nil, broadcast},
	{"Max", 8, span{1, many}, one, nil, broadcast},
	{"Mean", 6, span{1, many}, one, nil, broadcast},
	{"Mean", 8, span{1, many}, one, nil, broadcast},
	{"Min", 6, span{1, many}, one, nil, broadcast},
	{"Min", 8, span{1, many}, one, nil, broadcast},
	{"Mod", 10, two, one, attrs{"fmod": i1}, broadcast},
	{"Mul", 6, two, one, attrs{"axis": i1, "broadcast": i1}, onFirst},
	{"Mul", 7, two, one, nil, broadcast},
	{"Or", 7, two, one, nil, compare},
	{"PRelu", 1, two, one, attrs{"consumed_inputs": iN}, onFirst},
	{"PRelu", 6, two, one, nil, onFirst},
	{"Pow", 1, two, one, attrs{"axis": i1, "broadcast": i1}, onFirst},
	{"Pow", 7, two, one, nil, pow},
	{"Sub", 6, two, one, attrs{"axis": i1, "broadcast": i1}, onFirst},
	{"Sub", 7, two, one, nil, broadcast},
	{"Sum", 6, span{1, many}, one, nil, broadcast},
	{"Sum", 8, span{1, many}, one, nil, broadcast},
	{"Where", 9, three, one, nil, where},
	{"Xor", 7, two, one, nil, compare},

	// Changes of type.
	{"Cast", 6, one, one, attrs{"to": i1}, cast},
	{"Cast", 19, one, one, attrs{"to": i1, "saturate": i1}, cast},
	{"CastLike", 15, two, one, nil, castLike},
	{"CastLike", 19, two, one, attrs{"saturate": i1}, castLike},
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

	// Windows over space, and related operators.
	{"AveragePool", 1, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN}, pool},
	{"AveragePool", 7, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN, "count_include_pad": i1}, pool},
	{"AveragePool", 10, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN, "count_include_pad": i1, "ceil_mode": i1}, pool},
	{"AveragePool", 19, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN, "count_include_pad": i1, "ceil_mode": i1, "dilations": iN}, pool},
	{"BatchNormalization", 6, span{5, 5}, span{1, 5}, attrs{"epsilon": f1, "is_test": i1, "momentum": f1, "spatial": i1}, batchNorm},
	{"BatchNormalization", 7, span{5, 5}, span{1, 5}, attrs{"epsilon": f1, "momentum": f1, "spatial": i1}, batchNorm},
	{"BatchNormalization", 9, span{5, 5}, span{1, 5}, attrs{"epsilon": f1, "momentum": f1}, batchNorm},
	{"BatchNormalization", 14, span{5, 5}, span{1, 3}, attrs{"epsilon": f1, "momentum": f1, "training_mode": i1}, batchNorm},
	{"Conv", 1, span{2, 3}, one, convAttrs, conv},
	{"ConvTranspose", 1, span{2, 3}, one, attrs{"auto_pad": s1, "dilations": iN, "group": i1, "kernel_shape": iN, "output_padding": iN, "output_shape": iN, "pads": iN, "strides": iN}, convTranspose},
	{"DeformConv", 19, span{3, 5}, one, attrs{"dilations": iN, "group": i1, "kernel_shape": iN, "offset_group": i1, "pads": iN, "strides": iN}, deformConv},
	{"DepthToSpace", 1, one, one, attrs{"blocksize": i1}, depthToSpace},
	{"DepthToSpace", 11, one, one, attrs{"blocksize": i1, "mode": s1}, depthToSpace},
	{"GlobalAveragePool", 1, one, one, nil, globalPool},
	{"GlobalLpPool", 2, one, one, attrs{"p": i1}, globalPool},
	{"GlobalMaxPool", 1, one, one, nil, globalPool},
	{"GridSample", 16, two, one, attrs{"align_corners": i1, "mode": s1, "padding_mode": s1}, gridSample},
	{"LpPool", 2, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "p": i1, "pads": iN, "strides": iN}, pool},
	{"LpPool", 18, one, one, attrs{"auto_pad": s1, "ceil_mode": i1, "dilations": iN, "kernel_shape": iN, "p": i1, "pads": iN, "strides": iN}, pool},
	{"MaxPool", 1, one, one, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN}, pool},
	{"MaxPool", 8, one, span{1, 2}, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN, "storage_order": i1}, pool},
	{"MaxPool", 10, one, span{1, 2}, attrs{"auto_pad": s1, "kernel_shape": iN, "pads": iN, "strides": iN, "storage_order": i1, "ceil_mode": i1, "dilations": iN}, pool},
	{"Resize", 10, two, one, attrs{"mode": s1}, resize},
	{"Resize", 11, span{1, 4}, one, resizeAttrs, resize},
	{"Resize", 18, span{1, 4}, one, with(resizeAttrs, attrs{"antialias": i1, "axes": iN, "keep_aspect_ratio_policy": s1}), resize},
	{"RoiAlign", 10, three, one, attrs{"mode": s1, "output_height": i1, "output_width": i1, "sampling_ratio": i1, "spatial_scale": f1}, roiAlign},
	{"RoiAlign", 16, three, one, attrs{"coordinate_transformation_mode": s1, "mode": s1, "output_height": i1, "output_width": i1, "sampling_ratio": i1, "spatial_scale": f1}, roiAlign},
	{"SpaceToDepth", 1, one, one, attrs{"blocksize": i1}, spaceToDepth},
	{"Upsample", 7, one, one, attrs{"mode": s1, "scales": fN}, upsampleOld},
	{"Upsample", 9, two, one, attrs{"mode": s1}, resize},

	// Normalisations.
	{"GroupNormalization", 18, three, one, attrs{"epsilon": f1, "num_groups": i1}, normalised},
	{"GroupNormalization", 21, three, one, attrs{"epsilon": f1, "num_groups": i1, "stash_type": i1}, normalised},
	{"InstanceNormalization", 1, three, one, attrs{"consumed_inputs": iN, "epsilon": f1}, normalised},
	{"InstanceNormalization", 6, three, one, attrs{"epsilon": f1}, normalised},
	{"LRN", 1, one, one, attrs{"alpha": f1, "beta": f1, "bias": f1, "size": i1}, sameFloat},
	{"LayerNormalization", 17, span{2, 3}, span{1, 3}, attrs{"axis": i1, "epsilon": f1, "stash_type": i1}, layerNorm},
	{"LpNormalization", 1, one, one, attrs{"axis": i1, "p": i1}, sameFloat},
	{"MeanVarianceNormalization", 9, one, one, attrs{"axes": iN}, sameFloat},

	// Matrices.
	{"Einsum", 12, span{1, many}, one, attrs{"equation": s1}, einsum},
	{"Gemm", 6, three, one, attrs{"alpha": f1, "beta": f1, "broadcast": i1, "transA": i1, "transB": i1}, gemm},
	{"Gemm", 7, three, one, attrs{"alpha": f1, "beta": f1, "transA": i1, "transB": i1}, gemm},
	{"Gemm", 11, span{2, 3}, one, attrs{"alpha": f1, "beta": f1, "transA": i1, "transB": i1}, gemm},
	{"MatMul", 1, two, one, nil, matMul},

	// Recurrent layers.
	{"GRU", 7, span{3, 6}, span{1, 2}, attrs{"activation_alpha": fN, "activation_beta": fN, "activations": sN, "clip": f1, "direction": s1, "hidden_size": i1, "linear_before_reset": i1}, recurrent},
	{"GRU", 14, span{3, 6}, span{1, 2}, attrs{"activation_alpha": fN, "activation_beta": fN, "activations": sN, "clip": f1, "direction": s1, "hidden_size": i1, "layout": i1, "linear_before_reset": i1}, recurrent},
	{"LSTM", 7, span{3, 8}, span{1, 3}, attrs{"activation_alpha": fN, "activation_beta": fN, "activations": sN, "clip": f1, "direction": s1, "hidden_size": i1, "input_forget": i1}, recurrent},
	{"LSTM", 14, span{3, 8}, span{1, 3}, attrs{"activation_alpha": fN, "activation_beta": fN, "activations": sN, "clip": f1, "direction": s1, "hidden_size": i1, "input_forget": i1, "layout": i1}, recurrent},
	{"RNN", 7, span{3, 6}, span{1, 2}, attrs{"activation_alpha": fN, "activation_beta": fN, "activations": sN, "clip": f1, "direction": s1, "hidden_size": i1}, recurrent},
	{"RNN", 14, span{3, 6}, span{1, 2}, attrs{"activation_alpha": fN, "activation_beta": fN, "activations": sN, "clip": f1, "direction": s1, "hidden_size": i1, "layout": i1}, recurrent},

	// Reductions.
	{"ArgMax", 1, one, one, attrs{"axis": i1, "keepdims": i1}, argReduce},
	{"ArgMax", 12, one, one, attrs{"axis": i1, "keepdims": i1, "select_last_index": i1}, argReduce},
	{"ArgMin", 1, one, one, attrs{"axis": i1, "keepdims": i1}, argReduce},
	{"ArgMin", 12, one, one, attrs{"axis": i1, "keepdims": i1, "select_last_index": i1}, argReduce},
	{"ReduceL1", 1, one, one, reduceByAttr, reduce},
	{"ReduceL1", 18, span{1, 2}, one, reduceByInput, reduce},
	{"ReduceL2", 1, one, one, reduceByAttr, reduce},
	{"ReduceL2", 18, span{1, 2}, one, reduceByInput, reduce},
	{"ReduceLogSum", 1, one, one, reduceByAttr, reduce},
	{"ReduceLogSum", 18, span{1, 2}, one, reduceByInput, reduce},
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
	{"Range", 11, three, one, nil, rangeOf},
	{"Shape", 1, one, one, nil, shapeOf},
	{"Shape", 15, one, one, attrs{"start": i1, "end": i1}, shapeOf},
	{"Size", 1, one, one, nil, sizeOf},

	// Movement of elements.
	{"Concat", 4, span{1, many}, one, attrs{"axis": i1}, concat},
	{"Expand", 8, two, one, nil, expand},
	{"Flatten", 1, one, one, attrs{"axis": i1}, flatten},
	{"Gather", 1, two, one, attrs{"axis": i1}, gather},
	{"GatherElements", 11, two, one, attrs{"axis": i1}, gatherElements},
	{"GatherND", 11, two, one, nil, gatherND},
	{"GatherND", 12, two, one, attrs{"batch_dims": i1}, gatherND},
	{"OneHot", 9, three, one, attrs{"axis": i1}, oneHot},
	{"Pad", 2, one, one, attrs{"mode": s1, "pads": iN, "value": f1}, pad},
	{"Pad", 11, span{2, 3}, one, attrs{"mode": s1}, pad},
	{"Pad", 18, span{2, 4}, one, attrs{"mode": s1}, pad},
	{"Reshape", 5, two, one, nil, reshape},
	{"Reshape", 14, two, one, attrs{"allowzero": i1}, reshape},
	{"Scatter", 9, three, one, attrs{"axis": i1}, onFirst},
	{"ScatterElements", 11, three, one, attrs{"axis": i1}, onFirst},
	{"ScatterElements", 16, three, one, attrs{"axis": i1, "reduction": s1}, onFirst},
	{"ScatterND", 11, three, one, nil, onFirst},
	{"ScatterND", 16, three, one, attrs{"reduction": s1}, onFirst},
	{"Slice", 1, one, one, attrs{"starts": iN, "ends": iN, "axes": iN}, slice},
	{"Slice", 10, span{3, 5}, one, nil, slice},
	{"Split", 2, one, span{1, many}, attrs{"axis": i1, "split": iN}, split},
	{"Split", 13, span{1, 2}, span{1, many}, attrs{"axis": i1}, split},
	{"Split", 18, span{1, 2}, span{1, many}, attrs{"axis": i1, "num_outputs": i1}, split},
	{"Squeeze", 1, one, one, attrs{"axes": iN}, squeeze},
	{"Squeeze", 13, span{1, 2}, one, nil, squeeze},
	{"Tile", 6, two, one, nil, tile},
	{"TopK", 1, one, span{2, 2}, attrs{"axis": i1, "k": i1}, topK},
	{"TopK", 10, two, span{2, 2}, attrs{"axis": i1}, topK},
	{"TopK", 11, two, span{2, 2}, attrs{"axis": i1, "largest": i1, "sorted": i1}, topK},
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
