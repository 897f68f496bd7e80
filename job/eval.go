package job

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/train"
)

// evalBatch is the batch for a run's network; an exported file has its own.
const evalBatch = 256

// EvalOptions are the options of Eval.
type EvalOptions struct {
	Device Device // without a name: this process
	Data   string // "": what a run was trained on
	Split  string // SplitTest (also ""), SplitTrain or SplitAll
}

// EvalResult is the document of fbnas eval.
type EvalResult struct {
	Path    string  `json:"path"`
	Data    string  `json:"data"`
	Split   string  `json:"split"` // all, test or train
	Top1    float64 `json:"top1"`
	Images  int     `json:"images"`
	Seconds float64 `json:"seconds"`
	RanOn
}

// Eval measures the accuracy of an exported file or of a finished training on
// images of a data set.
func Eval(ctx context.Context, env *Env, path string, o EvalOptions) (*EvalResult, error) {
	began := time.Now()
	if err := (Place{Device: o.Device}).check(); err != nil {
		return nil, err
	}
	o.Split = cmp.Or(o.Split, SplitTest)
	if !slices.Contains(evalSplits, o.Split) {
		return nil, fault.New(fault.Usage, "Give one of: "+text.List(evalSplits)+".", "--split %s is not known", o.Split)
	}
	s, err := o.subject(path)
	if err != nil {
		return nil, err
	}
	images, err := o.images(ctx, env, path, s)
	if err != nil {
		return nil, err
	}
	total := images.Len()
	e, err := s.open(ctx, env, total, func(done int) { env.progress("images", min(done, total), total) })
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", path, err)
	}
	defer e.Close()
	accuracy, err := train.Evaluate(ctx, e, images, e.batch, nil)
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", path, err)
	}
	return &EvalResult{path, s.data, o.Split, accuracy.Top1(), accuracy.Images, time.Since(began).Seconds(), e.on}, nil
}

// subject is what is evaluated.
type subject struct {
	preprocessing dataset.Preprocessing
	classes       []string
	data          string
	source        Source
	open          func(ctx context.Context, env *Env, images int, progress func(done int)) (evaluator, error)
}

// evaluator maps train.Images to train.Logits.
type evaluator struct {
	engine.Runner
	batch int
	on    RanOn
}

func (o EvalOptions) subject(path string) (subject, error) {
	info, err := os.Stat(path)
	if err != nil {
		return subject{}, fault.New(fault.Usage, "Give an exported file, or the folder of a finished training.", "%w", err)
	}
	open := o.file
	if info.IsDir() {
		open = o.training
	}
	s, err := open(path)
	if err != nil {
		return subject{}, err
	}
	if s.data = cmp.Or(o.Data, s.data); s.data == "" {
		return subject{}, fault.New(fault.Usage, "Give --data DATA.", "no data set is given")
	}
	return s, nil
}

// training opens a run, on the engine that trains.
func (o EvalOptions) training(run string) (subject, error) {
	if o.Device.Name != "" {
		return subject{}, fault.New(fault.Usage, "Export it, and evaluate the file.", "%s is a training: devices run exported files", run)
	}
	t, err := modelOfRun(run)
	if err != nil {
		return subject{}, err
	}
	open := func(_ context.Context, _ *Env, _ int, progress func(int)) (evaluator, error) {
		e, err := openEngine(ort.Options{})
		if err != nil {
			return evaluator{}, err
		}
		version, err := runtimeVersion()
		if err != nil {
			return evaluator{}, err
		}
		v, err := train.NewEvaluator(e, t.Arch, t.Values, evalBatch)
		if err != nil {
			return evaluator{}, err
		}
		return evaluator{&countingEvaluator{v, evalBatch, 0, progress}, evalBatch, RanOn{EngineORT, version, nil}}, nil
	}
	return subject{t.Preprocessing, t.Classes, t.DataPath, t.Source(run), open}, nil
}

// file opens an exported file, to run as an application would run it.
func (o EvalOptions) file(path string) (subject, error) {
	f, err := ReadExported(path)
	if err != nil {
		return subject{}, err
	}
	says := f.Metadata
	if says.Preprocessing == nil || says.Classes == nil {
		return subject{}, fault.New(fault.Failure, "Export a training: fbnas export MODEL.onnx --from RUN",
			"%s does not say how its images are prepared: it was exported without training", path)
	}
	open := func(ctx context.Context, env *Env, images int, progress func(int)) (evaluator, error) {
		opened, err := execution{Place{Device: o.Device}, path, f, images, progress}.open(ctx, env)
		if err != nil {
			return evaluator{}, err
		}
		return evaluator{fileEvaluator{opened}, opened.feed.Batch, opened.on}, nil
	}
	return subject{*says.Preprocessing, says.Classes, "", Source{Name: path, Digest: says.Data}, open}, nil
}

// fileEvaluator gives an exported file the names of an evaluation program.
type fileEvaluator struct{ *openFile }

func (f fileEvaluator) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	r, err := f.Session.Run(ctx, engine.Feeds{f.feed.Input: f.feed.Tensor(feeds[train.Images].Floats)})
	if err != nil {
		return nil, err
	}
	return engine.Results{train.Logits: r[f.feed.Output]}, nil
}

// countingEvaluator reports how many images have been run, batch by batch.
type countingEvaluator struct {
	engine.Runner
	batch    int
	done     int
	progress func(done int)
}

func (c *countingEvaluator) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	r, err := c.Runner.Run(ctx, feeds)
	c.done += c.batch
	c.progress(c.done)
	return r, err
}
