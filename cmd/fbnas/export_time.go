package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"fbnas/job"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/onnxexport"
	"fbnas/profile"
)

// time measures the model on --device and states it in the model's metadata.
func (o exportOptions) time(ctx context.Context, a *app, cmd *cobra.Command, f *onnxexport.File) error {
	if o.device == "" {
		return nil
	}
	data, err := f.Model.Bytes()
	if err != nil {
		return err
	}
	b, err := o.bench(ctx, a, cmd, []latency.Model{{Name: f.Model.Name(), Bytes: data}})
	if err != nil {
		return err
	}
	stateLatency(&f.Says, b, b.Results[0].LatencyU)
	return nil
}

// stateLatency adds a measured latency to what a file says.
func stateLatency(md *onnxexport.Metadata, b profile.Benchmark, us float64) {
	if md.Latency == nil {
		md.Latency = &onnxexport.Latency{}
	}
	md.Latency.Device, md.Latency.Runtime, md.Latency.MeasuredUS = b.Device.Model.SoC, b.Condition.Runtime, us
}

// bench times models on --device, side by side, in the condition of --lut
// where that is given. An unsteady figure is told in the log.
func (o exportOptions) bench(ctx context.Context, a *app, cmd *cobra.Command, models []latency.Model) (profile.Benchmark, error) {
	var t *lut.Table
	var err error
	if o.lut != "" {
		if t, err = lut.Load(o.lut); err != nil {
			return profile.Benchmark{}, err
		}
	}
	there := job.MeasureOptions{Device: job.Device{Name: o.device}, Seed: o.seed, AllowNoisy: true}
	opts, err := there.Options(t)
	if err != nil {
		return profile.Benchmark{}, err
	}
	opts.DefaultMode = opts.DefaultMode || t == nil // as an application runs it
	meter, err := there.Device.Open(ctx, a.env)
	if err != nil {
		return profile.Benchmark{}, err
	}
	defer meter.Close()
	shown := a.progress()
	defer shown.close()
	b, err := profile.Bench(ctx, job.Genuine{Meter: job.Told{Meter: meter, At: func(done, total int) { shown.at("models", done, total) }}}, t, models, opts)
	if err != nil {
		return b, err
	}
	var failures []error
	for i, r := range b.Results {
		if r.Failure != nil {
			failures = append(failures, r.Failure)
		} else if r.Noisy != "" {
			a.log.Warn("the latency is not steady", "model", models[i].Name, "reason", r.Noisy)
		}
	}
	return b, errors.Join(failures...)
}
