package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/job"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/onnxexport"
	"fbnas/profile"
)

type benchOptions struct {
	measureFlags
	target time.Duration
	lut    string
	shares bool
	force  bool
	inputs []string
}

func benchVerb(a *app) *cobra.Command {
	var o benchOptions
	cmd := &cobra.Command{
		Use:   "bench MODEL.onnx... --device D",
		Short: "Time ONNX models on a device, and hold them against a target",
		Long: "Time ONNX models side by side with the sentinel, a small fixed network. With a table,\n" +
			"they are timed beside its reference network too: latencies are normalised as those\n" +
			"of the table's networks are, and stand beside its predictions for models that\n" +
			"fbnas has exported. Several models are compared with the first one round by round\n" +
			"(Wilcoxon's signed-rank test). A model that is slower than the target ends with exit status 3.\n\n" +
			"Files of any origin are timed, on numbers that are drawn: normal ones for floats, any\n" +
			"byte, 0 or 1 for longer integers. A batch that a file leaves open is 1. Other open\n" +
			"sizes are given with --input, once for each input; the file is then timed as if it\n" +
			"were fixed at them. Tensors that a file keeps in another one beside it travel with it.",
		Example: "  fbnas bench model.onnx --device local\n  fbnas bench model.onnx --device local --lut local.lut --target 15ms\n" +
			"  fbnas bench detector.onnx --device pixel --input images:1x3x320x320",
		Args: cobra.MinimumNArgs(1),
	}
	o.add(cmd)
	cmd.Flags().Lookup("default-mode").Usage += ", as without a table"
	cmd.Flags().Var((*latencyFlag)(&o.target), "target", "the latency that each model must meet, such as 15ms")
	cmd.Flags().StringVar(&o.lut, "lut", "", "the `table` to normalise by and to predict from")
	cmd.Flags().BoolVar(&o.shares, "shares", false, "run each model under the runtime's profiler too, and show what each operator has of its time")
	cmd.Flags().StringArrayVar(&o.inputs, "input", nil, "the shape of an input, `NAME:1x3x320x320`, of every model that has it (default: as declared, one example)")
	cmd.Flags().BoolVar(&o.force, "force", false, "time them on an emulator, too, and mark the result")
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) {
		if cmd.Flags().Changed("target") && o.target <= 0 {
			return nil, fault.New(fault.Usage, "Give a time such as --target 15ms.", "a target of %v", o.target)
		}
		r, err := o.run(ctx, a, cmd, args)
		if err != nil {
			return nil, err
		}
		return r, r.verdict()
	})
	return cmd
}

func (o benchOptions) run(ctx context.Context, a *app, cmd *cobra.Command, paths []string) (benchResult, error) {
	r := benchResult{Table: orNull(o.lut)}
	began := time.Now()
	if err := job.CheckOutputs(o.record); err != nil {
		return r, err
	}
	shapes, err := job.InputShapes(o.inputs)
	if err != nil {
		return r, err
	}
	files, err := readBenchFiles(paths, shapes)
	if err != nil {
		return r, err
	}
	var models []latency.Model
	for _, f := range files {
		for _, what := range f.resized {
			a.log.Warn(what, "model", f.path)
		}
		models = append(models, f.model)
	}
	t, err := o.table(paths)
	if err != nil {
		return r, err
	}
	there, err := o.options(cmd)
	if err != nil {
		return r, err
	}
	opts, err := there.Options(t)
	if err != nil {
		return r, err
	}
	opts.DefaultMode = opts.DefaultMode || t == nil && !cmd.Flags().Changed("default-mode") // a limit is meant in it
	opts.AnyOutput = true                                                                   // other people's models are timed as they are, and marked
	meter, err := o.open(ctx, a)
	if err != nil {
		return r, err
	}
	defer meter.Close()
	shown := a.progress()
	defer shown.close()
	var timing latency.Meter = job.Told{Meter: meter, At: func(done, total int) { shown.at("models", done, total) }}
	if !o.force {
		timing = job.Genuine{Meter: timing}
	}
	b, err := profile.Bench(ctx, timing, t, models, opts)
	if err != nil {
		return r, err
	}
	r.Device, r.Runtime, r.FixedPerformance = job.DeviceOf(o.device, b.Device), b.Condition.Runtime, b.Condition.FixedPerformance
	if o.target > 0 && r.FixedPerformance == latency.FixedOn {
		a.log.Warn("the target is held against fixed-performance mode; an app runs in default mode: see fbnas lut show, or bench without a table")
	}
	for i, path := range paths {
		m := benchOf(path, b.Results[i], o.target, b.Condition.Provider)
		m.Inputs = files[i].described()
		if m.Unusual != nil {
			a.log.Warn("the time is doubtful on the numbers that were drawn: outputs hold "+m.Unusual.String(), "model", path)
		}
		m.PredictedUS = predicted(a, t, path)
		if o.shares && m.Failure == nil {
			if err := m.addShares(ctx, meter, models[i], opts); err != nil {
				return r, err
			}
		}
		r.Models = append(r.Models, m)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// table is that of --lut, for models in these files; nil without.
func (o benchOptions) table(paths []string) (*lut.Table, error) {
	if o.lut == "" {
		return nil, nil
	}
	t, err := lut.Load(o.lut)
	if err != nil {
		return nil, err
	}
	return t, checkPrecisions(t, paths)
}

// checkPrecisions refuses a table for models of another number format, as far as
// the files say theirs.
func checkPrecisions(t *lut.Table, paths []string) error {
	for _, path := range paths {
		f, err := job.ReadExported(path)
		if err != nil {
			continue // not from fbnas: it is timed, and nothing is predicted
		}
		precision := latency.FP32
		if f.Says.Precision == onnxexport.Int8Precision {
			precision = latency.Int8
		}
		if err := t.CheckPrecision(precision); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// predicted is what a table says of an exported model; nil, and a warning
// where it ought to say something, when it says nothing.
func predicted(a *app, t *lut.Table, path string) *float64 {
	if t == nil {
		return nil
	}
	us, err := predict(t, path)
	if err != nil {
		a.log.Warn("no prediction", "model", path, "reason", err)
		return nil
	}
	return &us
}

func predict(t *lut.Table, path string) (float64, error) {
	f, err := job.ReadExported(path)
	if err != nil {
		return 0, err
	}
	arch, err := job.StatedArch(path, f.Says)
	if err != nil {
		return 0, err
	}
	blocks, err := arch.Resolve()
	if err != nil {
		return 0, err
	}
	if err := profile.Fresh(t, blocks); err != nil {
		return 0, err
	}
	e, err := t.Predict(blocks)
	return e.US, err
}
