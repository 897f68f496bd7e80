package rundir

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fbnas/internal/fault"
	"fbnas/internal/safetensors"
)

type settings struct {
	Epochs int       `yaml:"epochs"`
	LR     float64   `yaml:"lr"`
	Note   string    `yaml:"note"`
	Widths []int     `yaml:"widths"`
	Data   dataField `yaml:"data"`
}

type dataField struct {
	Path string `yaml:"path"`
	Seed uint64 `yaml:"seed"`
}

var usual = settings{
	Epochs: 3, LR: 1e-4, Note: "yes: \"2\"\n# no comment\n", Widths: []int{8, 16},
	Data: dataField{Path: "fashion-mnist", Seed: 1<<63 + 1},
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 500, time.FixedZone("", 3600))

// quiet has a fixed clock, and keeps the warnings.
func quiet() (Options, *bytes.Buffer) {
	var warned bytes.Buffer
	return Options{
		Log: slog.New(slog.NewTextHandler(&warned, nil)),
		Now: func() time.Time { return noon },
	}, &warned
}

func create(t *testing.T, path string) *Dir {
	t.Helper()
	o, _ := quiet()
	d, err := Create(path, "train", usual, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// at is a checkpoint in which everything is determined by the step.
func at(t *testing.T, step int) Checkpoint {
	t.Helper()
	c := Checkpoint{Step: step, Tensors: []safetensors.Tensor{
		{Name: "w", Shape: []int{2, 50}, Data: slices32(step)},
		{Name: "lambda", Shape: []int{}, Data: []float64{0.1 * float64(step)}},
	}}
	if err := c.Put("epoch", step/10); err != nil {
		t.Fatal(err)
	}
	return c
}

func slices32(step int) []float32 {
	w := make([]float32, 100)
	for i := range w {
		w[i] = float32(step) + float32(i)/128
	}
	return w
}

// whole fails unless c is exactly at(c.Step).
func whole(t *testing.T, c Checkpoint) {
	t.Helper()
	want := at(t, c.Step)
	var epoch int
	if err := c.Get("epoch", &epoch); err != nil || epoch != c.Step/10 {
		t.Fatalf("step %d: epoch %d (%v)", c.Step, epoch, err)
	}
	if got, want := fmt.Sprint(c.Tensors), fmt.Sprint(want.Tensors); got != want {
		t.Fatalf("step %d: tensors %.80s, want %.80s", c.Step, got, want)
	}
}

// work does the steps after from up to to, as a training would.
func work(t *testing.T, d *Dir, from, to, every int) {
	t.Helper()
	for step := from + 1; step <= to; step++ {
		err := d.Log(step, "train", map[string]float64{"loss": 1 / float64(step), "lr": 0.1})
		if err == nil && step%every == 0 {
			if err = d.Log(step, "eval", map[string]float64{"top1": 0.5}); err == nil {
				err = d.Save(at(t, step))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// refused fails unless err has the code and contains all of the words.
func refused(t *testing.T, err error, code fault.Code, words ...string) {
	t.Helper()
	if err == nil || fault.CodeOf(err) != code {
		t.Fatalf("error %v, want one with code %s", err, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q, want %q in it", err, w)
		}
	}
	if fault.HintOf(err) == "" {
		t.Errorf("error %q has no hint", err)
	}
}
