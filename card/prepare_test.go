package card

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/dataset/picture"
	"fbnas/internal/python"
)

// preparations are inputs for which a picture is prepared differently.
var preparations = []string{"colour", "grey pixels, batch 2"}

// collects runs the program on files and prints its session's inputs.
const collects = `
import json, runpy, sys, types
fed = []
class Session:
    def __init__(self, path, providers): pass
    def run(self, names, feeds):
        fed.append(feeds["input"].ravel().tolist())
        import numpy
        return [numpy.arange(100.0)[None, :classes]]
classes = int(sys.argv[2])
sys.modules["onnxruntime"] = types.SimpleNamespace(InferenceSession=Session)
program = sys.argv[1]
with open("odd.json") as f:
    files = json.load(f)
for file in files:
    sys.argv = [program, file]
    runpy.run_path(program)
with open("fed.json", "w") as f:
    json.dump(fed, f)
`

// allowed is the largest difference in levels between another program's pixels and ours:
// resamplers round differently, and decoders of lossy formats differ.
func allowed(path string) float64 {
	switch name := filepath.Base(path); {
	case filepath.Ext(name) == ".jpg", strings.HasPrefix(name, "lossy"):
		return 3
	}
	return 1
}

// agrees compares a program's input for a file with the image in a data set.
func agrees(t *testing.T, in Input, path string, fed []float64) {
	t.Helper()
	p, err := picture.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	plane := in.Height * in.Width
	pixels := make([]uint8, in.Channels*plane)
	p.Fit(in.Channels, in.Height, in.Width, pixels)
	if want := len(pixels) * max(in.Batch, 1); len(fed) != want {
		t.Fatalf("%s: %d numbers are fed, want %d", path, len(fed), want)
	}
	worst := 0.0
	for i, v := range pixels {
		c, at := i/plane, i%plane
		got := fed[i]*float64(in.Std[c]) + float64(in.Mean[c])
		got *= 255
		if in.Pixels() {
			got = fed[at*in.Channels+c]
		}
		worst = max(worst, math.Abs(got-float64(v)))
	}
	if worst > allowed(path)+0.01 {
		t.Errorf("%s: %.1f levels off", filepath.Base(path), worst)
	}
}

func TestPythonPrepares(t *testing.T) {
	interpreter, err := python.Find(t.Context(), "PIL", "numpy")
	if err != nil {
		t.Skipf("apt-get install python3-pil python3-numpy: %v", err)
	}
	dir := t.TempDir()
	paths := oddFiles(t, filepath.Join(dir, "odd"))
	put(t, filepath.Join(dir, "odd.json"), encoded(t, paths))
	put(t, filepath.Join(dir, "model.labels.txt"), []byte(strings.Repeat("a\n", 100)))
	for _, name := range preparations {
		t.Run(name, func(t *testing.T) {
			in := inputs()[name]
			put(t, filepath.Join(dir, "classify.py"), []byte(snippetsOf(t, in)["python"]))
			cmd := exec.Command(interpreter, "-c", collects, "classify.py", fmt.Sprint(len(fakeCard().Metadata.Classes)))
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v:\n%s", err, out)
			}
			allAgree(t, in, paths, filepath.Join(dir, "fed.json"))
		})
	}
}

// probe prints the inputs that the Go program prepares.
const probe = `package main

import (
	"encoding/json"
	"os"
	"testing"
)

func TestProbe(t *testing.T) {
	data, err := os.ReadFile("odd.json")
	check(err)
	var files []string
	check(json.Unmarshal(data, &files))
	var fed [][]float64
	for _, path := range files {
		file, err := os.ReadFile(path)
		check(err)
		picture, err := read(file)
		check(err)
		x := make([]NUMBER, images*channels*height*width)
		prepare(picture, x)
		wide := make([]float64, len(x))
		for i, v := range x {
			wide[i] = float64(v)
		}
		fed = append(fed, wide)
	}
	data, err = json.Marshal(fed)
	check(err)
	check(os.WriteFile("fed.json", data, 0o644))
}
`

func TestGoPrepares(t *testing.T) {
	paths := oddFiles(t, t.TempDir())
	paths = slices.DeleteFunc(paths, func(p string) bool { return filepath.Ext(p) == ".webp" }) // it says that it reads none
	for _, name := range preparations {
		t.Run(name, func(t *testing.T) {
			dir, err := os.MkdirTemp("testdata", "snippet-") // in the module, where ./... does not look
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(dir) })
			in, number := inputs()[name], "float32"
			if in.Pixels() {
				number = "uint8"
			}
			put(t, filepath.Join(dir, "main.go"), []byte(snippetsOf(t, in)["go"]))
			put(t, filepath.Join(dir, "probe_test.go"), []byte(strings.ReplaceAll(probe, "NUMBER", number)))
			put(t, filepath.Join(dir, "odd.json"), encoded(t, paths))
			if out, err := exec.Command("go", "test", "./"+dir).CombinedOutput(); err != nil {
				t.Fatalf("%v:\n%s", err, out)
			}
			allAgree(t, in, paths, filepath.Join(dir, "fed.json"))
		})
	}
}

func allAgree(t *testing.T, in Input, paths []string, result string) {
	t.Helper()
	data, err := os.ReadFile(result)
	if err != nil {
		t.Fatal(err)
	}
	var fed [][]float64
	if err := json.Unmarshal(data, &fed); err != nil || len(fed) != len(paths) {
		t.Fatalf("%d of %d files: %v", len(fed), len(paths), err)
	}
	for i, path := range paths {
		agrees(t, in, path, fed[i])
	}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
