package job

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/onnxexport"
	"fbnas/profile"
)

// BenchOptions are the options of Bench.
type BenchOptions struct {
	MeasureOptions
	Models []string       // ONNX files of any origin
	Target *time.Duration // the latency that every model must meet; nil: none
	Table  string         // a table to normalise and to predict by: a file; "": none
	Shares bool           // also run each under the runtime's profiler
	Force  bool           // time them even on an emulator
	Inputs []string       // shapes of inputs, NAME:1x3x320x320, for every model that has them; the others as declared, for one image
}

// Bench times ONNX models side by side, and compares them with a target. It
// returns its result beside an error when a model does not run or misses the
// target (fault.Target).
func Bench(ctx context.Context, env *Env, o BenchOptions) (*BenchResult, error) {
	if o.Target != nil && *o.Target <= 0 {
		return nil, fault.New(fault.Usage, "Give a time such as --target 15ms.", "a target of %v", *o.Target)
	}
	r, err := o.run(ctx, env)
	if err != nil {
		return nil, err
	}
	return r, r.verdict()
}

func (o BenchOptions) run(ctx context.Context, env *Env) (*BenchResult, error) {
	began := time.Now()
	files, t, opts, err := o.open(env)
	if err != nil {
		return nil, err
	}
	host, err := o.Device.open(ctx, env)
	if err != nil {
		return nil, err
	}
	defer host.Close()
	b, err := o.time(ctx, counted(env, host), t, files, opts)
	if err != nil {
		return nil, err
	}
	r := &BenchResult{Table: orNull(o.Table), Device: deviceOf(o.Device.Name, b.Device), Runtime: b.Condition.Runtime, FixedPerformance: b.Condition.FixedPerformance}
	if doubt := o.doubt(r.FixedPerformance); doubt != "" {
		env.log().Warn(doubt)
	}
	for i, f := range files {
		m := benchOf(f, b.Results[i], o.Target, b.Condition.Provider)
		m.PredictedInfo = predicted(env, t, f.path)
		if m.Unusual != nil {
			env.log().Warn("the time is doubtful on the numbers that were drawn: outputs hold "+m.Unusual.String(), "model", f.path)
		}
		if o.Shares && m.Failure == nil {
			if err := m.addShares(ctx, host, f.model, opts); err != nil {
				return nil, err
			}
		}
		r.Models = append(r.Models, m)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// doubt is what to know of a target that is held against times of a phone's mode;
// "" for nothing.
func (o BenchOptions) doubt(fixedPerformance string) string {
	if o.Target == nil || fixedPerformance != latency.FixedOn {
		return ""
	}
	return "the target is held against fixed-performance mode; an app runs in default mode: see fbnas lut show, or bench without a table"
}

// open reads the files and the table, and decides how to measure.
func (o BenchOptions) open(env *Env) (files []benchFile, t *lut.Table, opts latency.Options, err error) {
	if err = CheckOutputs(o.Device.Record); err != nil {
		return nil, nil, opts, err
	}
	shapes, err := inputShapes(o.Inputs)
	if err != nil {
		return nil, nil, opts, err
	}
	if files, err = readBenchFiles(o.Models, shapes); err != nil {
		return nil, nil, opts, err
	}
	for _, f := range files {
		for _, what := range f.resized {
			env.log().Warn(what, "model", f.path)
		}
	}
	if t, err = o.table(); err != nil {
		return nil, nil, opts, err
	}
	opts, err = o.options(t)
	opts.DefaultMode = opts.DefaultMode || t == nil && o.DefaultMode == nil // a target without a table is meant in default mode
	opts.AnyOutput = true                                                   // other people's models are timed as they are, and marked
	return files, t, opts, err
}

// counted is a meter that reports how far a measurement has come.
func counted(env *Env, meter latency.Meter) latency.Meter {
	return groupCounter{meter, func(done, total int) { env.progress("models", done, total) }}
}

// time times the files, beside the table's reference where there is a table.
func (o BenchOptions) time(ctx context.Context, meter latency.Meter, t *lut.Table, files []benchFile, opts latency.Options) (profile.Benchmark, error) {
	var models []latency.Model
	for _, f := range files {
		models = append(models, f.model)
	}
	if !o.Force {
		meter = realDeviceMeter{meter}
	}
	return profile.Bench(ctx, meter, t, models, opts)
}

// table reads the table that was given, for these models; nil without one.
func (o BenchOptions) table() (*lut.Table, error) {
	if o.Table == "" {
		return nil, nil
	}
	t, err := lut.Load(o.Table)
	if err != nil {
		return nil, err
	}
	return t, checkPrecisions(t, o.Models)
}

// checkPrecisions refuses a table for models of another number format, for files
// that state theirs.
func checkPrecisions(t *lut.Table, paths []string) error {
	for _, path := range paths {
		f, err := ReadExported(path)
		if err != nil {
			continue // not exported by fbnas: it is timed, and nothing is predicted
		}
		precision := latency.FP32
		if f.Metadata.Precision == onnxexport.Int8Precision {
			precision = latency.Int8
		}
		if err := t.CheckPrecision(precision); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// predicted is a table's prediction for an exported model. It is null without one,
// with a warning where a prediction could be expected.
func predicted(env *Env, t *lut.Table, path string) PredictedInfo {
	if t == nil {
		return PredictedInfo{}
	}
	p, err := predict(t, path)
	if err != nil {
		env.log().Warn("no prediction", "model", path, "reason", err)
	}
	return p
}

func predict(t *lut.Table, path string) (none PredictedInfo, err error) {
	f, err := ReadExported(path)
	if err != nil {
		return none, err
	}
	arch, err := StatedArch(path, f.Metadata)
	if err != nil {
		return none, err
	}
	blocks, err := arch.Resolve()
	if err != nil {
		return none, err
	}
	if err := profile.Fresh(t, blocks); err != nil {
		return none, err
	}
	e, err := t.Predict(blocks)
	if err != nil {
		return none, err
	}
	return predictedInfo(&e, f.Metadata.Input), nil
}

// addShares adds the operators' shares of the time and the providers that they
// ran on.
func (m *BenchModel) addShares(ctx context.Context, host *latency.Host, model latency.Model, opts latency.Options) (err error) {
	if m.Shares, err = host.Shares(ctx, model, opts); err != nil {
		return err
	}
	m.Providers = nil
	for _, s := range m.Shares {
		if !slices.Contains(m.Providers, s.Provider) {
			m.Providers = append(m.Providers, s.Provider)
		}
	}
	return nil
}
