package search

import (
	"context"
	"fmt"
	"maps"
	"math"
	"time"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/graph"
	"fbnas/internal/rundir"
	"fbnas/models"
	"fbnas/train"
)

// Job is one search.
type Job struct {
	Engine engine.Engine
	Space  models.Space
	Costs  *Costs
	Data   *dataset.Set // only its training images are read
	Config Config
	Dir    *rundir.Dir
	From   *rundir.Checkpoint // checkpoint to resume from; nil to start
	// Initial has starting values of the supernet's parameters, by name; the
	// others are drawn from the seed.
	Initial  map[string][]float64
	Progress func(Progress) // may be nil
	// SaveEvery is the time between checkpoints; one minute where zero.
	SaveEvery time.Duration
}

// Stage is a part of a search that takes a while.
type Stage string

// The stages, in their order.
const (
	Searching Stage = "search"
	Deriving  Stage = "derive" // its steps are networks
	Judging   Stage = "judge"  // its steps are candidates
)

// Progress of a search.
type Progress struct {
	Stage       Stage
	Done, Steps int     // of the stage
	Loss, Top1  float64 // of the weights' batch
	Cost, Limit float64 // the expected cost, and the present limit; 0 in the warm-up
}

// Result of a search.
type Result struct {
	Probabilities [][]float64 // of every choice, in the order of Space.Choices
	Expected      float64     // expected cost under them
	Start         float64     // expected cost under uniform probabilities, where it started
	Timing        train.Timing
	Steps         int
	ChoiceSteps   int
	Judged        []Judged
}

// Run searches, then derives the candidates for the configured limit and
// judges them.
func (j Job) Run(ctx context.Context) (result Result, err error) {
	defer graph.Recover(&err)
	if _, err := j.Check(); err != nil {
		return Result{}, err
	}
	if err := train.CheckData(j.Space.SupernetBlocks(len(j.Data.Classes)), j.Data); err != nil {
		return Result{}, err
	}
	r := j.runner()
	r.held, r.rest = j.Data.Train.Partition(j.Config.HoldOut, j.Config.Train.Seed)
	if r.state, err = j.Engine.NewState(r.super.specs()); err != nil {
		return Result{}, err
	}
	defer r.state.Close()
	from, before := 0, train.Timing{}
	if j.From != nil {
		from, before, err = train.Restore(j.From, r.state)
	} else {
		err = r.net.InitialiseFrom(r.state, j.Initial, j.Config.Train.Seed)
	}
	if err != nil {
		return Result{}, err
	}
	return r.run(ctx, from, before)
}

// runner is a Job with everything it has opened.
type runner struct {
	Job
	super         *Supernet
	net           train.Network
	state         engine.State
	rest, held    *dataset.Split // images for the weights, and for the choices
	weights       engine.Runner
	choices       engine.Runner
	schedule      schedule
	weightStream  *train.Stream
	choiceStream  *train.Stream
	weightMetrics train.WeightMetrics
	choiceMetrics *choiceMetrics // nil in a step without choices
}

func (j Job) runner() *runner {
	super := NewSupernet(j.Space, len(j.Data.Classes))
	return &runner{Job: j, super: super, net: super.soft()}
}

func (r *runner) run(ctx context.Context, from int, before train.Timing) (Result, error) {
	result, err := r.search(ctx, from, before)
	if err != nil {
		return result, err
	}
	if result.Probabilities, err = r.probabilities(); err != nil {
		return result, err
	}
	result.Expected = r.Costs.Mean(result.Probabilities)
	candidates, err := r.derive(ctx, result.Probabilities)
	if err != nil {
		return result, err
	}
	result.Judged, err = r.judge(ctx, candidates)
	return result, err
}

// derive lists the candidates.
func (r *runner) derive(ctx context.Context, probabilities [][]float64) ([]Candidate, error) {
	return r.Costs.Shortlist(ctx, probabilities, r.Config.Limit, r.Config.Candidates, func(done, total int) { r.reportStage(Deriving, done, total) })
}

// reportStage reports the progress of a stage without batches.
func (r *runner) reportStage(s Stage, done, total int) {
	if r.Progress != nil {
		r.Progress(Progress{Stage: s, Done: done, Steps: total})
	}
}

// search runs the loop; its programs are closed before other programs judge the
// candidates.
func (r *runner) search(ctx context.Context, from int, before train.Timing) (Result, error) {
	if err := r.prepare(); err != nil {
		return Result{}, err
	}
	defer r.weights.Close()
	defer r.choices.Close()
	loop := train.Loop{
		Steps: r.schedule.steps, Streams: []*train.Stream{r.weightStream, r.choiceStream},
		Turns: r.turns, AfterStep: r.afterStep,
		Save:   func(done int, t train.Timing) error { return train.Save(r.Dir, r.state, done, t) },
		Before: before, SaveEvery: r.SaveEvery,
	}
	result := Result{Steps: r.schedule.steps, ChoiceSteps: r.schedule.choiceSteps(), Start: r.Costs.Start()}
	var err error
	result.Timing, err = loop.Run(ctx, from)
	return result, err
}

// prepare opens the loaders, applies the schedule to their steps and compiles the
// two programs.
func (r *runner) prepare() error {
	weightLoader, err := r.Config.Train.Loader(r.rest, "weights")
	if err != nil {
		return fmt.Errorf("images of the weights: %w", err)
	}
	choiceLoader, err := r.Config.Train.Loader(r.held, "choices")
	if err != nil {
		return fmt.Errorf("held-out images: %w", err)
	}
	steps := r.Config.Train.Epochs * weightLoader.StepsPerEpoch()
	r.schedule = r.Config.schedule(steps, r.Costs.Start())
	r.weightStream = &train.Stream{Loader: weightLoader, At: func(step int) int { return step }}
	r.choiceStream = &train.Stream{Loader: choiceLoader, At: r.schedule.choicesBefore}
	weights, choices := r.steps()
	if r.weights, err = r.Engine.Compile(weights, r.state); err != nil {
		return err
	}
	if r.choices, err = r.Engine.Compile(choices, r.state); err != nil {
		r.weights.Close()
	}
	return err
}

// steps are the programs of the loop.
func (r *runner) steps() (weights, choices *engine.Program) {
	c, shape := r.Config.Train, r.shape(r.Config.Train.Batch)
	return r.net.WeightStep(shape, c.SGD(), c.LabelSmoothing),
		r.super.choiceStep(shape, constraint{r.Costs, r.schedule.control()}, r.schedule.adam())
}

func (r *runner) shape(batch int) train.Shape {
	return train.Shape{Batch: batch, Image: r.Data.Train.Shape()}
}

func (r *runner) turns(step int) []train.Turn {
	temperature := r.schedule.temperature(step)
	r.weightMetrics = train.WeightMetrics{Rate: r.Config.Train.Schedule().At(step, r.schedule.steps)}
	feeds := r.weightMetrics.Feeds(r.Config.Train)
	maps.Copy(feeds, r.draw(step, temperature))
	turns := []train.Turn{{Runner: r.weights, Stream: r.weightStream, Feeds: feeds, Done: r.weightMetrics.Record}}
	r.choiceMetrics = nil
	if !r.schedule.choiceStep(step) {
		return turns
	}
	n := r.schedule.choicesBefore(step + 1) // this choice step, counted from 1
	m := &choiceMetrics{limit: r.schedule.limit(n - 1), temperature: temperature}
	feeds = r.schedule.adam().Feeds(n)
	feeds[limitFeed] = engine.Scalar(m.limit)
	maps.Copy(feeds, r.gumbel("choice noise", step, temperature))
	return append(turns, train.Turn{Runner: r.choices, Stream: r.choiceStream, Feeds: feeds,
		Done: func(results engine.Results, _ *dataset.Batch) error {
			return r.recordChoices(results, n, m)
		}})
}

// probabilities reads the choices' distribution from the state.
func (r *runner) probabilities() ([][]float64, error) {
	var all [][]float64
	for _, c := range r.super.choices {
		z, err := r.state.Get(logits + c.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, softmax(z))
	}
	return all, nil
}

func softmax(z []float64) []float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, v)
	}
	p, total := make([]float64, len(z)), 0.0
	for i, v := range z {
		p[i] = math.Exp(v - top)
		total += p[i]
	}
	for i := range p {
		p[i] /= total
	}
	return p
}
