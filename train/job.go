package train

import (
	"context"
	"fmt"
	"maps"
	"time"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/graph"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/models"
)

// Job is the training of one architecture.
type Job struct {
	Engine   engine.Engine
	Blocks   []models.Block
	Data     *dataset.Set
	Config   Config
	Dir      *rundir.Dir
	From     *rundir.Checkpoint   // checkpoint to resume from; nil to start
	Initial  map[string][]float64 // starting values by parameter; the others are drawn from the seed
	Progress func(Progress)       // may be nil
	// SaveEvery is the time between checkpoints; one minute where zero.
	SaveEvery time.Duration
}

// Progress of a loop.
type Progress struct {
	Done, Steps int
	Loss        float64
	Top1        float64 // of the step's batch
}

// Result of a training.
type Result struct {
	Values map[string][]float64 // parameters and running statistics; their averages if there are any
	Test   Accuracy
	Timing Timing
	Steps  int
}

// Kinds of lines in a training run's metrics.jsonl: "train" has loss, top1 (of
// the augmented batch; for mixed images, by the label of the larger part) and lr.
// Steps count from 1.
const metricTrain = "train"

// Run trains, keeps checkpoints and metrics in Dir, and measures the accuracy on
// the test images once, at the end.
func (j Job) Run(ctx context.Context) (result Result, err error) {
	defer graph.Recover(&err)
	if err := j.Config.Validate(); err != nil {
		return Result{}, err
	}
	if err := CheckData(j.Blocks, j.Data); err != nil {
		return Result{}, err
	}
	net, err := j.network()
	if err != nil {
		return Result{}, err
	}
	state, err := j.Engine.NewState(net.Specs())
	if err != nil {
		return Result{}, err
	}
	defer state.Close()
	from, before, err := j.start(ctx, net, state)
	if err != nil {
		return Result{}, err
	}
	if result.Steps, result.Timing, err = j.train(ctx, net, state, from, before); err != nil {
		return result, err
	}
	if err := net.UseAverages(state); err != nil {
		return result, err
	}
	if result.Test, err = j.test(ctx, net, state); err != nil {
		return result, err
	}
	result.Values, err = net.Values(state)
	return result, err
}

// network is the network to train.
func (j Job) network() (Network, error) {
	net := j.Config.Network(j.Blocks)
	if err := j.Config.Freeze.Check(net.Params); err != nil {
		return net, fault.New(fault.Usage, "Give backbone, a number of blocks, or a name such as blocks.00.", "%w", err)
	}
	return net, nil
}

// start sets the values in the state with which the steps from `from` on begin.
func (j Job) start(ctx context.Context, net Network, state engine.State) (from int, before Timing, err error) {
	if j.From != nil {
		return Restore(j.From, state)
	}
	if err := net.InitialiseFrom(state, j.Initial, j.Config.Seed); err != nil || !folded(net.Params, j.Initial) {
		return 0, before, err
	}
	return 0, before, net.unfold(ctx, j.Engine, state, j.shape(j.Config.Batch), j.Data.Train)
}

func (j Job) shape(batch int) Shape {
	return Shape{batch, j.Data.Train.Shape()}
}

func (j Job) weightStep(net Network) *engine.Program {
	return net.WeightStep(j.shape(j.Config.Batch), j.Config.SGD(), j.Config.LabelSmoothing)
}

func (j Job) train(ctx context.Context, net Network, state engine.State, from int, before Timing) (int, Timing, error) {
	run, err := j.Engine.Compile(j.weightStep(net), state)
	if err != nil {
		return 0, Timing{}, err
	}
	defer run.Close()
	loader, err := j.Config.Loader(j.Data.Train, "train")
	if err != nil {
		return 0, Timing{}, err
	}
	stream := &Stream{Loader: loader, At: func(step int) int { return step }}
	steps := j.Config.Epochs * loader.StepsPerEpoch()
	schedule := j.Config.Schedule()
	var last WeightMetrics
	loop := Loop{
		Steps: steps, Streams: []*Stream{stream},
		Turns: func(step int) []Turn {
			last = WeightMetrics{Rate: schedule.At(step, steps)}
			feeds := last.Feeds(j.Config)
			maps.Copy(feeds, net.Feeds(j.Config, step))
			return []Turn{{Runner: run, Stream: stream, Feeds: feeds, Done: last.Record}}
		},
		AfterStep: func(step int) error {
			if j.Progress != nil {
				j.Progress(Progress{step + 1, steps, last.Loss, last.Batch.Top1()})
			}
			return j.Dir.Log(step+1, metricTrain, last.Values())
		},
		Save:   func(done int, t Timing) error { return Save(j.Dir, state, done, t) },
		Before: before, SaveEvery: j.SaveEvery,
	}
	timing, err := loop.Run(ctx, from)
	return steps, timing, err
}

func (j Job) test(ctx context.Context, net Network, state engine.State) (Accuracy, error) {
	batch := j.Config.Batch // if training fits, this fits
	run, err := j.Engine.Compile(net.Evaluate(j.shape(batch)), state)
	if err != nil {
		return Accuracy{}, err
	}
	defer run.Close()
	a, err := Evaluate(ctx, run, j.Data.Test, batch, nil)
	if err != nil {
		return a, fmt.Errorf("evaluate on the test images: %w", err)
	}
	return a, nil
}

// WeightMetrics are the figures of one weight step.
type WeightMetrics struct {
	Rate  float64
	Loss  float64
	Batch Accuracy
}

// Feeds are the step's feeds besides its batch.
func (m *WeightMetrics) Feeds(c Config) engine.Feeds {
	return engine.Feeds{LearningRate: engine.Scalar(m.Rate), NormMomentum: engine.Scalar(c.NormMomentum)}
}

// Record reads the figures of a finished step; see CheckLoss.
func (m *WeightMetrics) Record(r engine.Results, b *dataset.Batch) error {
	m.Loss = r[Loss][0]
	m.Batch.Count(r[Logits], b.Labels, b.N)
	return CheckLoss(m.Loss)
}

// Values are the figures by their names in metrics.jsonl.
func (m *WeightMetrics) Values() map[string]float64 {
	return map[string]float64{"loss": m.Loss, "top1": m.Batch.Top1(), "lr": m.Rate}
}
