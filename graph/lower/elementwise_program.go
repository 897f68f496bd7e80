package lower

import (
	"math"
	"slices"

	"fbnas/graph"
	"fbnas/onnx"
)

// pass is one step of a program of Elementwise. Its operands are the result of the
// pass before (or the operator's first input) and number or,
// if that is nil, the operator's last input.
type pass struct {
	code   int // engine/ort/native/elementwise.h
	number func(a graph.Attr) float64
}

func zero(graph.Attr) float64 { return 0 }

// passes has a row for each operator that Elementwise computes.
var passes = map[graph.Op][]pass{
	graph.Add:      {{code: 0}},
	graph.Sub:      {{code: 1}},
	graph.Mul:      {{code: 2}},
	graph.Div:      {{code: 3}},
	graph.Relu:     {{4, zero}},
	graph.Clip:     {{4, func(a graph.Attr) float64 { return a.Lo }}, {5, func(a graph.Attr) float64 { return a.Hi }}},
	graph.Step:     {{6, zero}},
	graph.Sqrt:     {{code: 7}},
	graph.Exp:      {{code: 8}},
	graph.Log:      {{code: 9}},
	graph.StopGrad: {{code: 10}},
}

// maxRegisters is the limit on a program's constants, inputs and passes
// together.
const maxRegisters = 128

// program computes nodes of one shape. Its registers are numbered: constants,
// then inputs, then the results of passes.
type program struct {
	shape     graph.Shape
	constants []uint32 // float32 bits, so that zeros differ in sign and NaN equals itself
	inputs    []*graph.Node
	registers map[*graph.Node]int // of the nodes that it computes
	code      []int               // pass, register, register
}

// compile makes the program of nodes that are in the order of the graph.
func compile(nodes []*graph.Node) *program {
	p := &program{shape: nodes[0].Shape, registers: map[*graph.Node]int{}}
	for _, n := range nodes {
		p.registers[n] = -1 // not an input
	}
	for _, n := range nodes { // constants and inputs come first
		p.operands(n, func(a, b int, _ pass) int { return a })
	}
	next := len(p.constants) + len(p.inputs)
	for _, n := range nodes {
		p.registers[n] = p.operands(n, func(a, b int, step pass) int {
			p.code = append(p.code, step.code, a, b)
			next++
			return next - 1
		})
	}
	return p
}

// operands calls do with the registers that each pass of n reads;
// do returns the register of its result, and the last one is n's.
func (p *program) operands(n *graph.Node, do func(a, b int, step pass) int) int {
	a, b := p.operand(n.In[0]), p.operand(n.In[len(n.In)-1])
	for _, step := range passes[n.Op] {
		if step.number != nil {
			b = p.number(step.number(n.Attr))
		}
		a = do(a, b, step)
	}
	return a
}

func (p *program) operand(x *graph.Node) int {
	if r, ok := p.registers[x]; ok {
		return r
	}
	if x.Op == graph.Const && len(x.Data) == 1 {
		return p.number(x.Data[0])
	}
	return len(p.constants) + place(&p.inputs, x)
}

func (p *program) number(v float64) int { return place(&p.constants, math.Float32bits(float32(v))) }

// place is the index of x in a list, to which it is appended if it is not there.
func place[T comparable](list *[]T, x T) int {
	if i := slices.Index(*list, x); i >= 0 {
		return i
	}
	*list = append(*list, x)
	return len(*list) - 1
}

// fits reports whether the native operator takes the program.
func (p *program) fits() bool {
	return len(p.inputs) > 0 && len(p.constants)+len(p.inputs)+len(p.code)/3 <= maxRegisters
}

// attrs are the attributes of an Elementwise with these results.
func (p *program) attrs(results []*graph.Node) []onnx.Attr {
	registers := make([]int, len(results))
	for i, n := range results {
		registers[i] = p.registers[n]
	}
	attrs := []onnx.Attr{onnx.Ints("shape", p.shape...), onnx.Ints("code", p.code...), onnx.Ints("results", registers...)}
	if len(p.constants) > 0 {
		numbers := make([]float32, len(p.constants))
		for i, bits := range p.constants {
			numbers[i] = math.Float32frombits(bits)
		}
		attrs = append(attrs, onnx.Floats("constants", numbers...))
	}
	return attrs
}
