package lower

import (
	"math"

	"fbnas/graph"
	"fbnas/onnx"
)

// row says how an operator is written: std in ai.onnx, opsets 13 to 21;
// blocked if it reads or makes a map of that dialect. If blocked is nil,
// std serves both: elementwise operators do not depend on the layout,
// and some operators never take a map.
type row struct{ std, blocked emitter }

// step: min(max(huge * x, 0), 1) is 1 for every positive normal number.
var step = []onnx.Attr{onnx.Float("alpha", math.MaxFloat32), onnx.Float("beta", 0)}

// table has a row for each operator. Formulas:
// docs/background/gradients.md.
var table = map[graph.Op]row{
	graph.Conv:      {stdConv, blockedConvolution(func(k *convKind) convEmitter { return k.conv })},
	graph.ConvGradX: {stdConvGradX, blockedConvolution(func(k *convKind) convEmitter { return k.gradX })},
	graph.ConvGradW: {stdConvGradW, blockedConvolution(func(k *convKind) convEmitter { return k.gradW })},
	graph.Affine:    {stdAffine, blockedAffine},
	graph.Var:       {stdVar, blockedVar},
	graph.Shuffle:   {stdShuffle, blockedShuffle},

	graph.BatchNorm:     {stdBatchNorm, blockedBatchNorm},
	graph.BatchNormGrad: {stdBatchNormGrad, blockedBatchNormGrad},

	graph.Add: {same("Add"), blockedBinary("Add")},
	graph.Sub: {same("Sub"), blockedBinary("Sub")},
	graph.Mul: {same("Mul"), blockedMul},
	graph.Div: {same("Div"), blockedBinary("Div")},

	graph.Relu:           {same("Relu"), nil},
	graph.HardSigmoid:    {same("HardSigmoid", hardSigmoid...), nil},
	graph.HardSwish:      {stdActivation, nil},
	graph.HardSwishSlope: {stdHardSwishSlope, blockedHardSwishSlope},
	graph.Sigmoid:        {same("Sigmoid"), nil},
	graph.Exp:            {same("Exp"), nil},
	graph.Log:            {same("Log"), nil},
	graph.Sqrt:           {same("Sqrt"), nil},
	graph.Clip:           {stdClip, nil},
	graph.Step:           {same("HardSigmoid", step...), nil},
	graph.StopGrad:       {same("Identity"), nil},

	graph.Sum:  {reduce("ReduceSum"), blockedSum},
	graph.Mean: {stdMean, blockedMean},
	graph.Max:  {reduce("ReduceMax"), unblocked(reduce("ReduceMax"))},
	graph.Dot:  {stdDot, blockedDot},

	graph.Reshape:    {stdReshape, unblocked(stdReshape)},
	graph.Expand:     {stdExpand, blockedExpand},
	graph.MatMul:     {stdMatMul, nil},
	graph.Softmax:    {same("Softmax", onnx.Int("axis", -1)), unblocked(same("Softmax", onnx.Int("axis", -1)))},
	graph.LogSoftmax: {same("LogSoftmax", onnx.Int("axis", -1)), unblocked(same("LogSoftmax", onnx.Int("axis", -1)))},
	graph.OneHot:     {stdOneHot, nil},
}
