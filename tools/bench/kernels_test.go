package main

import (
	"context"
	"math"
	"strings"
	"testing"

	"fbnas/engine"
	"fbnas/engine/interp"
	"fbnas/train"
)

// TestWaysToChooseAgree: with all weight on 5, and the same kernel in the
// middle, nested, summed and branched kernels are one network.
func TestWaysToChooseAgree(t *testing.T) {
	losses := map[string]float64{}
	for _, name := range []string{"kernels_nested", "kernels_summed", "kernels_branches"} {
		losses[name] = lossWithKernelOf5(t, name)
	}
	for name, loss := range losses {
		if math.Abs(loss-losses["kernels_nested"]) > 1e-9 {
			t.Errorf("%s: loss %v, nested %v", name, loss, losses["kernels_nested"])
		}
	}
}

func lossWithKernelOf5(t *testing.T, name string) float64 {
	t.Helper()
	s, err := subjectOf(name)
	if err != nil {
		t.Fatal(err)
	}
	e := interp.Engine{}
	state, err := e.NewState(s.specs())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.net.Initialise(state, 1); err != nil {
		t.Fatal(err)
	}
	for _, p := range s.net.Params {
		layer, rest, depthwise := strings.Cut(p.Name, ".depthwise")
		if !depthwise || !strings.HasSuffix(rest, "weight") {
			continue
		}
		same := p
		same.Name, same.Shape, same.FanOut = layer+".depthwise.weight", []int{p.Shape[0], 1, 7, 7}, 7*7
		values := train.InitialValues(same, 1)
		if p.Shape[3] < 7 {
			values = middle(values, p.Shape[3])
		}
		if err := state.Set(p.Name, values); err != nil {
			t.Fatal(err)
		}
	}
	const batch = 1
	p := s.program(batch, train.DefaultConfig())
	run, err := e.Compile(&engine.Program{Name: "loss", Graph: p.Graph, Returns: p.Returns}, state)
	if err != nil {
		t.Fatal(err)
	}
	feeds := s.feeds(batch)
	for _, c := range s.choices {
		feeds[noise+c.Name] = engine.Floats([]float32{0, 1e4, 0})
	}
	r, err := run.Run(context.Background(), feeds)
	if err != nil {
		t.Fatal(err)
	}
	return r[train.Loss][0]
}

// middle cuts the k x k in the middle out of kernels of 7.
func middle(values []float64, k int) []float64 {
	var cut []float64
	for i, v := range values {
		y, x := i/7%7-(7-k)/2, i%7-(7-k)/2
		if y >= 0 && y < k && x >= 0 && x < k {
			cut = append(cut, v)
		}
	}
	return cut
}
