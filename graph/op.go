package graph

// Op names an operator.
type Op string

// The operators; opTable says what each one computes.
const (
	Input          Op = "Input"
	Const          Op = "Const"
	Conv           Op = "Conv"
	ConvGradX      Op = "ConvGradX"
	ConvGradW      Op = "ConvGradW"
	Affine         Op = "Affine"
	Var            Op = "Var"
	Shuffle        Op = "Shuffle"
	BatchNorm      Op = "BatchNorm"
	BatchNormGrad  Op = "BatchNormGrad"
	Add            Op = "Add"
	Sub            Op = "Sub"
	Mul            Op = "Mul"
	Div            Op = "Div"
	Relu           Op = "Relu"
	HardSigmoid    Op = "HardSigmoid"
	HardSwish      Op = "HardSwish"
	HardSwishSlope Op = "HardSwishSlope"
	Sigmoid        Op = "Sigmoid"
	Exp            Op = "Exp"
	Log            Op = "Log"
	Sqrt           Op = "Sqrt"
	Clip           Op = "Clip"
	Step           Op = "Step"
	StopGrad       Op = "StopGrad"
	Sum            Op = "Sum"
	Mean           Op = "Mean"
	Max            Op = "Max"
	Dot            Op = "Dot"
	Reshape        Op = "Reshape"
	Expand         Op = "Expand"
	MatMul         Op = "MatMul"
	Softmax        Op = "Softmax"
	LogSoftmax     Op = "LogSoftmax"
	OneHot         Op = "OneHot"
)

// opInfo is one row of the operator table: the number of inputs,
// the shape of the result, and what the operator computes.
type opInfo struct {
	min, max int // number of inputs
	shape    func(n *Node) Shape
	doc      string
}

// opTable is the semantics of the representation. In it, x is a map
// [N,C,H,W], w a weight [O,I/groups,k,k], v a vector [C].
var opTable = map[Op]opInfo{
	Input: {0, 0, declared, "a tensor fed or read from the state by its name"},
	Const: {0, 0, declared, "a literal tensor"},

	Conv:      {2, 3, convShape, "y = x * w (+ b): 2-D cross-correlation with stride, symmetric zero padding and groups"},
	ConvGradX: {2, 2, convGradXShape, "(dy, w): the gradient of Conv with respect to x, of height and width Size"},
	ConvGradW: {2, 2, convGradWShape, "(x, dy): the gradient of Conv with respect to w, of kernel Size"},
	Affine:    {3, 4, affineShape, "(x, scale v, shift v, sum map or none): y[n,c] = x[n,c]*scale[c] + shift[c] (+ sum[n,c])"},
	Var:       {2, 2, varShape, "(x, mean v of x): the channels' variance [C] over N, H, W, divided by N*H*W (biased)"},
	Shuffle:   {1, 1, sameShape, "channel shuffle: view C as (Groups, C/Groups), swap, flatten"},

	BatchNorm:     {3, 4, affineShape, "(x, scale v, shift v, sum map or none): Act((x - mean)/sqrt(var + Epsilon)*scale + shift) (+ sum), mean and var (biased) of x's channels over N, H, W"},
	BatchNormGrad: {4, 4, batchNormGradShape, "(dy, x, scale v, shift v): the gradient of BatchNorm with respect to input Of: 0 is x, through mean and var too, 1 scale, 2 shift"},

	Add: {2, 2, broadcast, "a + b, shapes broadcast from the right as in NumPy"},
	Sub: {2, 2, broadcast, "a - b"},
	Mul: {2, 2, broadcast, "a * b"},
	Div: {2, 2, broadcast, "a / b"},

	Relu:           {1, 1, sameShape, "max(x, 0)"},
	HardSigmoid:    {1, 1, sameShape, "min(max(x/6 + 1/2, 0), 1)"},
	HardSwish:      {1, 1, sameShape, "x * HardSigmoid(x)"},
	HardSwishSlope: {1, 1, sameShape, "the derivative of HardSwish: 0 below -3, 1 above 3, x/3 + 1/2 between"},
	Sigmoid:        {1, 1, sameShape, "1 / (1 + exp(-x))"},
	Exp:            {1, 1, sameShape, "e to the x"},
	Log:            {1, 1, sameShape, "natural logarithm"},
	Sqrt:           {1, 1, sameShape, "square root"},
	Clip:           {1, 1, sameShape, "min(max(x, Lo), Hi)"},
	Step:           {1, 1, sameShape, "1 where x > 0, else 0"},
	StopGrad:       {1, 1, sameShape, "x, through which no gradient passes"},

	Sum:  {1, 1, reduceShape, "sum over Axes"},
	Mean: {1, 1, reduceShape, "mean over Axes; over H and W with Keep it is global average pooling"},
	Max:  {1, 1, reduceShape, "maximum over Axes; its gradient goes to every element that equals it"},
	Dot:  {2, 2, reduceShape, "sum over Axes of a * b, shapes equal"},

	Reshape:    {1, 1, reshapeShape, "the same numbers in Shape"},
	Expand:     {1, 1, expandShape, "broadcast to Shape"},
	MatMul:     {2, 2, matMulShape, "matrix product, each side transposed on request"},
	Softmax:    {1, 1, sameShape, "over the last axis"},
	LogSoftmax: {1, 1, sameShape, "over the last axis"},
	OneHot:     {1, 1, oneHotShape, "labels [N] to rows [N,Depth] with a one at the label"},
}

// Ops returns every operator, for tests that require a row for each.
func Ops() []Op {
	ops := make([]Op, 0, len(opTable))
	for op := range opTable {
		ops = append(ops, op)
	}
	return ops
}

// Doc returns the definition of an operator.
func Doc(op Op) string { return opTable[op].doc }
