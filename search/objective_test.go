package search

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/internal/chw"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/train"
)

// stepBench is a smooth supernet on the oracle, with its program of choice steps.
type stepBench struct {
	super  *Supernet
	costs  *Costs
	state  engine.State
	run    engine.Runner
	adam   train.Adam
	feeds  engine.Feeds // images, labels and noise
	logits [][]float64  // of every choice
}

func newStepBench(t *testing.T, control Control) *stepBench {
	t.Helper()
	space := withoutKinks(tinySpace(t))
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	b := &stepBench{super: NewSupernet(space, classes), costs: costs, adam: train.Adam{Rate: 0.1, Beta1: 0.9, Beta2: 0.999}}
	if b.state, err = (interp.Engine{}).NewState(b.super.specs()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.state.Close() })
	if err := b.super.soft().SetValues(b.state, randomValues(b.super.soft().Params, 3)); err != nil {
		t.Fatal(err)
	}
	shape := train.Shape{Batch: batch, Image: chw.Shape{Channels: 2, Height: 9, Width: 8}}
	if b.run, err = (interp.Engine{}).Compile(b.super.choiceStep(shape, constraint{costs, control}, b.adam), b.state); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.run.Close() })
	for i, c := range b.super.choices {
		b.logits = append(b.logits, enginetest.Normal(uint64(i), "logits", len(c.Options)))
	}
	r := &runner{Job: Job{Config: DefaultConfig()}, super: b.super}
	b.feeds = r.gumbel("test", 0, 1)
	var pixels []float32
	for _, v := range images() {
		pixels = append(pixels, float32(v))
	}
	b.feeds[train.Images], b.feeds[train.Labels] = engine.Floats(pixels), engine.Ints([]int64{0, 1, 2, 1})
	return b
}

// withoutKinks replaces activations by smooth ones, for central differences.
func withoutKinks(space models.Space) models.Space {
	space.Stem.Act, space.Tail.Act = "sigmoid", "sigmoid"
	space.Stages = slices.Clone(space.Stages)
	for i := range space.Stages {
		space.Stages[i].Act = "sigmoid"
	}
	return space
}

// step runs the first choice step from the given logits and multiplier.
func (b *stepBench) step(t *testing.T, logitsOf [][]float64, integral, limit float64) engine.Results {
	t.Helper()
	set := func(name string, v []float64) {
		if err := b.state.Set(name, v); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range b.super.choices {
		set(logits+c.Name, logitsOf[i])
		set("adam.m/"+logits+c.Name, make([]float64, len(c.Options)))
		set("adam.v/"+logits+c.Name, make([]float64, len(c.Options)))
	}
	set(multiplierState, []float64{integral})
	feeds := b.adam.Feeds(1)
	maps.Copy(feeds, b.feeds)
	feeds[limitFeed] = engine.Scalar(limit)
	results, err := b.run.Run(context.Background(), feeds)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func (b *stepBench) get(t *testing.T, name string) []float64 {
	t.Helper()
	v, err := b.state.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// expected is the expected cost under the logits, by the table of costs.
func (b *stepBench) expected(logitsOf [][]float64) float64 {
	var ps [][]float64
	for _, z := range logitsOf {
		ps = append(ps, softmax(z))
	}
	return b.costs.Mean(ps)
}

// TestAChoiceStepFollowsLossAndCost: the gradient of every logit, read from
// Adam's first moment, equals that of CE + lambda log(C/L) by central differences
// with a fixed multiplier: both terms count, with the right sign, and the
// multiplier is not differentiated.
func TestAChoiceStepFollowsLossAndCost(t *testing.T) {
	for name, c := range map[string]struct{ integral, overLimit float64 }{
		"far above the limit":       {0.2, 3},
		"above, multiplier at zero": {0, 1.5},
		"below, still held back":    {2, 0.8},
		"below, free":               {0, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			b := newStepBench(t, Control{Proportional: 0.7, Integral: 0.05})
			cost := b.expected(b.logits)
			limit := float64(float32(cost / c.overLimit)) // as it is fed
			excess := math.Log(cost / limit)
			lambda := max(0, c.integral+0.7*excess)

			results := b.step(t, b.logits, c.integral, limit)
			if err := enginetest.Close(results[multiplierResult], []float64{lambda}, 1e-9); err != nil {
				t.Errorf("multiplier: %v", err)
			}
			if err := enginetest.Close(b.get(t, multiplierState), []float64{max(0, c.integral+0.05*excess)}, 1e-9); err != nil {
				t.Errorf("next multiplier: %v", err)
			}
			var gradients [][]float64
			for i, choice := range b.super.choices {
				m := b.get(t, "adam.m/"+logits+choice.Name)
				for k := range m {
					m[k] /= 1 - b.adam.Beta1
				}
				gradients = append(gradients, m)
				for k, after := range b.get(t, logits+choice.Name) {
					if moved := after - b.logits[i][k]; moved*m[k] > 0 {
						t.Errorf("%s, option %d climbs: gradient %g, moved by %g", choice.Name, k, m[k], moved)
					}
				}
			}
			for i, choice := range b.super.choices {
				for k := range choice.Options {
					want := b.slope(t, i, k, c.integral, limit, lambda)
					if got := gradients[i][k]; math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
						t.Errorf("%s, option %d: gradient %.8f, by central differences %.8f", choice.Name, k, got, want)
					}
				}
			}
		})
	}
}

// slope of the objective in one logit, by central differences.
func (b *stepBench) slope(t *testing.T, choice, option int, integral, limit, lambda float64) float64 {
	t.Helper()
	const h = 1e-5
	objective := func(by float64) float64 {
		moved := slices.Clone(b.logits)
		moved[choice] = slices.Clone(moved[choice])
		moved[choice][option] += by
		loss := b.step(t, moved, integral, limit)[train.Loss][0]
		return loss + lambda*math.Log(b.expected(moved)/limit)
	}
	return (objective(h) - objective(-h)) / (2 * h)
}

// TestStepsKeepToTheirOwnState: a choice step changes no parameter, and a weight
// step no choice.
func TestStepsKeepToTheirOwnState(t *testing.T) {
	b := newStepBench(t, Control{Proportional: 1, Integral: 0.1})
	before := b.super.soft().Params
	values := map[string][]float64{}
	for _, p := range before {
		values[p.Name] = b.get(t, p.Name)
	}
	b.step(t, b.logits, 0, b.expected(b.logits)/2)
	for _, p := range before {
		if !slices.Equal(b.get(t, p.Name), values[p.Name]) {
			t.Errorf("a choice step changed %s", p.Name)
		}
	}
	moved := false
	for i, c := range b.super.choices {
		moved = moved || !slices.Equal(b.get(t, logits+c.Name), b.logits[i])
	}
	if !moved {
		t.Error("a choice step changed no choice")
	}
	shape := train.Shape{Batch: batch, Image: chw.Shape{Channels: 2, Height: 9, Width: 8}}
	for _, w := range b.super.soft().WeightStep(shape, train.SGD{Momentum: 0.9}, 0).Writes {
		for _, c := range b.super.choices {
			if w.Name == logits+c.Name || w.Name == multiplierState {
				t.Errorf("a weight step writes %s", w.Name)
			}
		}
	}
}

// TestGumbelNoiseDrawsFromTheDistribution: after the noise, option i is the
// largest with probability softmax(logits)[i] (the Gumbel-max property); noise of
// the other sign or of another distribution would fail.
func TestGumbelNoiseDrawsFromTheDistribution(t *testing.T) {
	space := tinySpace(t)
	r := &runner{Job: Job{Config: DefaultConfig()}, super: NewSupernet(space, classes)}
	at := slices.IndexFunc(r.super.choices, func(c models.Choice) bool { return len(c.Options) == 3 })
	name := r.super.choices[at].Name
	z := []float64{1.5, 0, -0.5}
	g := graph.New()
	weights := nn.GumbelSoftmax(g, g.Const(z, 3), g.Input(noise+name, graph.Float, 3), g.Input(temperatureFeed, graph.Float, 1))
	run, err := (interp.Engine{}).Compile(&engine.Program{Name: "draw", Graph: g,
		Returns: []engine.Binding{{Name: weight, Node: weights}}}, emptyState(t))
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	const draws = 4000
	var won [3]float64
	for step := range draws {
		all := r.gumbel("draws", step, 0.1)
		results, err := run.Run(context.Background(), engine.Feeds{noise + name: all[noise+name], temperatureFeed: all[temperatureFeed]})
		if err != nil {
			t.Fatal(err)
		}
		w := results[weight]
		won[slices.Index(w, slices.Max(w))]++
	}
	for i, p := range softmax(z) {
		if sigma := math.Sqrt(p * (1 - p) / draws); math.Abs(won[i]/draws-p) > 4*sigma {
			t.Errorf("option %d wins %.3f of the draws, its probability is %.3f", i, won[i]/draws, p)
		}
	}
}

func emptyState(t *testing.T) engine.State {
	t.Helper()
	s, err := (interp.Engine{}).NewState(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestTurnsOfAStep: the choices get other noise than the weights and than in the
// step before, the temperature falls, and the limit moves from the initial cost
// to its final value.
func TestTurnsOfAStep(t *testing.T) {
	data := datasettest.Bars(t, 80, 6, 6, 3)
	job := searchJob(t, interp.Engine{}, data, t.TempDir()+"/run")
	defer job.Dir.Close()
	job.Config.Limit, _ = job.Costs.Bounds() // far below the start
	r := job.runner()
	r.schedule = r.Config.schedule(60, r.Costs.Start())
	var limits, temperatures []float64
	seen := map[string]bool{}
	drawn := func(feeds engine.Feeds) string {
		text := ""
		for _, c := range r.super.choices {
			text += fmt.Sprint(feeds[noise+c.Name].Floats)
		}
		return text
	}
	for step := range r.schedule.steps {
		turns := r.turns(step)
		temperatures = append(temperatures, float64(turns[0].Feeds[temperatureFeed].Floats[0]))
		for _, turn := range turns {
			text := drawn(turn.Feeds)
			if seen[text] {
				t.Fatalf("step %d sees noise that was there before", step)
			}
			seen[text] = true
		}
		if again := r.turns(step); drawn(again[0].Feeds) != drawn(turns[0].Feeds) {
			t.Fatalf("step %d: other noise when it is repeated", step)
		}
		if len(turns) == 2 {
			limits = append(limits, float64(turns[1].Feeds[limitFeed].Floats[0]))
		}
	}
	last := len(limits) - 1
	if first := limits[0]; math.Abs(first/r.Costs.Start()-1) > 1e-6 {
		t.Errorf("the first limit is %g, the cost at the start %g", first, r.Costs.Start())
	}
	if math.Abs(limits[last]/r.Config.Limit-1) > 1e-6 || !slices.IsSortedFunc(limits, func(a, b float64) int { return cmp.Compare(b, a) }) {
		t.Errorf("limits %v do not come down to %g", limits, r.Config.Limit)
	}
	if half := limits[int(0.15*float64(len(limits)))]; half <= r.Config.Limit*1.05 || half >= r.Costs.Start() {
		t.Errorf("half-way up the ramp the limit is %g, between %g and %g", half, r.Config.Limit, r.Costs.Start())
	}
	if first, end := temperatures[0], temperatures[len(temperatures)-1]; math.Abs(first-r.Config.Hot) > 1e-6 || math.Abs(end-r.Config.Cold) > 1e-6 {
		t.Errorf("temperature from %g to %g", first, end)
	}
}

// TestASearchTakesTheLikeliestThatFits: the result is the first candidate that
// judging did not reject, whatever its accuracy among near-equals.
func TestASearchTakesTheLikeliestThatFits(t *testing.T) {
	judged := func(logP float64, rejected bool) Judged {
		return Judged{Candidate: Candidate{LogP: logP}, Rejected: rejected}
	}
	r := Result{Judged: []Judged{judged(-1, true), judged(-2, false), judged(-3, false)}}
	if got := r.Best(); got.LogP != -2 {
		t.Errorf("took the candidate with log p %g", got.LogP)
	}
}
