package job

import (
	"context"
	"errors"

	"fbnas/latency"
	"fbnas/onnxexport"
	"fbnas/profile"
)

// bench times files on the device side by side, in the table's condition if a
// table is given. It warns of an unsteady latency.
func (x *export) bench(ctx context.Context, files ...onnxexport.File) (profile.Benchmark, error) {
	var b profile.Benchmark
	var list []latency.Model
	for i, f := range files {
		data, err := f.Model.Bytes()
		if err != nil {
			return b, err
		}
		name := f.Model.Name()
		if len(files) > 1 {
			name = []string{"float", "int8"}[i]
		}
		list = append(list, latency.Model{Name: name, Bytes: data})
	}
	there := MeasureOptions{Device: Device{Name: x.Device}, Seed: x.Seed, AllowNoisy: true}
	opts, err := there.options(x.table)
	if err != nil {
		return b, err
	}
	opts.DefaultMode = opts.DefaultMode || x.table == nil // as an application runs it
	meter, err := there.Device.open(ctx, x.env)
	if err != nil {
		return b, err
	}
	defer meter.Close()
	counter := groupCounter{meter, func(done, total int) { x.env.progress("models", done, total) }}
	if b, err = profile.Bench(ctx, realDeviceMeter{counter}, x.table, list, opts); err != nil {
		return b, err
	}
	return b, x.env.timed(list, b.Results)
}

// timed tells which of the models' figures are not steady; models that did not run
// are the error.
func (env *Env) timed(models []latency.Model, results []latency.Result) error {
	var failures []error
	for i, r := range results {
		if r.Failure != nil {
			failures = append(failures, r.Failure)
		} else if r.Noisy != "" {
			env.log().Warn("the latency is not steady", "model", models[i].Name, "reason", r.Noisy)
		}
	}
	return errors.Join(failures...)
}

// measured adds a measured latency to a file's metadata.
func measured(l *onnxexport.Latency, b profile.Benchmark, us float64) *onnxexport.Latency {
	var with onnxexport.Latency
	if l != nil {
		with = *l
	}
	with.Device, with.Runtime, with.MeasuredUS = b.Device.Model.SoC, b.Condition.Runtime, us
	return &with
}
