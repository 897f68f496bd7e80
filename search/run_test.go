package search

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"fbnas/dataset"
	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/models"
	"fbnas/train"
)

const searched = `
version: 1
name: searched
input: {channels: 1, height: 6, width: 6}
rounding: {divisor: 1}
width: stage
stem: {kernel: 3, stride: 1, width: 4, act: relu}
stages:
  - {blocks: 2, stride: 2, width: [2, 4], expansion: [1, 2], kernel: [3, 5], act: relu}
head: {bias: true}
`

func searchJob(t *testing.T, e engine.Engine, data *dataset.Set, dir string) Job {
	t.Helper()
	space, err := models.ParseSpace([]byte(searched))
	if err != nil {
		t.Fatal(err)
	}
	costs, err := NewCosts(space, len(data.Classes), MACs)
	if err != nil {
		t.Fatal(err)
	}
	c := DefaultConfig()
	c.Train.Epochs, c.Train.Batch, c.Train.PadCrop, c.Train.Flip = 5, data.Train.Len()/15, 0, false
	smallest, largest := costs.Bounds()
	c.Limit = smallest + 0.5*(largest-smallest)
	job := Job{Engine: e, Space: space, Costs: costs, Data: data, Config: c}
	if _, statErr := os.Stat(dir); statErr == nil {
		job.Dir, job.From, err = rundir.Resume(dir, "search", c, rundir.Options{})
	} else {
		job.Dir, err = rundir.Create(dir, "search", c, rundir.Options{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func runSearch(t *testing.T, e engine.Engine, data *dataset.Set, dir string, stop int) (Result, error) {
	t.Helper()
	job := searchJob(t, e, data, dir)
	defer job.Dir.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	job.Progress = func(p Progress) {
		if p.Stage == Searching && p.Done == stop {
			cancel()
		}
	}
	return job.Run(ctx)
}

func TestAResumedSearchEqualsAnUninterruptedOne(t *testing.T) {
	engines := map[string]engine.Engine{"interp": interp.Engine{}}
	for dialect, e := range dialects(t) {
		engines[string(dialect)] = e
	}
	for name, e := range engines {
		batch := engineBatch
		if name == "interp" {
			batch = 8 // the oracle is slow
		}
		data := datasettest.Bars(t, 15*batch, 6, 6, 3)
		t.Run(name, func(t *testing.T) {
			whole, cut := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "cut")
			want, err := runSearch(t, e, data, whole, 0)
			if err != nil {
				t.Fatal(err)
			}
			checkResult(t, searchJobCosts(t, data), want)
			for _, stop := range []int{3, 31} { // in the warm-up, and among choice steps
				if _, err := runSearch(t, e, data, cut, stop); !errors.Is(err, context.Canceled) || fault.ExitCode(err) != 130 {
					t.Fatalf("interrupted: %v", err)
				}
			}
			got, err := runSearch(t, e, data, cut, 0)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Probabilities, want.Probabilities) || !reflect.DeepEqual(got.Judged, want.Judged) {
				t.Error("the resumed search ends elsewhere")
			}
			a, errA := rundir.Metrics(whole)
			b, errB := rundir.Metrics(cut)
			if errA != nil || errB != nil || len(a) == 0 || !reflect.DeepEqual(a, b) {
				t.Errorf("metrics differ: %d and %d records (%v, %v)", len(a), len(b), errA, errB)
			}
		})
	}
}

// TestASearchStartsFromGivenWeights: given weights replace drawn ones from the
// first step on; the others are drawn as always.
func TestASearchStartsFromGivenWeights(t *testing.T) {
	data := datasettest.Bars(t, 15*8, 6, 6, 3)
	firstLoss := func(initial map[string][]float64) (loss float64) {
		job := searchJob(t, interp.Engine{}, data, filepath.Join(t.TempDir(), "run"))
		defer job.Dir.Close()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		job.Initial = initial
		job.Progress = func(p Progress) { loss = p.Loss; cancel() }
		if _, err := job.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		return loss
	}
	zero, drawn := map[string][]float64{}, map[string][]float64{}
	job := searchJobCosts(t, data)
	for _, p := range models.Params(job.Space.SupernetBlocks(len(data.Classes))) {
		if p.Name == "head.classifier.weight" || p.Name == "head.classifier.bias" {
			zero[p.Name] = make([]float64, graph.Shape(p.Shape).Len())
			drawn[p.Name] = train.InitialValues(p, job.Config.Train.Seed)
		}
	}
	// A classifier of zeros finds all classes equally likely.
	if got, want := firstLoss(zero), math.Log(float64(len(data.Classes))); math.Abs(got-want) > 1e-12 {
		t.Errorf("the first loss is %v with a classifier of zeros, want %v", got, want)
	}
	if got, want := firstLoss(drawn), firstLoss(nil); got != want {
		t.Errorf("the first loss is %v with the values that are drawn, want %v", got, want)
	}
}

// A finished search scores any network as it judged its candidates.
func TestScoresAreThoseOfTheJudgement(t *testing.T) {
	data := datasettest.Bars(t, 15*8, 6, 6, 3)
	dir := filepath.Join(t.TempDir(), "run")
	result, err := runSearch(t, interp.Engine{}, data, dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	job := searchJob(t, interp.Engine{}, data, dir) // goes on from the last checkpoint
	defer job.Dir.Close()
	var networks []models.Selection
	for _, j := range result.Judged {
		networks = append(networks, j.Selection)
	}
	scores, err := job.Scores(t.Context(), networks, func(int, int) {})
	if err != nil || len(scores) != len(networks) {
		t.Fatal(scores, err)
	}
	for i, s := range scores {
		if s.Accuracy != result.Judged[i].OneHot || !(s.CrossEntropy > 0) {
			t.Errorf("network %d: %+v, judged %+v", i, s, result.Judged[i].OneHot)
		}
	}
}

func searchJobCosts(t *testing.T, data *dataset.Set) Job {
	job := searchJob(t, interp.Engine{}, data, filepath.Join(t.TempDir(), "costs"))
	job.Dir.Close()
	return job
}

func checkResult(t *testing.T, job Job, r Result) {
	t.Helper()
	best := r.Best()
	if best.Cost > job.Config.Limit || best.Cost != job.Costs.Of(best.Selection) {
		t.Errorf("the best candidate costs %g, limit %g", best.Cost, job.Config.Limit)
	}
	if r.Steps != 60 || r.ChoiceSteps != 26 { // 12 batches in 80 % of the images, 5 epochs; the first 8 steps warm up
		t.Errorf("%d steps with %d choice steps", r.Steps, r.ChoiceSteps)
	}
	if math.Abs(r.Expected/job.Config.Limit-1) > 0.25 {
		t.Errorf("expected cost %g ended far from the limit %g", r.Expected, job.Config.Limit)
	}
}

func TestScheduleIsAFunctionOfTheStep(t *testing.T) {
	c := DefaultConfig()
	c.Limit = 100
	s := c.schedule(1000, 400)
	n := 0
	for step := range 1000 {
		if got := s.choicesBefore(step); got != n {
			t.Fatalf("%d choice steps before step %d, counted %d", got, step, n)
		}
		if s.choiceStep(step) {
			if step < 120 {
				t.Fatalf("a choice step at step %d of the warm-up", step)
			}
			n++
		}
	}
	if n != s.choiceSteps() || n != 440 {
		t.Errorf("%d choice steps, counted %d", s.choiceSteps(), n)
	}
	for _, x := range []struct {
		name      string
		got, want float64
	}{
		{"first temperature", s.temperature(0), 5}, {"last temperature", s.temperature(999), 0.0871},
		{"first limit", s.limit(0), 400}, {"half-way up the ramp", s.limit(66), 200}, {"limit after the ramp", s.limit(132), 100},
		{"rate", s.adam().Rate, 30.0 / 440}, {"integral", s.control().Integral, 10.0 / 440},
	} {
		if math.Abs(x.got-x.want) > 1e-9*x.want {
			t.Errorf("%s is %g, want %g", x.name, x.got, x.want)
		}
	}
	if below := c.schedule(1000, 50); below.limit(0) != 100 {
		t.Errorf("a search that starts below the limit is held to %g", below.limit(0))
	}
}
