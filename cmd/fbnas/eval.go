package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/train"
)

// evalBatch is the batch of a run's network; a file has its own.
const evalBatch = 256

type evalOptions struct {
	place
	data  string
	split string
}

func evalVerb(a *app) *cobra.Command {
	o := evalOptions{place: place{engine: engineORT}}
	cmd := &cobra.Command{
		Use:   "eval MODEL.onnx|RUN --data DATA",
		Short: "Measure accuracy on test images",
		Long: "Measure the accuracy of an exported file, or of a finished training, on the test\n" +
			"images of a data set. Images are prepared as the file says that it wants them. With\n" +
			"--device the device runs the file, by its own ONNX Runtime.",
		Example: "  fbnas eval model.onnx --data fashion-mnist\n" +
			"  fbnas eval model.onnx --data photos/ --device pixel\n" +
			"  fbnas eval runs/train-1 --data photos/ --json\n" +
			"  fbnas eval model.onnx --data holdout/ --split all    # none of it is left for training",
		Args: cobra.ExactArgs(1),
	}
	o.deviceFlags.add(cmd, "where to run the file, instead of in this process")
	cmd.Flags().StringVar(&o.data, "data", "", "`data` set (of a run, default: what it was trained on)")
	cmd.Flags().StringVar(&o.split, "split", splitTest, "which `images`: test; train; or all, whatever folders they lie in")
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) {
		r, err := o.run(ctx, a, args[0])
		if err != nil {
			return nil, err
		}
		return r, nil
	})
	return cmd
}

type evalResult struct {
	Path    string  `json:"path"`
	Data    string  `json:"data"`
	Split   string  `json:"split"` // all, test or train
	Top1    float64 `json:"top1"`
	Images  int     `json:"images"`
	Seconds float64 `json:"seconds"`
	ranOn
}

func (o evalOptions) run(ctx context.Context, a *app, path string) (evalResult, error) {
	began := time.Now()
	if err := o.check(); err != nil {
		return evalResult{}, err
	}
	if !slices.Contains(evalSplits, o.split) {
		return evalResult{}, fault.New(fault.Usage, "Give one of: "+text.List(evalSplits)+".", "--split %s is not known", o.split)
	}
	s, err := o.subject(path)
	if err != nil {
		return evalResult{}, err
	}
	images, err := o.images(ctx, a, path, s)
	if err != nil {
		return evalResult{}, err
	}
	shown, total := a.progress(), images.Len()
	defer shown.close()
	e, err := s.open(ctx, a, total, func(done int) { shown.at("images", min(done, total), total) })
	if err != nil {
		return evalResult{}, err
	}
	defer e.Close()
	accuracy, err := train.Evaluate(ctx, e, images, e.batch, nil)
	if err != nil {
		return evalResult{}, fmt.Errorf("evaluate %s: %w", path, err)
	}
	return evalResult{path, s.data, o.split, accuracy.Top1(), accuracy.Images, time.Since(began).Seconds(), e.on}, nil
}

// subject is what is evaluated.
type subject struct {
	preprocessing dataset.Preprocessing
	classes       []string
	data          string
	source        job.Source
	open          func(ctx context.Context, a *app, images int, told func(done int)) (evaluated, error)
}

// evaluated runs from train.Images to train.Logits.
type evaluated struct {
	engine.Runner
	batch int
	on    ranOn
}

func (o evalOptions) subject(path string) (subject, error) {
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
	if s.data = cmp.Or(o.data, s.data); s.data == "" {
		return subject{}, fault.New(fault.Usage, "Give --data DATA.", "no data set is given")
	}
	return s, nil
}

// training is a run, on the engine that trains.
func (o evalOptions) training(run string) (subject, error) {
	if o.device != "" {
		return subject{}, fault.New(fault.Usage, "Export it, and evaluate the file.", "%s is a training: devices run exported files", run)
	}
	t, err := job.ModelOfRun(run)
	if err != nil {
		return subject{}, err
	}
	open := func(_ context.Context, _ *app, _ int, told func(int)) (evaluated, error) {
		e, err := job.OpenEngine(ort.Options{})
		if err != nil {
			return evaluated{}, err
		}
		version, err := runtimeVersion()
		if err != nil {
			return evaluated{}, err
		}
		v, err := train.NewEvaluator(e, t.Arch, t.Values, evalBatch)
		if err != nil {
			return evaluated{}, fmt.Errorf("evaluate %s: %w", run, err)
		}
		return evaluated{&counted{v, evalBatch, 0, told}, evalBatch, ranOn{engineORT, version, nil}}, nil
	}
	return subject{t.Preprocessing, t.Classes, t.DataPath, t.Source(run), open}, nil
}

// file is an exported file, run as an application would.
func (o evalOptions) file(path string) (subject, error) {
	m, md, err := exported(path)
	if err != nil {
		return subject{}, err
	}
	if md.Preprocessing == nil || md.Classes == nil {
		return subject{}, fault.New(fault.Failure, "Export a training: fbnas export MODEL.onnx --from RUN",
			"%s does not say how its images are prepared: it was exported without training", path)
	}
	open := func(ctx context.Context, a *app, images int, told func(int)) (evaluated, error) {
		return o.evaluated(ctx, a, path, m, md, images, told)
	}
	return subject{*md.Preprocessing, md.Classes, "", job.Source{Name: path, Digest: md.Data}, open}, nil
}

func (o evalOptions) evaluated(ctx context.Context, a *app, path string, m *onnx.Model, md onnxexport.Metadata, images int, told func(int)) (evaluated, error) {
	f, err := o.start(ctx, a, path, m, md, images, told)
	if err != nil {
		return evaluated{}, fmt.Errorf("evaluate %s: %w", path, err)
	}
	return evaluated{fed{f}, f.feed.Batch, f.on}, nil
}

// fed is an exported file under the names of an evaluation program.
type fed struct{ *running }

func (f fed) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	r, err := f.Session.Run(ctx, engine.Feeds{f.feed.Input: f.feed.Tensor(feeds[train.Images].Floats)})
	if err != nil {
		return nil, err
	}
	return engine.Results{train.Logits: r[f.feed.Output]}, nil
}

// counted tells how many images have been run, in batches.
type counted struct {
	engine.Runner
	batch int
	done  int
	told  func(done int)
}

func (c *counted) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	r, err := c.Runner.Run(ctx, feeds)
	c.done += c.batch
	c.told(c.done)
	return r, err
}

func (r evalResult) Text(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s of %d %s of %s, by %s\n", text.Percent(r.Top1), r.Images, imagesOfSplit[r.Split], r.Data, r.ranOn)
	return err
}
