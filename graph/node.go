package graph

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Shape is the dimensions of a tensor, outermost first. Scalars have shape [1].
type Shape []int

// Len is the number of elements.
func (s Shape) Len() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Equal reports whether two shapes have the same dimensions.
func (s Shape) Equal(t Shape) bool { return slices.Equal(s, t) }

// DType is the type of a tensor's elements: the engine's floating-point numbers, or
// integers (labels).
type DType uint8

// The element types. Float is float32 in ONNX Runtime and float64 in interp.
const (
	Float DType = iota
	Int
)

// Attr holds the attributes of all operators; each reads only its own.
type Attr struct {
	Stride, Pad, Groups int    // Conv and its gradients, Shuffle (Groups)
	Size                [2]int // ConvGradX: H, W of x; ConvGradW: kernel height, width
	Axes                []int  // reductions
	Keep                bool   // reductions: keep reduced axes with length 1
	Shape               Shape  // Reshape, Expand
	Map                 bool   // Reshape, Expand: the result is a map
	TransA, TransB      bool   // MatMul
	Lo, Hi              float64
	Depth               int     // OneHot
	Epsilon             float64 // BatchNorm, BatchNormGrad
	Act                 Op      // BatchNorm, BatchNormGrad: Relu, HardSwish, or "" for none
	Of                  int     // BatchNormGrad: the input whose gradient it is
}

// Node is one value of a program. Nodes are immutable and belong to one Graph;
// two nodes of a graph that compute the same thing are the same pointer.
type Node struct {
	ID    int // position in the graph's topological order
	Op    Op
	In    []*Node
	Attr  Attr
	Shape Shape
	DType DType
	Map   bool      // a feature map [N,C,H,W], whose layout the lowering chooses
	Name  string    // Input: its name among the feeds or in the state
	Data  []float64 // Const: the elements, row-major
}

// Graph creates and owns nodes. Its zero value is not usable: see New.
type Graph struct {
	nodes  []*Node
	byKey  map[string]*Node
	inputs map[string]*Node
	labels map[*Node]string
}

// New returns an empty graph.
func New() *Graph {
	return &Graph{byKey: map[string]*Node{}, inputs: map[string]*Node{}, labels: map[*Node]string{}}
}

// SetLabel gives a node a readable name: exported files and traces show it.
// It does not affect the computation.
func (g *Graph) SetLabel(n *Node, label string) { g.labels[n] = label }

// Label is the name given by SetLabel, or "".
func (g *Graph) Label(n *Node) string { return g.labels[n] }

// Nodes returns all nodes in topological order. The slice must not be changed.
func (g *Graph) Nodes() []*Node { return g.nodes }

// Input declares a plain input. Declaring a name twice gives the same node;
// a different shape or type is a misuse.
func (g *Graph) Input(name string, dtype DType, shape ...int) *Node {
	return g.input(&Node{Op: Input, Name: name, DType: dtype, Shape: shape})
}

// MapInput declares an input that is a feature map [N,C,H,W].
func (g *Graph) MapInput(name string, n, c, h, w int) *Node {
	return g.input(&Node{Op: Input, Name: name, Shape: Shape{n, c, h, w}, Map: true})
}

func (g *Graph) input(n *Node) *Node {
	if old := g.inputs[n.Name]; old != nil {
		if !old.Shape.Equal(n.Shape) || old.DType != n.DType || old.Map != n.Map {
			misuse("input %s declared as %v and as %v", n.Name, old.Shape, n.Shape)
		}
		return old
	}
	for _, d := range n.Shape {
		if d <= 0 {
			misuse("input %s has the shape %v", n.Name, n.Shape)
		}
	}
	g.inputs[n.Name] = n
	return g.add(n)
}

// Const makes a literal. data is row-major and is not copied.
func (g *Graph) Const(data []float64, shape ...int) *Node {
	if Shape(shape).Len() != len(data) {
		misuse("constant of shape %v with %d elements", shape, len(data))
	}
	return g.intern(&Node{Op: Const, Shape: shape, Data: data})
}

// Scalar makes a literal of shape [1].
func (g *Graph) Scalar(v float64) *Node { return g.Const([]float64{v}, 1) }

// Apply makes the node op(in...; attr), or returns the existing node that
// computes this. The methods of build.go are its readable forms; rewrites use
// it directly.
func (g *Graph) Apply(op Op, attr Attr, in ...*Node) *Node {
	info, ok := opTable[op]
	if !ok || info.min == 0 {
		misuse("%s is not an operator to apply", op)
	}
	if len(in) < info.min || len(in) > info.max {
		misuse("%s takes %d to %d inputs, not %d", op, info.min, info.max, len(in))
	}
	n := &Node{Op: op, In: in, Attr: attr}
	for _, x := range in {
		if x == nil {
			misuse("%s: an input is missing", op)
		}
		if x.DType != Float && op != OneHot {
			misuse("%s: %s is a tensor of integers", op, x)
		}
	}
	n.Shape = info.shape(n)
	if n.Map = resultIsMap(n); n.Map && len(n.Shape) != 4 {
		misuse("%s makes a map of shape %v", op, n.Shape)
	}
	return g.intern(n)
}

// resultIsMap: maps stay maps through every operator that keeps rank 4, except
// gradients of weights; Reshape and Expand state whether they make a map.
func resultIsMap(n *Node) bool {
	switch n.Op {
	case ConvGradW:
		return false
	case Reshape, Expand:
		return n.Attr.Map
	}
	return len(n.Shape) == 4 && slices.ContainsFunc(n.In, func(x *Node) bool { return x.Map })
}

func (g *Graph) intern(n *Node) *Node {
	key := n.key()
	if old := g.byKey[key]; old != nil {
		return old
	}
	g.byKey[key] = n
	return g.add(n)
}

func (g *Graph) add(n *Node) *Node {
	n.ID = len(g.nodes)
	g.nodes = append(g.nodes, n)
	return n
}

// key identifies what a node computes; the elements of a literal by their hash,
// since networks have megabytes of them.
func (n *Node) key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v %v", n.Op, n.Attr, n.Shape)
	for _, x := range n.In {
		fmt.Fprintf(&b, " %d", x.ID)
	}
	if n.Data != nil {
		bits := make([]byte, 0, 8*len(n.Data))
		for _, v := range n.Data {
			bits = binary.LittleEndian.AppendUint64(bits, math.Float64bits(v))
		}
		sum := sha256.Sum256(bits)
		b.Write(sum[:])
	}
	return b.String()
}

// MisuseError is the panic of an incorrectly built graph: a mistake in the program,
// never in its input. Exported entry points above the builders recover it.
type MisuseError struct{ msg string }

func (e *MisuseError) Error() string { return "graph: " + e.msg }

// Misuse panics with a MisuseError; it is for the builders above the graph.
func Misuse(format string, args ...any) { misuse(format, args...) }

func misuse(format string, args ...any) {
	panic(&MisuseError{fmt.Sprintf(format, args...)})
}

// Recover turns a MisuseError panic into *err; other panics continue. Use it
// deferred in functions that build graphs from checked input.
func Recover(err *error) {
	switch r := recover().(type) {
	case nil:
	case *MisuseError:
		*err = r
	default:
		panic(r)
	}
}
