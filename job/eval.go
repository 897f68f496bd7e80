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

// evalBatch is the batch of a run's network; a file has its own.
const evalBatch = 256

// EvalOptions are those of Eval.
type EvalOptions struct {
	Device Device // without a name: this process
	Data   string // "": of a run, what it was trained on
	Split  string // SplitTest, which "" means too, SplitTrain or SplitAll
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

// Eval measures the accuracy of an exported file, or of a finished training, on
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
	e, err := s.open(ctx, env, total, func(done int) { env.at("images", min(done, total), total) })
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
	open          func(ctx context.Context, env *Env, images int, told func(done int)) (evaluator, error)
}

// evaluator runs from train.Images to train.Logits.
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

// training is a run, on the engine that trains.
func (o EvalOptions) training(run string) (subject, error) {
	if o.Device.Name != "" {
		return subject{}, fault.New(fault.Usage, "Export it, and evaluate the file.", "%s is a training: devices run exported files", run)
	}
	t, err := modelOfRun(run)
	if err != nil {
		return subject{}, err
	}
	open := func(_ context.Context, _ *Env, _ int, told func(int)) (evaluator, error) {
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
		return evaluator{&counting{v, evalBatch, 0, told}, evalBatch, RanOn{EngineORT, version, nil}}, nil
	}
	return subject{t.Preprocessing, t.Classes, t.DataPath, t.Source(run), open}, nil
}

// file is an exported file, run as an application would.
func (o EvalOptions) file(path string) (subject, error) {
	f, err := ReadExported(path)
	if err != nil {
		return subject{}, err
	}
	says := f.Says
	if says.Preprocessing == nil || says.Classes == nil {
		return subject{}, fault.New(fault.Failure, "Export a training: fbnas export MODEL.onnx --from RUN",
			"%s does not say how its images are prepared: it was exported without training", path)
	}
	open := func(ctx context.Context, env *Env, images int, told func(int)) (evaluator, error) {
		opened, err := execution{Place{Device: o.Device}, path, f, images, told}.open(ctx, env)
		if err != nil {
			return evaluator{}, err
		}
		return evaluator{asProgram{opened}, opened.feed.Batch, opened.on}, nil
	}
	return subject{*says.Preprocessing, says.Classes, "", Source{Name: path, Digest: says.Data}, open}, nil
}

// asProgram is an exported file under the names of an evaluation program.
type asProgram struct{ *openFile }

func (f asProgram) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	r, err := f.Session.Run(ctx, engine.Feeds{f.feed.Input: f.feed.Tensor(feeds[train.Images].Floats)})
	if err != nil {
		return nil, err
	}
	return engine.Results{train.Logits: r[f.feed.Output]}, nil
}

// counting tells how many images have been run, in batches.
type counting struct {
	engine.Runner
	batch int
	done  int
	told  func(done int)
}

func (c *counting) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	r, err := c.Runner.Run(ctx, feeds)
	c.done += c.batch
	c.told(c.done)
	return r, err
}
