package quantize_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

// optimised is a model after ONNX Runtime's optimisation.
func optimised(t *testing.T, m *onnx.Model) *onnx.Model {
	t.Helper()
	loadLibrary(t)
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "optimised.onnx")
	options, err := ortgo.NewSessionOptions()
	if err != nil {
		t.Fatal(err)
	}
	defer options.Destroy()
	if err := options.SetOptimizedModelFilePath(path); err != nil {
		t.Fatal(err)
	}
	session, err := ortgo.NewDynamicAdvancedSessionWithONNXData(data, []string{"input"}, []string{"logits"}, options)
	if err != nil {
		t.Fatal(err)
	}
	session.Destroy()
	if data, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	o, err := onnx.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// loadLibrary lets the package that loads the runtime for everybody load it.
func loadLibrary(t *testing.T) {
	t.Helper()
	data, err := linear(t).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t)(data)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// TestInteger: everything between the first QuantizeLinear and the last
// DequantizeLinear runs in integer kernels, with activations that suit the processor.
func TestInteger(t *testing.T) {
	for name, want := range map[string]map[string]int{
		"relu":   {"QLinearConv": 5, "QLinearAdd": 1, "QLinearGlobalAveragePool": 1},
		"hswish": {"QLinearConv": 7, "QLinearAdd": 1 + 4, "QLinearMul": 1 + 4, "QLinearGlobalAveragePool": 2},
		"linear": {"QGemm": 2},
	} {
		m := linear(t)
		if name != "linear" {
			m = float(t, name)
		}
		got := ops(optimised(t, timed(t, m, quantize.Options{Activations: quantize.ActivationsFor(runtime.GOARCH)})))
		if got["QuantizeLinear"] != 1 || got["DequantizeLinear"] > 1 {
			t.Errorf("%s: %d times rounded, %d times read back", name, got["QuantizeLinear"], got["DequantizeLinear"])
		}
		maps.DeleteFunc(got, func(op string, _ int) bool {
			return op == "QuantizeLinear" || op == "DequantizeLinear" || op == "Transpose" || op == "Reshape"
		})
		if !maps.Equal(got, want) {
			t.Errorf("%s runs as %v, want %v", name, got, want)
		}
	}
}

// TestInner: a block with the borders that it has inside a network consists of integer
// kernels only, as many as it has there.
func TestInner(t *testing.T) {
	arch, err := models.LoadArch("fbnetv2_f1")
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	o := quantize.Options{Activations: quantize.ActivationsFor(runtime.GOARCH)}
	for _, b := range blocks {
		s, err := onnxexport.Block(b, 1)
		if errors.Is(err, onnxexport.ErrNothing) {
			continue
		}
		if err == nil {
			s, err = quantize.Inner(s, o)
		}
		if err != nil {
			t.Fatal(err)
		}
		m, err := onnx.Decode(s.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		in, out := m.Inputs()[0], m.Outputs()[0]
		if want := onnx.Dims(1, b.Height, b.Width, b.In); in.Type != o.Activations || !slices.Equal(in.Shape, want) {
			t.Errorf("%s takes %v", s.Name, in)
		}
		if b.Kind == models.Head {
			continue // gives logits
		}
		if h, w := b.OutSize(); out.Type != o.Activations || !slices.Equal(out.Shape, onnx.Dims(1, h, w, b.Out)) {
			t.Errorf("%s gives %v", s.Name, out)
		}
		for op, n := range ops(optimised(t, m)) {
			if !strings.HasPrefix(op, "QLinear") {
				t.Errorf("%s has %d %s", s.Name, n, op)
			}
		}
	}
	s, err := onnxexport.Network("n", blocks[:1], 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	o.Float = []string{quantize.First}
	if _, err := quantize.Inner(s, o); err == nil || !strings.Contains(err.Error(), "input is not rounded") {
		t.Errorf("a block that begins in float: %v", err)
	}
}

// TestFloatStaysFloat: a layer that is in float in the file stays in float in the
// runtime, and its bias is exact to the last bit.
func TestFloatStaysFloat(t *testing.T) {
	for model, layer := range map[string]string{"relu": "blocks.01.project", "hswish": "blocks.01.depthwise", "others": "blocks.03.project", "linear": "one"} {
		m := linear(t)
		if model != "linear" {
			m = float(t, model)
		}
		all, left := integerLayers(t, timed(t, m, unsigned)), integerLayers(t, timed(t, m, quantize.Options{Activations: onnx.Uint8, Float: []string{layer}}))
		if len(left) != len(all)-1 {
			t.Errorf("%s: %v in integers, %v without %s", model, all, left, layer)
		}
	}
}

// TestBiasOfFloatLayer: its codes give the floats of the original bias.
func TestBiasOfFloatLayer(t *testing.T) {
	b := onnx.NewBuilder("bias", 17)
	want := []float32{0.1, -0.3, 0, 1e-30, -3e8}
	bias := b.Initializer("one.bias", onnx.Vector("", want...))
	y := b.Op("GlobalAveragePool", []string{b.Input("input", onnx.Float32, onnx.Dims(1, 1, 2, 2))})
	b.Node("Conv", []string{y, b.Initializer("one.weight", onnx.NewTensor("", make([]float32, 5), 5, 1, 1, 1)), bias}, []string{"logits"})
	b.Output("logits", onnx.Float32, onnx.Dims(1, 5, 1, 1))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	q := timed(t, m, quantize.Options{Float: []string{quantize.First}})
	if n := ops(q); n["DequantizeLinear"] != 3 {
		t.Errorf("read from codes: %d of input, average and bias", n["DequantizeLinear"])
	}
	for i, v := range runOn(t, open(t), q, []float64{1, 2, 3, 4})["logits"] {
		if float32(v) != want[i] {
			t.Errorf("the bias %v became %v", want[i], v)
		}
	}
}

var unsigned = quantize.Options{Activations: onnx.Uint8}

// TestOpset13: the two operators that replace HardSwish there become the same kernels
// as the one.
func TestOpset13(t *testing.T) {
	q := timed(t, floatIn(t, "hswish", 13), quantize.Options{})
	if n := ops(q); n["HardSigmoid"]+n["HardSwish"] != 0 || n["Mul"] != ops(timed(t, float(t, "hswish"), quantize.Options{}))["Mul"] {
		t.Errorf("opset 13: %v", n)
	}
	against(t, q, open(t))
}
