package onnxexport_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/ort"
	"fbnas/graph/lower"
	"fbnas/internal/convert"
	"fbnas/internal/python"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// pictures is the preprocessing of tiny's images.
func pictures() *dataset.Preprocessing {
	return &dataset.Preprocessing{Channels: 1, Height: 28, Width: 28, Mean: []float32{0.2860}, Std: []float32{0.3530}}
}

// in is tiny in a form.
func in(t testing.TB, f onnxexport.Form) onnxexport.Spec {
	t.Helper()
	s := tiny(t)
	s.Form, s.Metadata.Preprocessing = f, pictures()
	return s
}

// forms are all that a network is written in, by a name.
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

// TestForms: every form is checked, repeats to the byte, tells its form again,
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

// checkNeeded: no nodes but those that compute the network.
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

// TestZooOnPixels: no built-in network has needless nodes where it takes any
// number of pixel images; TestZooRuns has the plain form. Their first
// convolutions have padding, hence Sub.
func TestZooOnPixels(t *testing.T) {
	if raced {
		t.Skip("takes long under the race detector")
	}
	f := onnxexport.Form{Batch: onnxexport.AnyBatch, Input: onnxexport.PixelsNHWC}
	p := dataset.Preprocessing{Channels: 3, Height: 64, Width: 64, Mean: []float32{0.4, 0.5, 0.6}, Std: []float32{1, 1, 1}}
	for _, name := range models.ArchNames() {
		arch, err := models.LoadArch(name)
		if err != nil {
			t.Fatal(err)
		}
		arch.Input.Height, arch.Input.Width = p.Height, p.Width
		blocks, err := arch.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		m := export(t, onnxexport.Spec{Name: name, Blocks: blocks, Weights: flat(blocks), Form: f,
			Metadata: onnxexport.Metadata{Preprocessing: &p}})
		checkNeeded(t, m, f)
		checkDeclared(t, m, true)
		if ops := histogram(m); ops["Transpose"] != 1+shuffles(blocks) || ops["Sub"] != 1 {
			t.Errorf("%s: %v", name, ops)
		}
	}
}

func shuffles(blocks []models.Block) int {
	n := 0
	for _, b := range blocks {
		if b.Shuffle {
			n++
		}
	}
	return n
}

// flat are weights that cost nothing to draw.
func flat(blocks []models.Block) map[string][]float64 {
	weights := map[string][]float64{}
	for _, p := range models.Params(blocks) {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		weights[p.Name] = slices.Repeat([]float64{0.5}, n)
	}
	return weights
}

// TestPixels: a file that takes pixels computes, from bytes, what the network
// computes from the image that they are normalised to; what it has before the
// first layer follows from that layer.
func TestPixels(t *testing.T) {
	p := dataset.Preprocessing{Channels: 3, Height: 9, Width: 7, Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225}}
	first := models.Block{Kind: models.Conv, Kernel: 3, Stride: 2, Pad: 1, Act: "hswish", Groups: 1, OutGroups: 1, In: 3, Out: 4, Height: 9, Width: 7, ExpandConv: true}
	unpadded, shortcut := first, first
	unpadded.Pad = 0
	shortcut.Kind, shortcut.Stride, shortcut.Mid, shortcut.Out, shortcut.Residual = models.IR, 1, 6, 3, true
	for name, c := range map[string]struct {
		block models.Block
		front []string
	}{
		"padding":    {first, []string{"Transpose", "Cast", "Sub"}},
		"no padding": {unpadded, []string{"Transpose", "Cast"}},
		"a shortcut": {shortcut, []string{"Transpose", "Cast", "Sub", "Mul"}},
	} {
		t.Run(name, func(t *testing.T) {
			blocks := []models.Block{c.block}
			s := onnxexport.Spec{Name: name, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 3),
				Metadata: onnxexport.Metadata{Preprocessing: &p}, Form: onnxexport.Form{Batch: 2, Input: onnxexport.PixelsNHWC}}
			m := export(t, s)
			if in := m.Inputs(); len(in) != 1 || in[0].Name != "input" || in[0].Type != onnx.Uint8 || in[0].Shape.String() != "[2,9,7,3]" {
				t.Errorf("inputs %v", in)
			}
			var front []string
			for _, n := range m.Proto.Graph.Node[:len(c.front)+1] {
				front = append(front, n.GetOpType())
			}
			if want := append(slices.Clone(c.front), "Conv"); !slices.Equal(front, want) {
				t.Errorf("nodes begin with %v, want %v", front, want)
			}
			images, pixels := bytePictures(2, p)
			o, err := ort.Open(encode(t, m), options(t))
			if err != nil {
				t.Fatal(err)
			}
			defer o.Close()
			got, err := o.Run(context.Background(), engine.Feeds{"input": engine.Bytes(pixels)})
			if err != nil {
				t.Fatal(err)
			}
			if err := enginetest.Close(got["logits"], oracle(t, s, 2, convert.Slice[float64](images)), 1e-5); err != nil {
				t.Error(err)
			}
			md, err := onnxexport.ReadMetadata(m)
			if err != nil {
				t.Fatal(err)
			}
			feed, err := onnxexport.FeedOf(m, md)
			if err != nil {
				t.Fatal(err)
			}
			if fed := feed.Tensor(images).Bytes; !bytes.Equal(fed, pixels) {
				t.Errorf("fed %v for pixels %v", fed, pixels)
			}
			if seen := feed.Seen(images[:9*7*3]); !slices.Equal(seen, images[:9*7*3]) {
				t.Error("the file sees other images than the data set's")
			}
		})
	}
}

// bytePictures are n images twice: normalised as a data set gives them, and as
// pixels, [H,W,C].
func bytePictures(n int, p dataset.Preprocessing) (images []float32, pixels []uint8) {
	plane := p.Height * p.Width
	images, pixels = make([]float32, n*plane*p.Channels), make([]uint8, n*plane*p.Channels)
	for i := range images {
		image, c, at := i/(plane*p.Channels), i/plane%p.Channels, i%plane
		v := uint8(i * 97)
		pixels[(image*plane+at)*p.Channels+c] = v
		images[i] = (float32(v)/255 - p.Mean[c]) / p.Std[c]
	}
	return images, pixels
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
		got, err := onnxexport.Verify(context.Background(), export(t, in(t, f)),
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

// TestHalf: a file of half the size, whose Casts the runtime computes when it
// opens it, and whose weights are the nearest ones of float16.
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
	x := enginetest.Normal(1, "image", 3*64*64)
	t.Logf("largest difference %.3g", farthest(runModel(t, data, x), runModel(t, l.bytes, x)))
}

func farthest(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

// TestONNXChecker holds files against ONNX's own checker and shape inference,
// Debian's python3-onnx: version 1.12, which knows opsets up to 17.
func TestONNXChecker(t *testing.T) {
	interpreter, err := python.Find(t.Context(), "onnx.checker")
	if err != nil {
		t.Skipf("apt-get install python3-onnx: %v", err)
	}
	const check = `import sys, onnx
from onnx import shape_inference
for path in sys.argv[1:]:
    m = onnx.load(path)
    onnx.checker.check_model(m, full_check=True)
    shape_inference.infer_shapes(m, check_type=True, strict_mode=True, data_prop=True)
print(len(sys.argv) - 1)
`
	command, dir := []string{interpreter, "-c", check}, t.TempDir()
	for name, f := range forms() {
		if f.Opset > 17 {
			continue
		}
		path := filepath.Join(dir, name+".onnx")
		if err := os.WriteFile(path, encode(t, export(t, in(t, f))), 0o644); err != nil {
			t.Fatal(err)
		}
		command = append(command, path)
	}
	out, err := python.Output(t.Context(), nil, nil, command...)
	if want := fmt.Sprintln(len(command) - 3); err != nil || string(out) != want {
		t.Errorf("%q of %q files are right: %v", out, want, err)
	}
}
