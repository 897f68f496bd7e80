package onnxexport_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/onnx"
	"fbnas/onnxexport"
)

// optimised counts the nodes of a model after ONNX Runtime's optimisation.
func optimised(t *testing.T, m *onnx.Model) map[string]int {
	t.Helper()
	s, err := open(t)(encode(t, m)) // loads the library
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	o, err := ortgo.NewSessionOptions()
	if err != nil {
		t.Fatal(err)
	}
	defer o.Destroy()
	path := filepath.Join(t.TempDir(), "optimised.onnx")
	if err := o.SetOptimizedModelFilePath(path); err != nil {
		t.Fatal(err)
	}
	session, err := ortgo.NewDynamicAdvancedSessionWithONNXData(encode(t, m), []string{"input"}, []string{"logits"}, o)
	if err != nil {
		t.Fatal(err)
	}
	session.Destroy()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := onnx.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return histogram(graph)
}

// TestFormsCostNothing: after optimisation each form has the nodes of the
// plain one and, if it takes pixels, the steps before the first layer.
func TestFormsCostNothing(t *testing.T) {
	plain := optimised(t, export(t, in(t, onnxexport.Form{})))
	if plain["Cast"] != 0 || plain["Conv"] == 0 {
		t.Fatalf("the runtime makes %v of the plain form", plain)
	}
	for name, f := range forms() {
		want := maps.Clone(plain)
		if f.Input == onnxexport.PixelsNHWC {
			want["Transpose"]++
			want["Cast"]++
			want["Sub"]++
		}
		if got := optimised(t, export(t, in(t, f))); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
