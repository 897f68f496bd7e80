package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"fbnas/internal/process"
	"fbnas/internal/python"
)

// dry measures every row with figures made up of the job: 2 ms a step for
// PyTorch, 1 ms for all others; failing contestants fail.
func dry(t *testing.T, only string, p plan, failing string) []line {
	t.Helper()
	var out bytes.Buffer
	b := bench{
		plan: p, only: regexp.MustCompile(only), emit: json.NewEncoder(&out).Encode,
		usage: func() usage { return usage{} }, log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		measure: func(_ context.Context, j job) (figures, error) {
			switch {
			case j.Name == failing:
				return figures{}, errors.New("no such device")
			case j.Kind == torchJob || j.Kind == torchBlocksJob:
				return figures{MedianMS: 2, MinMS: 2, PeakMB: 300, LoadMB: 100}, nil
			}
			return figures{MedianMS: 1, MinMS: 1, PeakMB: 150, LoadMB: 50}, nil
		},
	}
	if err := b.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	var lines []line
	for dec := json.NewDecoder(&out); dec.More(); {
		var l line
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// PyTorch's step is in the tree, and its networks are ours: kernels as branches.
func TestTorchStep(t *testing.T) {
	o, err := parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join("..", "..", o.script)
	if _, err := os.Stat(script); err != nil {
		t.Fatalf("-torch-script is %s by default: %v", o.script, err)
	}
	interpreter, err := python.Find(t.Context(), "torch", "numpy")
	if err != nil {
		t.Skip(err)
	}
	for net, want := range map[string]int{"relu": 297130, "hswish_se": 530782, "supernet_5c": 297130, "kernels_nested": 415882} {
		command, err := job{Kind: torchJob, Network: net, Args: torchPeers[net].args, Batch: 2, Threads: 1, Steps: 1}.python(script)
		if err != nil {
			t.Fatal(err)
		}
		out, err := process.Output(t.Context(), nil, nil, append([]string{interpreter}, command...)...)
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ Params int }
		if err := json.Unmarshal(out, &got); err != nil || got.Params != want {
			t.Errorf("%s: %s, want %d parameters (%v)", net, out, want, err)
		}
	}
}

func TestEveryRowIsALine(t *testing.T) {
	o, err := parse([]string{"-quick"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	lines := dry(t, "", o.plan, "")
	if want := len(o.plan.rows()) + len(targets); len(lines) != want {
		t.Errorf("%d lines, want one for each of %d rows and targets", len(lines), want)
	}
	for _, l := range lines {
		if l["bench"] == "" || l["error"] != nil {
			t.Errorf("line %v", l)
		}
	}
	if err := page(io.Discard, lines); err != nil {
		t.Error(err)
	}
}

func TestRatios(t *testing.T) {
	lines := dry(t, "^masks .*options=10", plan{pairs: 3, steps: 1, allTorch: true}, "torch")
	want := []struct {
		name  string
		value any
	}{
		{"ratio_masks", 1.0}, {"ratio_masks_peak", 1.0}, {"ratio_to_best_torch", nil}, // torch failed
	}
	var rows, errs int
	for _, l := range lines {
		if l["bench"] == "target" {
			continue
		}
		if l["error"] != nil {
			if errs++; l["contestant"] != "torch" {
				t.Errorf("failed: %v", l)
			}
			continue
		}
		rows++
		for _, w := range want {
			if l[w.name] != w.value {
				t.Errorf("%s is %v, want %v", w.name, l[w.name], w.value)
			}
		}
	}
	if rows != 4 || errs != 4 {
		t.Errorf("%d rows and %d errors, want one of each for 4 cells: a failed contestant is not asked again", rows, errs)
	}
	for _, l := range dry(t, "^step .*net=relu", plan{pairs: 1, steps: 1}, "") {
		if l["bench"] == "step" && (l["ratio_to_best_torch"] != 0.5 || l["ratio_peak_to_torch"] != 0.5 || l["ratio_peak_less_load_to_torch"] != 0.5) {
			t.Errorf("half of PyTorch's time and memory: %v", l)
		}
	}
}

// TestSettingsOfTorch: the step is compared with all three settings, other rows
// with the strongest unless asked for.
func TestSettingsOfTorch(t *testing.T) {
	for _, p := range []plan{{}, {allTorch: true}, {noTorch: true}} {
		for _, r := range p.rows() {
			got := 0
			for _, j := range r.contestants {
				if j.Kind == torchJob || j.Kind == torchBlocksJob {
					got++
				}
			}
			want := map[string]int{"step": 3, "masks": 1, "kernels": 1}[r.bench]
			switch {
			case p.noTorch:
				want = 0
			case p.allTorch && want > 0:
				want = 3
			}
			if got != want {
				t.Errorf("%+v: %q has PyTorch in %d settings, want %d", p, r.title(), got, want)
			}
		}
	}
}

func TestOthersAreWhatIsNotOwn(t *testing.T) {
	start := time.Now()
	before := usage{start, 5 * time.Second, 2 * time.Second}
	after := usage{start.Add(10 * time.Second), 20 * time.Second, 7 * time.Second}
	if got := after.othersSince(before); got != 1 {
		t.Errorf("%v cores, want 1: 15 s in all, 5 s of them own, in 10 s", got)
	}
}
