package onnxexport_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/engine/enginetest"
	"fbnas/graph/lower"
	"fbnas/internal/chw"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// pictures is the preprocessing of tiny's images.
func pictures() *dataset.Preprocessing {
	return &dataset.Preprocessing{Shape: chw.Shape{Channels: 1, Height: 28, Width: 28}, Mean: []float32{0.2860}, Std: []float32{0.3530}}
}

// in is tiny in a form.
func in(t testing.TB, f onnxexport.Form) onnxexport.Spec {
	t.Helper()
	s := tiny(t)
	s.Form, s.Metadata.Preprocessing = f, pictures()
	return s
}

// forms are all forms of a network, by a name.
func forms() map[string]onnxexport.Form {
	all := map[string]onnxexport.Form{
		"pixels":                  {Input: onnxexport.PixelsNHWC},
		"any batch":               {Batch: onnxexport.AnyBatch},
		"any batch of pixels":     {Batch: onnxexport.AnyBatch, Input: onnxexport.PixelsNHWC},
		"half":                    {Half: true},
		"half, batch 3 of pixels": {Batch: 3, Input: onnxexport.PixelsNHWC, Half: true, Opset: 13},
	}
	for opset := lower.MinOpset; opset <= lower.MaxOpset; opset++ {
		all[fmt.Sprint("opset ", opset)] = onnxexport.Form{Opset: opset}
	}
	return all
}

// TestForms: every form passes Check, repeats to the byte, is recognised by FormOf,
// and has its shapes declared.
func TestForms(t *testing.T) {
	for name, f := range forms() {
		t.Run(name, func(t *testing.T) {
			m := export(t, in(t, f))
			if err := onnx.Check(m); err != nil {
				t.Error(err)
			}
			if !bytes.Equal(encode(t, m), encode(t, export(t, in(t, f)))) {
				t.Error("two exports of one spec differ")
			}
			md, err := onnxexport.ReadMetadata(m)
			if err != nil {
				t.Fatal(err)
			}
			again, err := onnxexport.FormOf(m, md)
			if err != nil {
				t.Fatal(err)
			}
			want := onnxexport.Form{Batch: cmp.Or(f.Batch, 1), Opset: cmp.Or(f.Opset, 17), Input: cmp.Or(f.Input, onnxexport.FloatNCHW), Half: f.Half}
			if again != want {
				t.Errorf("read as %+v, want %+v", again, want)
			}
			if digest := onnxexport.WeightsDigest(export(t, in(t, again))); digest != md.Weights {
				t.Errorf("%+v, read as %+v, has other weights", f, again)
			}
			checkDeclared(t, m, f.Batch == onnxexport.AnyBatch)
			checkNeeded(t, m, f)
		})
	}
}

// checkDeclared: all values have a type and shape, open only in the batch.
func checkDeclared(t *testing.T, m *onnx.Model, open bool) {
	t.Helper()
	g := m.Proto.Graph
	if values, nodes := len(g.ValueInfo), len(g.Node); values != nodes-1 {
		t.Errorf("%d declared values of %d", values, nodes-1)
	}
	for _, v := range g.ValueInfo {
		for i, d := range v.GetType().GetTensorType().GetShape().GetDim() {
			batch := i == 0 && open && !strings.HasSuffix(v.GetName(), ".float32")
			if batch != (d.GetDimParam() == "batch") || !batch && d.GetDimValue() < 1 {
				t.Errorf("dimension %d of %s is %v", i, v.GetName(), d)
			}
		}
	}
}

// checkNeeded: there are only nodes that compute the network.
func checkNeeded(t *testing.T, m *onnx.Model, f onnxexport.Form) {
	t.Helper()
	ops := histogram(m)
	for _, op := range []string{"Identity", "Constant", "Shape", "Gather", "Dropout", "BatchNormalization", "Unsqueeze", "Squeeze", "Clip", "Div", "Pad"} {
		if ops[op] > 0 {
			t.Errorf("%d nodes of %s", ops[op], op)
		}
	}
	casts := 0
	if f.Input == onnxexport.PixelsNHWC {
		casts++
	}
	if f.Half {
		casts += ops["Conv"]
	}
	if ops["Cast"] != casts {
		t.Errorf("%d nodes of Cast, want %d", ops["Cast"], casts)
	}
	if ops["HardSwish"] > 0 && f.Opset == 13 {
		t.Error("HardSwish before opset 14")
	}
}

// TestOpsetsComputeTheSame, to the bit, in ONNX Runtime.
func TestOpsetsComputeTheSame(t *testing.T) {
	x := enginetest.Normal(1, "image", 28*28)
	want := runModel(t, encode(t, export(t, in(t, onnxexport.Form{}))), x)
	for opset, ir := range map[int]int64{13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10} {
		m := export(t, in(t, onnxexport.Form{Opset: opset}))
		if m.Opset("") != int64(opset) || m.Proto.GetIrVersion() != ir {
			t.Errorf("opset %d became %d with IR version %d, want %d", opset, m.Opset(""), m.Proto.GetIrVersion(), ir)
		}
		if got := runModel(t, encode(t, m), x); !slices.Equal(got, want) {
			t.Errorf("opset %d gives %v, opset 17 %v", opset, got, want)
		}
	}
}

func TestOpenBatchRuns(t *testing.T) {
	s := in(t, onnxexport.Form{Batch: onnxexport.AnyBatch})
	m := export(t, s)
	checkFace(t, m, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(1), onnx.Fixed(28), onnx.Fixed(28)}, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(10)})
	for _, n := range []int{1, 2, 5} {
		x := enginetest.Normal(uint64(n), "images", n*28*28)
		if err := enginetest.Close(runModel(t, encode(t, m), x), oracle(t, s, n, x), 1e-5); err != nil {
			t.Errorf("%d images: %v", n, err)
		}
	}
}

// TestFormsAreProven: parity holds for each form, on real images.
func TestFormsAreProven(t *testing.T) {
	p := pictures()
	images := photographs(t, 70)
	for _, image := range images {
		for i, v := range image {
			image[i] = (v - p.Mean[0]) / p.Std[0]
		}
	}
	reference := training(t, tiny(t))
	for name, f := range forms() {
		file, err := onnxexport.Build(in(t, f))
		if err != nil {
			t.Fatal(err)
		}
		got, err := file.Verify(context.Background(),
			onnxexport.Proof{Open: open(t), Reference: reference, Images: images})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if limit := 1e-4 * max(1, got.MaxAbsLogit); f.Half != (got.Allowed() > limit) || got.SameClass != len(images) {
			t.Errorf("%s: %+v", name, got)
		}
		t.Logf("%s: %+v", name, got)
	}
}
