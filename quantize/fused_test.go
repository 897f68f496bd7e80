package quantize_test

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/onnx"
	"fbnas/quantize"
)

// optimised is what ONNX Runtime makes of a model before it runs it.
func optimised(t *testing.T, m *onnx.Model) *onnx.Model {
	t.Helper()
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t)(data) // loads the library
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
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

// TestInteger: everything between the first rounding and the last reading runs
// in integer kernels, with the activations that suit the processor.
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

// TestOpset13: the two operators that stand for HardSwish there become what the
// one becomes.
func TestOpset13(t *testing.T) {
	q := timed(t, floatIn(t, "hswish", 13), quantize.Options{})
	if n := ops(q); n["HardSigmoid"]+n["HardSwish"] != 0 || n["Mul"] != ops(timed(t, float(t, "hswish"), quantize.Options{}))["Mul"] {
		t.Errorf("opset 13: %v", n)
	}
	against(t, q, open(t))
}
