package onnxexport_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/models"
	"fbnas/onnxexport"
)

// TestZooRuns exports every built-in network and runs it in ONNX Runtime at its
// own input size; those with up to small parameters are also compared with the oracle
// on a small image. Under the race detector, which is ten times slower, only the
// tiny ones are; make check runs all of them without it.
func TestZooRuns(t *testing.T) {
	const small = 6.5e6
	for _, name := range models.ArchNames() {
		t.Run(name, func(t *testing.T) {
			arch, err := models.LoadArch(name)
			if err != nil {
				t.Fatal(err)
			}
			blocks, err := arch.Resolve()
			if err != nil {
				t.Fatal(err)
			}
			params := models.Count(blocks).Params
			y, _ := runZoo(t, name, blocks)
			if len(y) != 1000 || slices.ContainsFunc(y, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
				t.Errorf("%d logits, not all of them finite", len(y))
			}
			if params > small {
				return
			}
			arch.Input.Height, arch.Input.Width = 50, 70
			if blocks, err = arch.Resolve(); err != nil {
				t.Fatal(err)
			}
			y, want := runZoo(t, name, blocks)
			if err := enginetest.Close(y, want(), 1e-5); err != nil {
				t.Error(err)
			}
		})
	}
}

// runZoo exports a network with random weights and runs it on an image; want is
// the oracle's result. The ends of branches are halved: in deep networks sums of
// branches would grow until gates saturate, and rounding errors with them.
func runZoo(t *testing.T, name string, blocks []models.Block) (y []float64, want func() []float64) {
	t.Helper()
	weights := onnxexport.RandomWeights(blocks, 7)
	for name, v := range weights {
		if strings.HasSuffix(name, ".project.weight") {
			for i := range v {
				v[i] /= 2
			}
		}
	}
	s, b := onnxexport.Spec{Name: name, Blocks: blocks, Weights: weights}, blocks[0]
	x := enginetest.Normal(1, "image", b.In*b.Height*b.Width)
	m := export(t, s)
	checkNeeded(t, m, s.Form)
	checkDeclared(t, m, false)
	return runModel(t, encode(t, m), x), func() []float64 { return oracle(t, s, 1, x) }
}
