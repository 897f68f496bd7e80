package onnxexport_test

import (
	"math"
	"testing"

	"fbnas/onnx"
)

// TestHalf: the file has half the size, and its weights are the nearest numbers of
// float16.
func TestHalf(t *testing.T) {
	l := largeNetwork(t, "fbnetv2_f1")
	s := l.spec
	s.Half = true
	m := export(t, s)
	data := encode(t, m)
	if ratio := float64(len(data)) / float64(len(l.bytes)); ratio > 0.52 {
		t.Errorf("%d bytes, %.3f of %d", len(data), ratio, len(l.bytes))
	}
	full, err := onnx.Decode(l.bytes)
	if err != nil {
		t.Fatal(err)
	}
	halves, err := m.Initializers()
	if err != nil {
		t.Fatal(err)
	}
	wholes, err := full.Initializers()
	if err != nil {
		t.Fatal(err)
	}
	for i, half := range halves {
		if half.Name != wholes[i].Name {
			t.Fatalf("initializer %d is called %s, not %s", i, half.Name, wholes[i].Name)
		}
		a, err := half.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		b, _ := wholes[i].Float64s()
		for k := range a {
			if math.Abs(a[k]-b[k]) > math.Abs(b[k])/2048+0x1p-25 {
				t.Fatalf("%s: %g became %g", half.Name, b[k], a[k])
			}
		}
	}
}
