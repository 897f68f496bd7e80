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

// BenchOptions are those of Bench.
type BenchOptions struct {
	MeasureOptions
	Models []string           // ONNX files of any origin
	Target *time.Duration     // the latency that each model must meet; nil: none
	Table  string             // to normalise by and to predict from: a file; "": none
	Shares bool               // run each under the runtime's profiler too
	Force  bool               // time them on an emulator, too
	Inputs map[string][]int64 // the shapes of inputs, of every model that has them; else as declared, one example
}

// Bench times ONNX models side by side, and holds them against a target. A model
// that does not run, or one that misses the target (fault.Target), is an error
// beside the result.
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
	meter, err := o.Device.open(ctx, env)
	if err != nil {
		return nil, err
	}
	defer meter.Close()
	b, err := o.time(ctx, env, meter, t, files, opts)
	if err != nil {
		return nil, err
	}
	r := &BenchResult{Table: orNull(o.Table), Device: deviceOf(o.Device.Name, b.Device), Runtime: b.Condition.Runtime, FixedPerformance: b.Condition.FixedPerformance}
	if o.Target != nil && r.FixedPerformance == latency.FixedOn {
		env.log().Warn("the target is held against fixed-performance mode; an app runs in default mode: see fbnas lut show, or bench without a table")
	}
	for i, f := range files {
		m := benchOf(f, b.Results[i], o.Target, b.Condition.Provider)
		m.PredictedUS = predicted(env, t, f.path)
		if m.Unusual != nil {
			env.log().Warn("the time is doubtful on the numbers that were drawn: outputs hold "+m.Unusual.String(), "model", f.path)
		}
		if o.Shares && m.Failure == nil {
			if err := m.addShares(ctx, meter, f.model, opts); err != nil {
				return nil, err
			}
		}
		r.Models = append(r.Models, m)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// open reads the files and the table, and says how to measure.
func (o BenchOptions) open(env *Env) (files []benchFile, t *lut.Table, opts latency.Options, err error) {
	if err = CheckOutputs(o.Device.Record); err != nil {
		return nil, nil, opts, err
	}
	if files, err = readBenchFiles(o.Models, o.Inputs); err != nil {
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
	opts.DefaultMode = opts.DefaultMode || t == nil && o.DefaultMode == nil // a limit is meant in it
	opts.AnyOutput = true                                                   // other people's models are timed as they are, and marked
	return files, t, opts, err
}

// time times the files, beside the table's reference where there is a table.
func (o BenchOptions) time(ctx context.Context, env *Env, meter latency.Meter, t *lut.Table, files []benchFile, opts latency.Options) (profile.Benchmark, error) {
	var models []latency.Model
	for _, f := range files {
		models = append(models, f.model)
	}
	meter = groupCounter{meter, func(done, total int) { env.at("models", done, total) }}
	if !o.Force {
		meter = onlyGenuine{meter}
	}
	return profile.Bench(ctx, meter, t, models, opts)
}

// table is the one that is given, for these models; nil without.
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

// checkPrecisions refuses a table for models of another number format, as far as
// the files say theirs.
func checkPrecisions(t *lut.Table, paths []string) error {
	for _, path := range paths {
		f, err := ReadExported(path)
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
func predicted(env *Env, t *lut.Table, path string) *float64 {
	if t == nil {
		return nil
	}
	us, err := predict(t, path)
	if err != nil {
		env.log().Warn("no prediction", "model", path, "reason", err)
		return nil
	}
	return &us
}

func predict(t *lut.Table, path string) (float64, error) {
	f, err := ReadExported(path)
	if err != nil {
		return 0, err
	}
	arch, err := StatedArch(path, f.Says)
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

// addShares also tells which providers the operators ran on.
func (m *BenchModel) addShares(ctx context.Context, meter latency.Meter, model latency.Model, opts latency.Options) (err error) {
	sharer, ok := meter.(latency.Sharer)
	if !ok {
		return fault.New(fault.Usage, "Leave --shares out.", "this device cannot tell operators' shares")
	}
	if m.Shares, err = sharer.Shares(ctx, model, opts); err != nil {
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
