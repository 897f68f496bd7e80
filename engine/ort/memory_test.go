package ort_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/engine"
	"fbnas/engine/interp"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/internal/chw"
	"fbnas/models"
	"fbnas/train"
)

// step is a step of a network with every kind of layer that we train.
func step(t *testing.T, batch int) (train.Network, *engine.Program) {
	t.Helper()
	arch := models.Arch{
		Name: "all", Input: models.Input{Channels: 3, Height: 12, Width: 12}, Classes: 4,
		Rounding: models.Rounding{Divisor: 1}, Head: models.HeadRow{Bias: true},
		Rows: []models.Row{
			{Kind: models.Conv, Out: 8, Kernel: 3, Act: "hswish"},
			{Kind: models.IR, Out: 8, Kernel: 3, Mid: 24, Act: "relu", SE: "hsigmoid", SEAct: "relu", Squeeze: 6},
			{Kind: models.IR, Out: 12, Kernel: 5, Mid: 24, Stride: 2, Act: "hswish"},
			{Kind: models.IR, Out: 12, Kernel: 3, Mid: 36, Act: "relu"},
			{Kind: models.Conv, Out: 20, Kernel: 1, Act: "hswish"},
		},
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	net, c := train.NetworkOf(blocks), train.DefaultConfig()
	return net, net.WeightStep(train.Shape{Batch: batch, Image: chw.Shape{Channels: 3, Height: 12, Width: 12}}, c.SGD(), c.LabelSmoothing)
}

// TestOrderIsTheRuntimes compares the plan of a training step with the order in
// the runtime's profile.
func TestOrderIsTheRuntimes(t *testing.T) {
	for _, d := range []ort.Dialect{ort.Std, ort.Auto} {
		t.Run(string(d), func(t *testing.T) {
			o := options(t)
			o.Dialect = d
			prefix := filepath.Join(t.TempDir(), "profile")
			e, err := ort.NewProfiled(o, prefix)
			if err != nil {
				t.Fatal(err)
			}
			net, p := step(t, 16)
			runOnce(t, e, net.Specs(), p)
			want, err := e.Order(p)
			if err != nil {
				t.Fatal(err)
			}
			got := executed(t, prefix, len(want))
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("node %d of %d is %s, planned %s", i, len(want), got[i], want[i])
				}
			}
		})
	}
}

// runOnce runs a program on zeros and closes it.
func runOnce(t *testing.T, e *ort.Engine, specs []engine.Spec, p *engine.Program) {
	t.Helper()
	state, err := e.NewState(specs)
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	run, err := e.Compile(p, state)
	if err != nil {
		t.Fatal(err)
	}
	face, err := p.Resolve(specs)
	if err != nil {
		t.Fatal(err)
	}
	feeds := engine.Feeds{}
	for _, n := range face.Feeds {
		if n.DType == graph.Int {
			feeds[n.Name] = engine.Ints(make([]int64, n.Shape.Len()))
		} else {
			feeds[n.Name] = engine.Floats(make([]float32, n.Shape.Len()))
		}
	}
	if _, err := run.Run(context.Background(), feeds); err != nil {
		t.Fatal(err)
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
}

// executed reads the order of execution from the profile of a model with this
// number of nodes.
func executed(t *testing.T, prefix string, nodes int) []string {
	t.Helper()
	const node = "_kernel_time"
	files, err := filepath.Glob(prefix + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files { // also those of the models that probe the processor
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var events []struct{ Name, Cat string }
		if err := json.Unmarshal(text, &events); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range events {
			if e.Cat == "Node" && strings.HasSuffix(e.Name, node) {
				names = append(names, strings.TrimSuffix(e.Name, node))
			}
		}
		if len(names) == nodes {
			return names
		}
	}
	t.Fatalf("none of %d profiles has the %d nodes that were planned", len(files), nodes)
	return nil
}

// TestMemory: what depends on the batch grows with it, the rest does not.
func TestMemory(t *testing.T) {
	e := newEngine(t, ort.Auto)
	of := func(batch int) engine.Memory {
		net, p := step(t, batch)
		m, err := engine.MemoryOf(e, net.Specs(), p)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	small, large := of(16), of(64)
	if small.State != large.State || small.State == 0 {
		t.Errorf("states of %d and %d bytes", small.State, large.State)
	}
	// Nearly all values between nodes are maps; gradients of weights do not grow.
	if r := float64(large.Values) / float64(small.Values); r < 3.4 || r > 4.1 {
		t.Errorf("%d bytes for 16 images and %d for 64", small.Values, large.Values)
	}
	if small.At == "" || small.Total() != small.State+small.Values+small.Feeds+small.Programs {
		t.Errorf("%+v", small)
	}
}

func TestMemoryUnknown(t *testing.T) {
	net, p := step(t, 1)
	if _, err := engine.MemoryOf(interp.Engine{}, net.Specs(), p); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error %v from an engine that cannot tell", err)
	}
}
