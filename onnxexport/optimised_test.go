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

// optimised counts the nodes that ONNX Runtime makes of a model.
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

// TestFormsCostNothing: what the runtime makes of each form is what it makes
// of the plain one, and the steps before the first layer where pixels go in.
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
