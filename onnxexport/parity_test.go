package onnxexport_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/internal/convert"
	"fbnas/internal/setup"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// training computes logits as a training run does: the evaluation program on
// a state that holds the weights, in batches that do not divide the images.
func training(t testing.TB, s onnxexport.Spec) onnxexport.Logits {
	t.Helper()
	const batch = 24
	e, err := ort.New(options(t))
	if err != nil {
		t.Fatal(err)
	}
	var specs []engine.Spec
	for _, p := range models.Params(s.Blocks) {
		specs = append(specs, engine.Spec{Name: p.Name, Shape: p.Shape})
	}
	state, err := e.NewState(specs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { state.Close() })
	for name, v := range s.Weights {
		if err := state.Set(name, v); err != nil {
			t.Fatal(err)
		}
	}
	g, first := graph.New(), s.Blocks[0]
	nb := &nn.Builder{G: g, Statistics: nn.Running}
	y := models.Network(nb, s.Blocks, g.MapInput("images", batch, first.In, first.Height, first.Width))
	run, err := e.Compile(&engine.Program{Name: "evaluate", Graph: g, Returns: []engine.Binding{{Name: "y", Node: y}}}, state)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.Close() })
	return onnxexport.Batched(run, "images", "y", batch)
}

func open(t testing.TB) func([]byte) (onnxexport.Session, error) {
	o := options(t)
	return func(model []byte) (onnxexport.Session, error) { return ort.Open(model, o) }
}

// photographs are Fashion-MNIST test images, pixels from 0 to 1.
func photographs(t testing.TB, n int) [][]float32 {
	t.Helper()
	const header, size = 16, 28 * 28 // of an IDX file, of an image in it
	dir, err := setup.FashionMNIST()
	if err != nil {
		t.Skipf("%v (make setup)", err)
	}
	f, err := os.Open(filepath.Join(dir, "t10k-images-idx3-ubyte.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data := make([]byte, header+n*size)
	if _, err := io.ReadFull(z, data); err != nil {
		t.Fatal(err)
	}
	images := make([][]float32, n)
	for i := range images {
		images[i] = make([]float32, size)
		for j := range size {
			images[i][j] = float32(data[header+i*size+j]) / 255
		}
	}
	return images
}

func TestPublish(t *testing.T) {
	s := tiny(t)
	s.Metadata = onnxexport.Metadata{Tool: "fbnas test", Classes: []string{"a", "b c", "ä"}}
	path := filepath.Join(t.TempDir(), "model.onnx")
	proof := onnxexport.Proof{Open: open(t), Reference: training(t, s), Images: photographs(t, 70)}
	f, err := onnxexport.Build(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Model.Proto.GetMetadataProps()) > 0 {
		t.Error("metadata are written before it is known what they say")
	}
	p, err := f.Publish(context.Background(), path, proof)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", p)
	if p.Inputs != 70 || p.SameClass != 70 || p.MaxAbsLogit == 0 {
		t.Errorf("parity %+v of 70 images", p)
	}
	m, err := onnx.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	written, err := onnxexport.FileOf(m)
	if err != nil {
		t.Fatal(err)
	}
	if md := written.Metadata; md.Parity == nil || *md.Parity != p || md.Tool != "fbnas test" || md.Weights != onnxexport.WeightsDigest(written.Model) || !reflect.DeepEqual(md, f.Metadata) {
		t.Errorf("metadata %+v, want %+v with the parity %+v", md, f.Metadata, p)
	}
	labels, err := os.ReadFile(filepath.Join(filepath.Dir(path), "model.labels.txt"))
	if err != nil || string(labels) != "a\nb c\nä\n" {
		t.Errorf("labels %q (%v)", labels, err)
	}
	if again, err := written.Verify(context.Background(), proof); err != nil || again != p {
		t.Errorf("verified later: %+v, %v", again, err)
	}
}

// TestPublishRefuses: a file that computes something else is not written.
func TestPublishRefuses(t *testing.T) {
	s := tiny(t)
	proof := onnxexport.Proof{Open: open(t), Reference: training(t, s), Images: photographs(t, 64)}
	path := filepath.Join(t.TempDir(), "model.onnx")
	other := tiny(t)
	other.Weights["blocks.02.se.reduce.bias"][0] += 0.05
	f, err := onnxexport.Build(other)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Publish(context.Background(), path, proof)
	if err == nil || !strings.Contains(err.Error(), "parity") {
		t.Errorf("a changed weight: %v", err)
	}
	if p.MaxAbsDiff == 0 {
		t.Error("the difference is not told")
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) > 0 {
		t.Errorf("%v was written", entries)
	}
}

func rows(images int, v ...float64) onnxexport.Logits {
	return func(context.Context, [][]float32) ([][]float64, error) {
		return slices.Repeat([][]float64{v}, images), nil
	}
}

func TestCompare(t *testing.T) {
	const n = onnxexport.ParityInputs
	failing := func(context.Context, [][]float32) ([][]float64, error) { return nil, errors.New("out of memory") }
	for _, tc := range []struct {
		name       string
		want, got  onnxexport.Logits
		images     int
		diff       float64
		class      int
		complaints string
	}{
		{"equal", rows(n, 1, 2), rows(n, 1, 2), n, 0, n, ""},
		{"within 1e-4 of 1", rows(n, 0, 0.5), rows(n, 0.00009, 0.5), n, 0.00009, n, ""},
		{"beyond it", rows(n, 0, 0.5), rows(n, 0.00011, 0.5), n, 0.00011, n, "differ by up to 0.00011"},
		{"within 1e-4 of the largest", rows(n, -100, 0), rows(n, -100, 0.009), n, 0.009, n, ""},
		{"a near tie that turns", rows(n, 1, 1.00001), rows(n, 1.00001, 1), n, 0.00001, 0, ""},
		{"not a number", rows(n, 1, 2), rows(n, math.NaN(), 2), n, math.NaN(), 0, "parity"},
		{"a reference that is not a number", rows(n, 1, math.Inf(1)), rows(n, 1, 2), n, math.Inf(1), 0, "parity"},
		{"too few images", rows(n-1, 1), rows(n-1, 1), n - 1, 0, 0, "at least 64"},
		{"other classes", rows(n, 1), rows(n, 1, 2), n, 0, 0, "2 classes exported, 1 trained"},
		{"rows missing", rows(n, 1), rows(n-1, 1), n, 0, 0, "64 and 63 rows"},
		{"no reference", failing, rows(n, 1), n, 0, 0, "training engine: out of memory"},
		{"no model", rows(n, 1), failing, n, 0, 0, "exported model: out of memory"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := onnxexport.Compare(context.Background(), onnxexport.Tolerance, tc.want, tc.got, make([][]float32, tc.images))
			if tc.complaints == "" && err != nil || tc.complaints != "" && (err == nil || !strings.Contains(err.Error(), tc.complaints)) {
				t.Errorf("error %v, want %q", err, tc.complaints)
			}
			if math.Abs(p.MaxAbsDiff-tc.diff) > 1e-12 {
				t.Errorf("difference %g, want %g", p.MaxAbsDiff, tc.diff)
			}
			if tc.complaints == "" && p.SameClass != tc.class {
				t.Errorf("%d of the same class, want %d", p.SameClass, tc.class)
			}
		})
	}
}

// sums is a runner of batch 2: it returns the sum of each image's numbers, twice.
type sums struct{ runs int }

func (s *sums) Run(_ context.Context, feeds engine.Feeds) (engine.Results, error) {
	s.runs++
	x := feeds["in"].Floats
	var y []float64
	for i := range 2 {
		total := 0.0
		for _, v := range x[i*len(x)/2 : (i+1)*len(x)/2] {
			total += float64(v)
		}
		y = append(y, total, total)
	}
	return engine.Results{"out": y}, nil
}

func TestBatched(t *testing.T) {
	r := &sums{}
	got, err := onnxexport.Batched(r, "in", "out", 2)(context.Background(), [][]float32{{1, 2}, {3, 4}, {5, 6}})
	want := [][]float64{{3, 3}, {7, 7}, {11, 11}}
	if err != nil || r.runs != 2 || !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%v in %d runs (%v), want %v in 2", got, r.runs, err, want)
	}
	if _, err := onnxexport.Batched(r, "in", "out", 2)(context.Background(), [][]float32{{1, 2}, {3}}); err == nil {
		t.Error("images of two sizes run")
	}
	if _, err := onnxexport.Batched(r, "in", "nothing", 2)(context.Background(), [][]float32{{1, 2}}); err == nil {
		t.Error("a missing result goes unnoticed")
	}
}

// TestLargeNetworkParity compares F1 with the training engine.
func TestLargeNetworkParity(t *testing.T) {
	l := largeNetwork(t, "fbnetv2_f1")
	m, err := onnx.Decode(l.bytes)
	if err != nil {
		t.Fatal(err)
	}
	images := make([][]float32, onnxexport.ParityInputs)
	for i := range images {
		images[i] = convert.Slice[float32](enginetest.Normal(uint64(i), "image", 3*64*64))
	}
	f, err := onnxexport.FileOf(m)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Verify(context.Background(),
		onnxexport.Proof{Open: open(t), Reference: training(t, l.spec), Images: images})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", p)
}
