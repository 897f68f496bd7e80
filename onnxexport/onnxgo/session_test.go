package onnxgo

import (
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/internal/chw"
	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// exported is a built-in network with random weights for small images.
func exported(t testing.TB, name string, size int) []byte {
	t.Helper()
	arch, err := models.LoadArch(name)
	if err != nil {
		t.Fatal(err)
	}
	arch.Input.Height, arch.Input.Width, arch.Classes = size, size, 10
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return content(t, onnxexport.Spec{Name: name, Blocks: blocks})
}

func content(t testing.TB, s onnxexport.Spec) []byte {
	t.Helper()
	s.Weights = onnxexport.RandomWeights(s.Blocks, 1)
	m, err := onnxexport.Export(s)
	if err != nil {
		t.Fatal(err)
	}
	return encoded(t, m)
}

func encoded(t testing.TB, m *onnx.Model) []byte {
	t.Helper()
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// every has each kind of block and each operator that fbnas exports.
const every = `version: 1
name: every
input: {channels: 3, height: 12, width: 10}
classes: 5
rounding: {divisor: 1}
blocks:
  - {kind: conv, out: 8, kernel: 3, stride: 2, act: hswish, bias: true}
  - {kind: conv, out: 8, kernel: 3, act: relu, groups: 4}
  - {kind: ir, out: 8, kernel: 5, expansion: 2, act: hswish, se: hsigmoid, se_ratio: 0.25}
  - {kind: ir, out: 12, kernel: 3, stride: 2, pad: 1, expansion: 3, act: relu, se: sigmoid, se_act: relu, squeeze: 4}
  - {kind: ir, out: 12, kernel: 5, expansion: 1, act: relu, groups: 2, out_groups: 2, shuffle: true, bias: true}
  - {kind: skip, out: 16}
  - {kind: ir_pool, out: 24, expansion: 2, act: hswish}
head: {bias: true}
`

func whole(t testing.TB, s onnxexport.Spec) []byte {
	t.Helper()
	arch, err := models.ParseArch([]byte(every))
	if err != nil {
		t.Fatal(err)
	}
	if s.Blocks, err = arch.Resolve(); err != nil {
		t.Fatal(err)
	}
	return content(t, s)
}

// TestNetwork compares a network of all kinds of blocks with ONNX Runtime.
func TestNetwork(t *testing.T) {
	colours := &dataset.Preprocessing{Shape: chw.Shape{Channels: 3, Height: 12, Width: 10}, Mean: []float32{0.4, 0.5, 0.6}, Std: []float32{0.2, 0.3, 0.4}}
	for name, s := range map[string]onnxexport.Spec{
		"batch":     {Form: onnxexport.Form{Batch: 3}},
		"opset 13":  {Form: onnxexport.Form{Opset: 13}},
		"opset 21":  {Form: onnxexport.Form{Opset: 21, Half: true}},
		"pixels":    {Form: onnxexport.Form{Input: onnxexport.PixelsNHWC}, Metadata: onnxexport.Metadata{Preprocessing: colours}},
		"any batch": {Form: onnxexport.Form{Batch: onnxexport.AnyBatch}},
	} {
		t.Run(name, func(t *testing.T) { alike(t, whole(t, s)) })
	}
}

// TestZooRuns does so with built-in networks on small images.
func TestZooRuns(t *testing.T) {
	for _, name := range []string{"fbnet_96", "mnv2", "fbnetv2_f1", "fbnetv3_a0"} {
		t.Run(name, func(t *testing.T) { alike(t, exported(t, name, 32)) })
	}
}

// alike compares the logits of one image.
func alike(t *testing.T, file []byte) {
	there := session(t, file)
	here, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	in := there.Inputs()[0]
	n := 1
	for _, d := range in.Shape {
		n *= max(1, int(d.Size)) // an open batch is one image
	}
	feeds := engine.Feeds{in.Name: engine.Floats(noise(n, "image"))}
	if in.Type == onnx.Uint8 {
		pixels := make([]uint8, n)
		for i := range pixels {
			pixels[i] = uint8(i * i)
		}
		feeds = engine.Feeds{in.Name: engine.Bytes(pixels)}
	}
	want, err := there.Run(t.Context(), feeds)
	if err != nil {
		t.Fatal(err)
	}
	got, err := here.Run(t.Context(), feeds)
	if err != nil {
		t.Fatal(err)
	}
	most, size := 0.0, 1.0
	for i, w := range want[onnxexport.Output] {
		most = math.Max(most, math.Abs(got[onnxexport.Output][i]-w))
		size = math.Max(size, math.Abs(w))
	}
	if t.Logf("the logits, up to %.3g, differ by up to %.2g", size, most); !(most <= onnxexport.Tolerance*size) {
		t.Errorf("more than %g of the largest", onnxexport.Tolerance)
	}
}

// TestOpenBatch: an open batch becomes one image.
func TestOpenBatch(t *testing.T) {
	b := onnx.NewBuilder("m", 17)
	b.Input("x", onnx.Float32, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(1), onnx.Fixed(2), onnx.Fixed(2)})
	b.Node("Relu", []string{"x"}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(1), onnx.Fixed(2), onnx.Fixed(2)})
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	agree(t, encoded(t, m), [][]float32{{-1, 2, 3, 4}})
}

func TestRefusals(t *testing.T) {
	build := func(op string, attrs ...onnx.Attr) []byte {
		b := onnx.NewBuilder("m", 17)
		b.Input("x", onnx.Float32, onnx.Dims(1, 2, 3, 3))
		b.Node(op, []string{"x"}, []string{"y"}, attrs...)
		b.Output("y", onnx.Float32, onnx.Dims(1, 2, 3, 3))
		m, err := b.Model()
		if err != nil {
			t.Fatal(err)
		}
		return encoded(t, m)
	}
	b := onnx.NewBuilder("wide", 17)
	b.Input("x", onnx.Float32, onnx.Dims(1, 4096, 3, 3))
	conv(4096, 4096, 4096, 3, 3, false, onnx.Dims(1, 4096, 1, 1))(b)
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	wide := encoded(t, m)
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"too large":  {wide, "too large for onnx-go"},
		"unknown":    {build("Softplus"), "no way to run Softplus"},
		"no model":   {[]byte("x"), "decode"},
		"not a cast": {build("Identity"), "no way to run Identity"},
		"two limits": {withoutOpset(t, "Clip"), "is not imported"},
		"no opset":   {withoutOpset(t, "Mul"), "is not imported"},
	} {
		if _, err := Open(c.file); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "%!") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		} else if name == "too large" && fault.HintOf(err) == "" {
			t.Errorf("%s: it is not said what to do", name)
		}
	}
}

// withoutOpset is a file whose shapes cannot be inferred: its declaration of an
// operator on eight channels and a constant of two numbers is wrong.
func withoutOpset(t testing.TB, op string) []byte {
	b := onnx.NewBuilder("m", 17)
	b.Input("x", onnx.Float32, onnx.Dims(1, 8, 1, 1))
	two := b.Const(onnx.NewTensor("", []float32{1, 2}, 1, 2, 1, 1))
	b.Node("Relu", []string{"x"}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(1, 8, 1, 1))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	m.Proto.OpsetImport = nil
	n := m.Proto.GetGraph().GetNode()[0]
	n.OpType, n.Input = &op, []string{"x", two}
	return encoded(t, m)
}

// TestPanicIsAnError: a panic of onnx-go becomes an error.
func TestPanicIsAnError(t *testing.T) {
	s, err := Open(whole(t, onnxexport.Spec{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(t.Context(), engine.Feeds{onnxexport.Input: engine.Floats(make([]float32, 3))}); err == nil {
		t.Error("three numbers are an image")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Run(ctx, nil); err == nil {
		t.Error("it runs after the context's end")
	}
}

func TestVersionIsThatOfTheModule(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range []string{"github.com/owulveryck/onnx-go v0.5.0", "gorgonia.org/gorgonia v0.9.4"} {
		_, version, _ := strings.Cut(module, " v")
		if !strings.Contains(string(text), module) || !strings.Contains(Version, version) {
			t.Errorf("%s is not in go.mod, or not in %q", module, Version)
		}
	}
}

func FuzzLower(f *testing.F) {
	f.Add(whole(f, onnxexport.Spec{Form: onnxexport.Form{Batch: 2}}))
	f.Add(withoutOpset(f, "Mul"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := onnx.Decode(data)
		if err != nil {
			return
		}
		lowered, err := Lower(m)
		if err == nil && len(lowered.Outputs()) != len(m.Outputs()) {
			t.Errorf("%v is lowered to %v", m.Outputs(), lowered.Outputs())
		}
	})
}
