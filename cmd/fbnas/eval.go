package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/onnxexport"
	"fbnas/report"
	"fbnas/train"
)

// evalBatch is the batch of a run's network; a file has its own.
const evalBatch = 256

type evalOptions struct {
	data   string
	device string
}

func evalVerb(a *app) *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval MODEL.onnx|RUN --data DATA",
		Short: "Measure accuracy on test images",
		Long: "Measure the accuracy of an exported file, or of a finished training, on the test\n" +
			"images of a data set. Images are prepared as the file says that it wants them.",
		Example: "  fbnas eval model.onnx --data fashion-mnist\n  fbnas eval runs/train-1 --data photos/ --json",
		Args:    cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "", "`data` set (of a run, default: what it was trained on)")
	f.StringVar(&o.device, "device", "local", "where: local")
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) {
		if err := onlyLocal(o.device); err != nil {
			return nil, err
		}
		began := time.Now()
		s, err := o.open(args[0])
		if err != nil {
			return nil, err
		}
		defer s.run.Close()
		accuracy, err := s.accuracy(ctx, a, args[0])
		if err != nil {
			return nil, fmt.Errorf("evaluate %s: %w", args[0], err)
		}
		return evalResult{args[0], s.data, accuracy.Top1(), accuracy.Images, time.Since(began).Seconds()}, nil
	})
	return cmd
}

type evalResult struct {
	Path    string  `json:"path"`
	Data    string  `json:"data"`
	Top1    float64 `json:"top1"`
	Images  int     `json:"images"`
	Seconds float64 `json:"seconds"`
}

// subject is what is evaluated.
type subject struct {
	run           engine.Runner // from train.Images to train.Logits
	batch         int
	preprocessing dataset.Preprocessing
	classes       []string
	data          string
}

func (o evalOptions) open(path string) (subject, error) {
	info, err := os.Stat(path)
	if err != nil {
		return subject{}, fault.New(fault.Usage, "Give an exported file, or the folder of a finished training.", "%w", err)
	}
	open := openFile
	if info.IsDir() {
		open = openTraining
	}
	s, err := open(path)
	if err != nil {
		return subject{}, err
	}
	s.data = cmp.Or(o.data, s.data)
	if s.data == "" {
		s.run.Close()
		return subject{}, fault.New(fault.Usage, "Give --data DATA.", "no data set is given")
	}
	return s, nil
}

func openTraining(run string) (subject, error) {
	t, err := trainedRun(run)
	if err != nil {
		return subject{}, err
	}
	e, err := openEngine(ort.Options{})
	if err != nil {
		return subject{}, err
	}
	v, err := t.Evaluator(e, evalBatch)
	return subject{v, evalBatch, t.Preprocessing, t.Classes, t.data}, err
}

// openFile opens an exported file as an application would.
func openFile(path string) (subject, error) {
	m, md, err := exported(path)
	if err != nil {
		return subject{}, err
	}
	if md.Preprocessing == nil || md.Classes == nil {
		return subject{}, fault.New(fault.Failure, "Export a training: fbnas export MODEL.onnx --from RUN",
			"%s does not say how its images are prepared: it was exported without training", path)
	}
	model, err := m.Bytes()
	if err != nil {
		return subject{}, err
	}
	in := m.Inputs()
	if len(in) != 1 || len(in[0].Shape) != 4 || !in[0].Shape[0].Known() {
		return subject{}, fault.New(fault.Failure, "Export it again.", "%s was changed: it takes %v", path, in)
	}
	session, err := openModel(model)
	if err != nil {
		return subject{}, err
	}
	return subject{fed{session}, int(in[0].Shape[0].Size), *md.Preprocessing, md.Classes, ""}, nil
}

// fed is an exported file under the names of an evaluation program.
type fed struct{ onnxexport.Session }

func (f fed) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	r, err := f.Session.Run(ctx, engine.Feeds{onnxexport.Input: feeds[train.Images]})
	if err != nil {
		return nil, err
	}
	return engine.Results{train.Logits: r[onnxexport.Output]}, nil
}

// counted tells how many batches have been run.
type counted struct {
	engine.Runner
	after func()
}

func (c counted) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	defer c.after()
	return c.Runner.Run(ctx, feeds)
}

func (s subject) accuracy(ctx context.Context, a *app, name string) (train.Accuracy, error) {
	set, err := openAs(ctx, a, s.data, s.preprocessing)
	if err != nil {
		return train.Accuracy{}, err
	}
	if err := sameClasses(name, s.classes, set); err != nil {
		return train.Accuracy{}, err
	}
	shown := a.progress()
	defer shown.close()
	done := 0
	run := counted{s.run, func() {
		done++
		shown.at("images", min(done*s.batch, set.Test.Len()), set.Test.Len())
	}}
	return train.Evaluate(ctx, run, set.Test, s.batch, nil)
}

func (r evalResult) Text(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s of %d test images of %s\n", report.Percent(r.Top1), r.Images, r.Data)
	return err
}
