package ort

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "block", "key")
	for _, block := range []int{0, 8, 16} {
		remember(path, block)
		if got, ok := remembered(path); !ok || got != block {
			t.Errorf("%d is remembered as %d, %v", block, got, ok)
		}
	}
	for _, text := range []string{"", "4", "16\n", "-8", "99999999999999999999"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, ok := remembered(path); ok {
			t.Errorf("%q is remembered as %d", text, got)
		}
	}
	if _, ok := remembered(path + "-none"); ok {
		t.Error("a file that does not exist is remembered")
	}
}

func TestKeyNeedsTheLibrary(t *testing.T) {
	if _, err := rememberedAt(Options{Library: "none", Cache: t.TempDir()}); err == nil {
		t.Error("a library that does not exist has a key")
	}
}

func TestDifference(t *testing.T) {
	for _, c := range []struct {
		got, want []float64
		same      bool
	}{
		{[]float64{1, 2}, []float64{1, 2}, true},
		{[]float64{1, 2.001}, []float64{1, 2}, false},
		{[]float64{1, math.NaN()}, []float64{1, 2}, false},
		{[]float64{0, 0}, []float64{1, 2}, false},
		{[]float64{0, 0}, []float64{0, 0}, false}, // nothing to compare
	} {
		if same := difference(c.got, c.want) <= tolerance; same != c.same {
			t.Errorf("%v is taken for %v: %v", c.got, c.want, same)
		}
	}
}
