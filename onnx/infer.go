package onnx

import (
	"errors"
	"fmt"

	"fbnas/onnx/onnxpb"
)

// InferShapes returns what is known about every value of m's graph, by name: from the
// declared types, the initializers, and the shape rules of the operators in the
// table. Values after other operators have the types that the file declares.
// Named dimensions are kept. The error lists every node that breaks its rule
// and every declaration that contradicts the inferred type; the map has
// the rest of the results even then.
func InferShapes(m *Model) (map[string]TypeShape, error) {
	inf := &inference{
		types: map[string]TypeShape{}, declared: map[string]TypeShape{}, opsets: map[string]int64{},
		consts: map[string][]int64{}, scales: map[string][]float32{},
	}
	inf.run(m.Proto)
	return inf.types, inf.problems.join()
}

type inference struct {
	types    map[string]TypeShape
	declared map[string]TypeShape
	opsets   map[string]int64
	consts   map[string][]int64   // integer constants that shape rules need
	scales   map[string][]float32 // and those of Resize, one for each dimension
	problems problems
}

// Bounds on what inference takes from a file, far above any real model's: they
// limit the memory for hostile files, and keep sums from overflowing.
const (
	maxRank  = 16
	maxDim   = 1 << 48
	maxConst = 1 << 16 // elements
)

func (inf *inference) run(m *onnxpb.ModelProto) {
	for _, o := range m.GetOpsetImport() {
		inf.opsets[canonical(o.GetDomain())] = o.GetVersion()
	}
	g := m.GetGraph()
	for _, list := range [][]*onnxpb.ValueInfoProto{g.GetValueInfo(), g.GetOutput()} {
		for _, v := range list {
			inf.declared[v.GetName()] = typeShape(v.GetType())
		}
	}
	for _, v := range g.GetInput() {
		inf.types[v.GetName()] = typeShape(v.GetType())
	}
	for _, t := range g.GetInitializer() {
		ts := TypeShape{DType(t.GetDataType()), Dims(t.GetDims()...)}
		inf.settle(fmt.Sprintf("initializer %.200q", t.GetName()), t.GetName(), ts)
		inf.remember(t.GetName(), t)
	}
	for _, s := range SparseInitializers(g) {
		name := s.Values.GetName()
		inf.settle(fmt.Sprintf("sparse initializer %.200q", name), name, TypeShape{DType(s.Values.GetDataType()), Dims(s.Dims...)})
	}
	for _, n := range g.GetNode() {
		for i, ts := range inf.node(n) {
			if name := n.Output[i]; name != "" {
				inf.settle(label(n), name, ts)
			}
		}
		inf.foldIntegers(n)
		inf.foldFloats(n)
		inf.foldSplit(n)
	}
}

// node returns the types of n's outputs by its rule.
func (inf *inference) node(n *onnxpb.NodeProto) []TypeShape {
	c := &call{inference: inf, node: n, out: make([]TypeShape, len(n.GetOutput()))}
	op := lookup(n.GetDomain(), n.GetOpType(), inf.opsets[canonical(n.GetDomain())])
	if op == nil || !op.in.holds(len(n.GetInput())) || !op.out.holds(len(n.GetOutput())) {
		return c.out
	}
	c.opset = op.since
	for _, name := range n.GetInput() {
		c.in = append(c.in, inf.types[name])
	}
	if err := c.try(op.infer); err != nil {
		inf.problems.add(fmt.Errorf("%s: %w", label(n), err))
		return make([]TypeShape, len(n.GetOutput()))
	}
	return c.out
}

// settle records what is known about a value, from declaration and inference.
func (inf *inference) settle(who, name string, ts TypeShape) {
	declared, ok := inf.declared[name]
	if !ok {
		declared, ok = inf.types[name]
	}
	if ok {
		merged, agree := merge(declared, ts)
		if !agree {
			inf.problems.add(fmt.Errorf("%s: %.200q is declared as %v and is %v", who, name, declared, ts))
			merged = ts
		}
		ts = merged
	}
	inf.types[name] = ts
}

// remember keeps small constants, which provide axes, shapes and
// scales. Broken tensors are ignored: Check reports them.
func (inf *inference) remember(name string, p *onnxpb.TensorProto) {
	if n, err := elements(p.GetDims()); err != nil || n > maxConst || len(p.GetDims()) > maxRank {
		return
	}
	t, err := TensorOf(p)
	if err != nil {
		return
	}
	switch t.DType {
	case Int64:
		inf.consts[name], _ = Values[int64](t)
	case Int32:
		narrow, _ := Values[int32](t)
		wide := make([]int64, len(narrow))
		for i, v := range narrow {
			wide[i] = int64(v)
		}
		inf.consts[name] = wide
	case Float32:
		if len(t.Raw) <= 4*maxRank {
			inf.scales[name], _ = Values[float32](t)
		}
	}
}

// merge combines two statements about one value; false if they contradict.
// If one has a length and the other a name, the length is kept.
func merge(a, b TypeShape) (TypeShape, bool) {
	if a.Type == Unknown {
		a.Type = b.Type
	}
	if b.Type != Unknown && a.Type != b.Type {
		return a, false
	}
	switch {
	case b.Shape == nil:
		return a, true
	case a.Shape == nil:
		return TypeShape{a.Type, b.Shape}, true
	case len(a.Shape) != len(b.Shape):
		return a, false
	}
	shape := make(Shape, len(a.Shape))
	for i := range shape {
		d, ok := mergeDim(a.Shape[i], b.Shape[i])
		if !ok {
			return a, false
		}
		shape[i] = d
	}
	return TypeShape{a.Type, shape}, true
}

// mergeDim combines two statements about one dimension; the first one's name wins.
func mergeDim(a, b Dim) (Dim, bool) {
	switch {
	case a.Known() && b.Known():
		return a, a.Size == b.Size
	case a.Known() || a.Name != "" && !b.Known():
		return a, true
	}
	return b, true
}

func (s span) holds(n int) bool { return s.min <= n && n <= s.max }

// label names a node in messages, shortened to a readable length.
func label(n *onnxpb.NodeProto) string {
	name := n.GetName()
	if name == "" && len(n.GetOutput()) > 0 {
		name = n.Output[0]
	}
	return fmt.Sprintf("node %.200q (%.200s)", name, n.GetOpType())
}

// problems collects errors, up to a number that people can read.
type problems struct {
	errs []error
	more int
}

const maxProblems = 100

func (p *problems) add(err error) {
	if len(p.errs) == maxProblems {
		p.more++
		return
	}
	p.errs = append(p.errs, err)
}

func (p *problems) join() error {
	if p.more > 0 {
		return errors.Join(append(p.errs, fmt.Errorf("and %d more problems", p.more))...)
	}
	return errors.Join(p.errs...)
}
