package onnxexport_test

import (
	"bytes"
	"context"
	"maps"
	"math"
	"strings"
	"sync"
	"testing"

	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/internal/convert"
	"fbnas/internal/setup"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// large is a built-in network for small images, exported once for all tests.
type large struct {
	spec  onnxexport.Spec
	bytes []byte
}

var largeOnce = map[string]func() (large, error){
	"fbnetv2_f1": sync.OnceValues(func() (large, error) { return exportLarge("fbnetv2_f1", 64) }),
	"fbnetv2_f4": sync.OnceValues(func() (large, error) { return exportLarge("fbnetv2_f4", 64) }),
}

func exportLarge(name string, side int) (large, error) {
	arch, err := models.LoadArch(name)
	if err != nil {
		return large{}, err
	}
	arch.Input.Height, arch.Input.Width = side, side
	blocks, err := arch.Resolve()
	if err != nil {
		return large{}, err
	}
	n, err := onnxexport.Network(name, blocks, 1, 7)
	return large{onnxexport.Spec{Name: name, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 7)}, n.Bytes}, err
}

func largeNetwork(t testing.TB, name string) large {
	t.Helper()
	l, err := largeOnce[name]()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// tiny is a network that contains every kind of block once.
func tiny(t testing.TB) onnxexport.Spec {
	t.Helper()
	arch, err := models.ParseArch([]byte(`
version: 1
name: tiny
input: {channels: 1, height: 28, width: 28}
classes: 10
rounding: {divisor: 1}
blocks:
  - {kind: conv, out: 6, kernel: 3, stride: 2, act: hswish, bias: true}
  - {kind: ir, out: 6, kernel: 5, expansion: 1, act: relu}
  - {kind: ir, out: 8, kernel: 3, stride: 2, expansion: 2, act: hswish, se: hsigmoid, se_ratio: 0.25}
  - {kind: ir, out: 8, kernel: 3, expansion: 2, act: relu, groups: 2, out_groups: 2, shuffle: true}
  - {kind: ir, out: 8, kernel: 3, expansion: 1, expand_conv: true, act: relu, se: sigmoid, squeeze: 3}
  - {kind: skip, out: 12}
  - {kind: ir_pool, out: 20, expansion: 2, act: hswish}
head: {bias: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return onnxexport.Spec{Name: "tiny", Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 7)}
}

func export(t testing.TB, s onnxexport.Spec) *onnx.Model {
	t.Helper()
	m, err := onnxexport.Export(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func encode(t testing.TB, m *onnx.Model) []byte {
	t.Helper()
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func histogram(m *onnx.Model) map[string]int {
	ops := map[string]int{}
	for _, n := range m.Proto.Graph.Node {
		ops[n.GetOpType()]++
	}
	return ops
}

// TestZooNodes: there are only convolutions, activations, a gate's pool, two functions
// and product, a shortcut's sum, and the head's pool and reshape.
// F1's classifier needs no pool: its tail has one already.
func TestZooNodes(t *testing.T) {
	for _, tc := range []struct {
		name         string
		nodes        map[string]int
		initializers int // weights, biases, and the shape of the logits
	}{
		{"fbnetv2_f1", map[string]int{"Conv": 60, "Relu": 13, "HardSwish": 25, "HardSigmoid": 8, "Mul": 8,
			"GlobalAveragePool": 8 + 1, "Add": 8, "Reshape": 1}, 60 + 59 + 1},
		{"fbnetv2_f4", map[string]int{"Conv": 75, "Relu": 13, "HardSwish": 34, "HardSigmoid": 10, "Mul": 10,
			"GlobalAveragePool": 10 + 1, "Add": 11, "Reshape": 1}, 75 + 74 + 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := largeNetwork(t, tc.name)
			m, err := onnx.Decode(l.bytes)
			if err != nil {
				t.Fatal(err)
			}
			if got := histogram(m); !maps.Equal(got, tc.nodes) {
				t.Errorf("nodes %v, want %v", got, tc.nodes)
			}
			if got := len(m.Proto.Graph.Initializer); got != tc.initializers {
				t.Errorf("%d initializers, want %d", got, tc.initializers)
			}
			if err := onnx.Check(m); err != nil {
				t.Error(err)
			}
			if m.Opset("") != 17 || m.Proto.GetIrVersion() != 8 {
				t.Errorf("opset %d and IR version %d, want 17 and 8", m.Opset(""), m.Proto.GetIrVersion())
			}
			checkFace(t, m, onnx.Dims(1, 3, 64, 64), onnx.Dims(1, 1000))
			checkDeclared(t, m, false)
			checkNames(t, m, l.spec.Blocks)
			checkTame(t, tc.name, runModel(t, l.bytes, enginetest.Normal(1, "image", 3*64*64)))
		})
	}
}

func checkFace(t *testing.T, m *onnx.Model, in, out onnx.Shape) {
	t.Helper()
	i, o := m.Inputs(), m.Outputs()
	if len(i) != 1 || i[0].Name != "input" || i[0].Shape.String() != in.String() ||
		len(o) != 1 || o[0].Name != "logits" || o[0].Shape.String() != out.String() {
		t.Errorf("%v to %v, want input %v to logits %v", i, o, in, out)
	}
}

// checkNames: every initializer except the logits' shape has the name of a parameter, or
// is the bias from a batch norm.
func checkNames(t *testing.T, m *onnx.Model, blocks []models.Block) {
	t.Helper()
	wanted := map[string]bool{}
	for _, p := range models.Params(blocks) {
		name := strings.Replace(p.Name, ".bn.beta", ".bias", 1)
		if !strings.Contains(name, ".bn.") {
			wanted[name] = true
		}
	}
	for _, init := range m.Proto.Graph.Initializer {
		if init.GetDataType() == int32(onnx.Int64) {
			continue
		}
		if !wanted[init.GetName()] {
			t.Errorf("an initializer is called %s", init.GetName())
		}
		delete(wanted, init.GetName())
	}
	if len(wanted) > 0 {
		t.Errorf("no initializers for %v", wanted)
	}
}

func TestEqualSpecsGiveEqualBytes(t *testing.T) {
	one, two := encode(t, export(t, tiny(t))), encode(t, export(t, tiny(t)))
	if !bytes.Equal(one, two) {
		t.Error("two exports of one spec differ")
	}
	other := tiny(t)
	other.Weights = onnxexport.RandomWeights(other.Blocks, 8)
	if bytes.Equal(one, encode(t, export(t, other))) {
		t.Error("other weights give the same file")
	}
}

// oracle computes the network before anything is folded, in float64.
func oracle(t testing.TB, s onnxexport.Spec, batch int, x []float64) []float64 {
	t.Helper()
	first := s.Blocks[0]
	nb := &nn.Builder{G: graph.New(), Statistics: nn.Running}
	y := models.Network(nb, s.Blocks, nb.G.MapInput("x", batch, first.In, first.Height, first.Width))
	values := maps.Clone(s.Weights)
	values["x"] = x
	out, err := interp.Eval([]*graph.Node{y}, values)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

func options(t testing.TB) ort.Options {
	t.Helper()
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Skipf("%v (make setup)", err)
	}
	return ort.Options{Library: library, Threads: 1}
}

// runModel runs a model in ONNX Runtime.
func runModel(t testing.TB, model []byte, x []float64) []float64 {
	t.Helper()
	s, err := ort.Open(model, options(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Run(context.Background(), engine.Feeds{"input": engine.Floats(convert.Slice[float32](x))})
	if err != nil {
		t.Fatal(err)
	}
	return got["logits"]
}

// TestExportComputesTheNetwork compares files in ONNX Runtime with the
// unfolded network in the oracle.
func TestExportComputesTheNetwork(t *testing.T) {
	one, several, f1 := tiny(t), tiny(t), largeNetwork(t, "fbnetv2_f1")
	several.Batch = 3
	for _, l := range []large{{one, encode(t, export(t, one))}, {several, encode(t, export(t, several))}, f1} {
		batch, b := max(1, l.spec.Batch), l.spec.Blocks[0]
		x := enginetest.Normal(1, "image", batch*b.In*b.Height*b.Width)
		if err := enginetest.Close(runModel(t, l.bytes, x), oracle(t, l.spec, batch, x), 1e-5); err != nil {
			t.Errorf("%s, batch %d: %v", l.spec.Name, batch, err)
		}
	}
}

func TestExportRefuses(t *testing.T) {
	change := func(f func(*onnxexport.Spec)) onnxexport.Spec {
		s := tiny(t)
		f(&s)
		return s
	}
	for name, tc := range map[string]struct {
		spec onnxexport.Spec
		want []string
	}{
		"no blocks":        {onnxexport.Spec{Name: "none"}, []string{"none", "without blocks"}},
		"a negative batch": {change(func(s *onnxexport.Spec) { s.Batch = -2 }), []string{"batch of -2"}},
		"an unknown input": {change(func(s *onnxexport.Spec) { s.Input = "jpeg" }), []string{`"jpeg"`, "uint8-nhwc"}},
		"pixels without preprocessing": {change(func(s *onnxexport.Spec) { s.Input = onnxexport.PixelsNHWC }),
			[]string{"not known how pixels are normalised"}},
		"a weight beyond float16": {change(func(s *onnxexport.Spec) { s.Half = true; s.Weights["head.classifier.weight"][0] = 1e5 }),
			[]string{"head.classifier.weight has an element of 100000"}},
		"other weights": {change(func(s *onnxexport.Spec) {
			delete(s.Weights, "head.classifier.weight")
			s.Weights["blocks.00.conv.bias"] = []float64{1}
			s.Weights["blocks.99.conv.bias"] = []float64{1}
			s.Weights["blocks.00.conv.bn.gamma"][2] = math.NaN()
		}), []string{"head.classifier.weight is missing", "blocks.00.conv.bias has 1 elements, the network wants [6]",
			"no blocks.99.conv.bias", "blocks.00.conv.bn.gamma has elements that are not finite"}},
		"a negative variance": {change(func(s *onnxexport.Spec) { s.Weights["blocks.00.conv.bn.var"][0] = -1 }),
			[]string{"blocks.00.conv.weight is not finite"}},
		"an unknown opset": {change(func(s *onnxexport.Spec) { s.Opset = 3 }), []string{"export tiny"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := onnxexport.Export(tc.spec)
			if err == nil {
				t.Fatal("it is exported")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
}
