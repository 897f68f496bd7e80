package onnxexport_test

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// TestBlocks exports every block of a network with all kinds separately: each
// runs, computes what the oracle computes, and has no output that could
// disturb a timing.
func TestBlocks(t *testing.T) {
	for i, b := range tiny(t).Blocks {
		got, err := onnxexport.Block(b, 1)
		if err != nil {
			t.Fatal(err)
		}
		x := enginetest.Normal(1, "image", b.In*b.Height*b.Width)
		y := runModel(t, got.Bytes, x)
		alone := onnxexport.Spec{Blocks: []models.Block{b}, Weights: onnxexport.RandomWeights([]models.Block{b}, 1)}
		if err := enginetest.Close(y, oracle(t, alone, 1, x), 1e-5); err != nil {
			t.Errorf("block %d, %s: %v", i, got.Name, err)
		}
		checkTame(t, got.Name, y)
	}
}

func checkTame(t *testing.T, name string, y []float64) {
	t.Helper()
	largest := 0.0
	for _, v := range y {
		largest = math.Max(largest, math.Abs(v))
		if v != 0 && math.Abs(v) < 1e-30 {
			t.Errorf("%s gives the denormal %g", name, v)
			return
		}
	}
	if !(largest > 1e-2 && largest < 1e4) {
		t.Errorf("%s gives up to %g", name, largest)
	}
}

func TestIdentityHasNoModel(t *testing.T) {
	b := models.Block{Kind: models.Skip, Kernel: 1, Stride: 1, In: 8, Out: 8, Height: 7, Width: 7, Groups: 1, Residual: true}
	if _, err := onnxexport.Block(b, 1); !errors.Is(err, onnxexport.ErrNothing) {
		t.Errorf("the identity gives %v", err)
	}
}

// TestGraphDigest: the digest depends on what a runtime executes, not on the
// numbers, and the bytes are the same every time.
func TestGraphDigest(t *testing.T) {
	blocks := tiny(t).Blocks
	sample := func(batch int, seed uint64) onnxexport.Sample {
		s, err := onnxexport.Network("n", blocks, batch, seed)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one := sample(1, 1)
	if again := sample(1, 1); !bytes.Equal(one.Bytes, again.Bytes) {
		t.Error("one seed gives two models")
	}
	if other := sample(1, 2); other.Graph != one.Graph || bytes.Equal(other.Bytes, one.Bytes) {
		t.Error("another seed gives another graph, or the same weights")
	}
	if other := sample(2, 1); other.Graph == one.Graph {
		t.Error("another batch gives the same graph")
	}
	b := blocks[1]
	seen := map[string]string{}
	for name, change := range map[string]func(*models.Block){
		"as it is": func(*models.Block) {}, "activation": func(b *models.Block) { b.Act = "hswish" },
		"kernel": func(b *models.Block) { b.Kernel, b.Pad = 3, 1 }, "stride": func(b *models.Block) { b.Stride, b.Residual = 2, false },
		"shortcut": func(b *models.Block) { b.Residual = false },
	} {
		changed := b
		change(&changed)
		s, err := onnxexport.Block(changed, 1)
		if err != nil {
			t.Fatal(err)
		}
		if twin, ok := seen[s.Graph]; ok {
			t.Errorf("%s and %s have one graph digest", name, twin)
		}
		seen[s.Graph] = name
	}
}

func TestWeightsDigest(t *testing.T) {
	m := export(t, tiny(t))
	before := onnxexport.WeightsDigest(m)
	if again, err := onnx.Decode(encode(t, m)); err != nil || onnxexport.WeightsDigest(again) != before {
		t.Errorf("the digest changes with the file (%v)", err)
	}
	m.Proto.Graph.Initializer[3].RawData[5] ^= 1
	if onnxexport.WeightsDigest(m) == before {
		t.Error("a bit of a weight changes, the digest does not")
	}
}

// TestStructureStays: tables of latencies that were measured with earlier
// versions stay valid as long as blocks are written in the same way. A change here
// makes every row of every table stale: it needs a good reason.
func TestStructureStays(t *testing.T) {
	s := tiny(t)
	whole, err := onnxexport.Network("tiny", s.Blocks, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{whole.Graph[:12]}
	for _, b := range s.Blocks {
		sample, err := onnxexport.Block(b, 1)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, sample.Graph[:12])
	}
	want := []string{"dc6db5a9abc2", "2b6e7197043b", "28a244e1756a", "d81dba4b28f7", "c727d3152413", "2d7a18474792", "cc471b8766bc", "f907732458a3", "4b401a615e39"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
