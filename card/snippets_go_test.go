package card

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"fbnas/dataset"
	"fbnas/engine/ort"
	"fbnas/internal/setup"
	"fbnas/models"
	"fbnas/onnxexport"
)

// TestGoRuns builds the Go program for two forms against this module's own
// dependencies and runs it on pictures: it names the class that the network
// computes for the same picture in a data set.
func TestGoRuns(t *testing.T) {
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Skipf("%v (make setup)", err)
	}
	for _, name := range []string{"colour", "grey pixels, batch 2"} {
		t.Run(name, func(t *testing.T) {
			dir, err := os.MkdirTemp("testdata", "snippet-") // in the module, where ./... does not look
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(dir) })
			in := inputs()[name]
			put(t, filepath.Join(dir, "main.go"), []byte(snippetsOf(t, in)["go"]))
			if out, err := exec.Command("go", "vet", "./"+dir).CombinedOutput(); err != nil {
				t.Fatalf("%v:\n%s", err, out)
			}
			program := filepath.Join(dir, "classify")
			if out, err := exec.Command("go", "build", "-o", program, "./"+dir).CombinedOutput(); err != nil {
				t.Fatalf("%v:\n%s", err, out)
			}
			probabilities := classifier(t, dir, library, in)
			if err := os.Symlink(library, filepath.Join(dir, "libonnxruntime.so")); err != nil {
				t.Fatal(err)
			}
			for i, size := range []image.Point{{6, 8}, {40, 23}} {
				picture := filepath.Join(dir, "pictures", "a", fmt.Sprint(i, ".png"))
				want := probabilities(picture, size)
				cmd := exec.Command("./classify", filepath.Join("pictures", "a", filepath.Base(picture)))
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH=.")
				out, err := cmd.CombinedOutput()
				var class string
				var p float64
				if _, scanErr := fmt.Sscan(string(out), &class, &p); err != nil || scanErr != nil {
					t.Fatalf("%v, %v:\n%s", err, scanErr, out)
				}
				if q, ok := want[class]; !ok || math.Abs(p-q) > 1e-5 {
					t.Errorf("it sees %s with %g, want %v", class, p, want)
				}
			}
		})
	}
}

// classifier exports a network for the input to dir, and returns a function that
// draws a picture and returns the expected scores of its classes.
func classifier(t *testing.T, dir, library string, in Input) func(path string, size image.Point) map[string]float64 {
	t.Helper()
	c := fakeCard()
	blocks := []models.Block{
		{Kind: models.Conv, Kernel: 3, Stride: 2, Pad: 1, Act: "hswish", Groups: 1, In: in.Channels, Out: 8, Height: in.Height, Width: in.Width},
		{Kind: models.Head, Kernel: 1, Stride: 1, Groups: 1, In: 8, Out: len(c.Metadata.Classes), Height: 4, Width: 3, Bias: true},
	}
	names := make([]string, len(c.Metadata.Classes))
	for i := range names {
		names[i] = fmt.Sprint("class", i)
	}
	p := in.Preprocessing
	m, err := onnxexport.Export(onnxexport.Spec{Name: "n", Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 1),
		Metadata: onnxexport.Metadata{Classes: names, Preprocessing: &p}, Form: in.Form})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Write(filepath.Join(dir, c.File.Name)); err != nil {
		t.Fatal(err)
	}
	if err := onnxexport.WriteLabels(filepath.Join(dir, c.File.Labels), names); err != nil {
		t.Fatal(err)
	}
	md, err := onnxexport.ReadMetadata(m)
	if err != nil {
		t.Fatal(err)
	}
	feed, err := onnxexport.FeedOf(m, md)
	if err != nil {
		t.Fatal(err)
	}
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ort.Open(data, ort.Options{Library: library, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return func(path string, size image.Point) map[string]float64 {
		drawn(t, path, size)
		logits, err := feed.Logits(s)(context.Background(), [][]float32{fromData(t, filepath.Dir(filepath.Dir(path)), filepath.Base(path), p)})
		if err != nil {
			t.Fatal(err)
		}
		best, sum := 0, 0.0
		for i, v := range logits[0] {
			if v > logits[0][best] {
				best = i
			}
		}
		for _, v := range logits[0] {
			sum += math.Exp(v - logits[0][best])
		}
		return map[string]float64{names[best]: 1 / sum}
	}
}

// drawn writes a picture with some structure.
func drawn(t *testing.T, path string, size image.Point) {
	t.Helper()
	img := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			img.Set(x, y, color.RGBA{uint8(x * 255 / size.X), uint8(y * 255 / size.Y), uint8((x*y + size.X) % 256), 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	put(t, path, out.Bytes())
}

// fromData is a picture as the only image of a data set.
func fromData(t *testing.T, root, name string, p dataset.Preprocessing) []float32 {
	t.Helper()
	picture, err := os.ReadFile(filepath.Join(root, "a", name))
	if err != nil {
		t.Fatal(err)
	}
	alone := t.TempDir()
	for _, split := range []string{"train", "test"} {
		for _, class := range []string{"a", "b"} {
			put(t, filepath.Join(alone, split, class, name), picture)
		}
	}
	set, err := dataset.Open(context.Background(), alone, dataset.Options{
		Height: p.Height, Width: p.Width, Channels: p.Channels, Mean: p.Mean, Std: p.Std})
	if err != nil {
		t.Fatal(err)
	}
	image := make([]float32, p.Size())
	if _, err := set.Test.Image(0, image); err != nil {
		t.Fatal(err)
	}
	return image
}

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
