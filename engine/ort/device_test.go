package ort

import (
	"slices"
	"strings"
	"testing"

	"fbnas/graph"
	"fbnas/internal/ortc"
	"fbnas/internal/setup"
)

func openRuntime(t *testing.T) {
	t.Helper()
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Skipf("%v (make setup)", err)
	}
	if err := load(library); err != nil {
		t.Fatal(err)
	}
}

func TestOffers(t *testing.T) {
	openRuntime(t)
	rt, err := table()
	if err != nil {
		t.Fatal(err)
	}
	if err := offers(rt, "CPUExecutionProvider"); err != nil {
		t.Error(err)
	}
	err = offers(rt, "NoExecutionProvider")
	if err == nil || !strings.Contains(err.Error(), "without NoExecutionProvider; it has") || !strings.Contains(err.Error(), "CPUExecutionProvider") {
		t.Errorf("a provider that no library has: %v", err)
	}
}

func TestHeldTensor(t *testing.T) {
	openRuntime(t)
	d, err := openDevice(ortc.Place{Memory: "Cpu"})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, shape := range []graph.Shape{{1}, {6}, {2, 3}, {1, 2, 3, 1}} {
		h, err := newDeviceTensor(d, shape)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float32, shape.Len())
		for i := range want {
			want[i] = float32(i) + 0.5
		}
		if err := h.write(want); err != nil {
			t.Fatal(err)
		}
		got, err := h.read()
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v: wrote %v, read %v, %v", shape, want, got, err)
		}
		if err := h.write(append(want, 1)); err == nil {
			t.Errorf("%v: one value too many is written", shape)
		}
		h.close()
	}
	if _, err := openDevice(ortc.Place{Memory: "NoSuchMemory"}); err == nil {
		t.Error("a memory that the provider does not have is opened")
	}
}
