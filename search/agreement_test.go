package search

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/engine/ort"
	"fbnas/internal/rundir"
	"fbnas/models"
	"fbnas/train"
)

// smooth has every kind of choice; its activations are replaced.
const smooth = `
version: 1
name: smooth
input: {channels: 1, height: 8, width: 8}
rounding: {divisor: 1}
width: stage
stem: {kernel: 3, stride: 1, width: [6, 8], act: none}
stages:
  - {blocks: 2, stride: 1, width: [4, 8], expansion: [1, 2, 3], kernel: [3, 5], act: none}
  - {blocks: 2, stride: 2, width: [6, 9, 12], expansion: [2, 4], kernel: [3, 5, 7], act: none}
tail: {kind: conv, width: [16, 24], act: none}
head: {bias: true}
`

// agreement bounds how far the dialects may end from each other, relative to how
// far they went: twenty steps, each with gradients within the 1e-5 of
// TestOneStepOfAReluSupernetAsTheOracle, and no further growth. Measured: at most
// 2e-5; std itself ends 4e-5 away when the last bit of its starting values
// changes.
const agreement = 20 * 1e-5

// TestTwentyStepsOfASmoothSupernet runs weight and choice steps in both dialects
// from one seed. The activation is the sigmoid, which is smooth. Where a slope
// jumps, a unit may fall on the other side in only one dialect, and the gradients
// diverge: with relu these runs end 0.6 of Adam's moments apart; the slope of
// hard-swish jumps by a half at -3 and 3, which is only rarer.
func TestTwentyStepsOfASmoothSupernet(t *testing.T) {
	engines := dialects(t)
	if engines[ort.Std] == nil || engines[ort.Blocked] == nil {
		t.Skip("there are no two dialects to compare")
	}
	data := datasettest.Bars(t, 26*engineBatch, 6, 8, 3) // 20 batches besides those held out
	std, blocked := twentySteps(t, engines[ort.Std], data), twentySteps(t, engines[ort.Blocked], data)
	identical := true
	for part, end := range std.end {
		moved, apart := distance(end, std.start[part]), distance(end, blocked.end[part])
		t.Logf("%-16s moved %.2g, apart %.2g: %.1g", part, moved, apart, apart/moved)
		if !(moved > 0 && apart <= agreement*moved) {
			t.Errorf("%s: the dialects moved by %.3g and end %.3g apart", part, moved, apart)
		}
		identical = identical && apart == 0
	}
	if identical {
		t.Error("blocked equals std bit for bit: it was std")
	}
}

// trajectory has the start and the end of a search, in parts: the parameters of
// each role, the other kinds of state, and the losses of all steps, where the
// start is the first loss.
type trajectory struct{ start, end map[string][]float64 }

func twentySteps(t *testing.T, e engine.Engine, data *dataset.Set) trajectory {
	t.Helper()
	r, dir := smoothRunner(t, e, data)
	start := r.parts(t)
	result, err := r.search(context.Background(), 0, train.Timing{})
	if err != nil {
		t.Fatal(err)
	}
	if result.Steps != 20 || result.ChoiceSteps != 20 {
		t.Fatalf("%d weight steps and %d choice steps", result.Steps, result.ChoiceSteps)
	}
	end := r.parts(t)
	records, err := rundir.Metrics(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records {
		if loss, ok := record.Values["loss"]; ok {
			end[record.Kind+" loss"] = append(end[record.Kind+" loss"], loss)
		}
	}
	for _, kind := range []string{metricWeights, metricChoices} {
		losses := end[kind+" loss"]
		if len(losses) != 20 {
			t.Fatalf("%d losses of %s", len(losses), kind)
		}
		start[kind+" loss"] = slices.Repeat(losses[:1], len(losses))
	}
	return trajectory{start, end}
}

// smoothRunner opens a search of twenty weight steps and as many choice steps for
// the least possible cost: the multiplier rises, but so slowly that the choices
// follow the loss, which is what the dialects compute differently.
func smoothRunner(t *testing.T, e engine.Engine, data *dataset.Set) (*runner, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	job := searchJob(t, e, data, dir)
	t.Cleanup(func() { job.Dir.Close() })
	var err error
	if job.Space, err = models.ParseSpace([]byte(smooth)); err != nil {
		t.Fatal(err)
	}
	job.Space.Stem.Act, job.Space.Tail.Act = "sigmoid", "sigmoid"
	for i := range job.Space.Stages {
		job.Space.Stages[i].Act = "sigmoid"
	}
	if job.Costs, err = NewCosts(job.Space, len(data.Classes), MACs); err != nil {
		t.Fatal(err)
	}
	job.Config.Limit, _ = job.Costs.Bounds()
	job.Config.Proportional, job.Config.Integral = 0.01, 0.001
	job.Config.Train.Epochs, job.Config.Train.Batch = 1, engineBatch
	job.Config.WarmUp, job.Config.Every = 0, 1

	super := NewSupernet(job.Space, len(data.Classes))
	r := &runner{Job: job, super: super, net: super.soft()}
	r.held, r.rest = data.Train.Partition(job.Config.HoldOut, job.Config.Train.Seed)
	if r.state, err = e.NewState(super.specs()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.state.Close() })
	if err := r.net.Initialise(r.state, job.Config.Train.Seed); err != nil {
		t.Fatal(err)
	}
	for _, p := range r.net.Params {
		if p.Role != models.Gamma {
			continue
		}
		// Zero last gammas would make most gradients zero.
		if err := r.state.Set(p.Name, slices.Repeat([]float64{1}, p.Shape[0])); err != nil {
			t.Fatal(err)
		}
	}
	return r, dir
}

// parts reads the whole state.
func (r *runner) parts(t *testing.T) map[string][]float64 {
	t.Helper()
	part := map[string]string{}
	for _, p := range r.net.Params {
		part[p.Name] = string(p.Role)
	}
	parts := map[string][]float64{}
	for _, spec := range r.super.specs() {
		name, ok := part[spec.Name]
		if !ok {
			name, _, _ = strings.Cut(spec.Name, "/")
		}
		v, err := r.state.Get(spec.Name)
		if err != nil {
			t.Fatal(err)
		}
		parts[name] = append(parts[name], v...)
	}
	return parts
}

func distance(a, b []float64) float64 {
	var squares float64
	for i, v := range a {
		squares += (v - b[i]) * (v - b[i])
	}
	return math.Sqrt(squares)
}
