package main

import (
	"context"
	"runtime"

	"github.com/spf13/cobra"

	"fbnas/devices"
	"fbnas/job"
	"fbnas/latency"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

// arch is the device's processor.
func (x *int8Export) arch(ctx context.Context) (string, error) {
	if x.device == "local" {
		return runtime.GOARCH, nil
	}
	flags := deviceFlags{device: x.device, wait: devices.UsualWait}
	meter, err := flags.open(ctx, x.app)
	if err != nil {
		return "", err
	}
	defer meter.Close()
	d, _, err := meter.Identity(ctx, latency.Options{})
	return d.Model.Arch, err
}

// quietly hears how many images have been run.
func quietly(int) {}

// saturation runs weights of 8 bits on the device, beside the same weights in
// kernels that never saturate. Both have activations in uint8, which those of the
// file become on x86-64.
func (x *int8Export) saturation(ctx context.Context, c quantize.Calibration, ranges map[string]quantize.Range, o quantize.Options) (*onnxexport.Saturation, error) {
	o.Activations, o.ReduceRange = onnx.Uint8, false
	m, err := quantize.Quantise(x.float.Model, ranges, o)
	if err != nil {
		return nil, err
	}
	twin, err := quantize.Exact(m)
	if err != nil {
		return nil, err
	}
	exact, err := x.logitsThere(ctx, c, twin)
	if err != nil {
		return nil, err
	}
	got, err := x.logitsThere(ctx, c, m)
	if err != nil {
		return nil, err
	}
	s, err := quantize.SaturationOf(exact, got)
	s.Device = x.device
	return &s, err
}

// logitsThere are what m gives on the device for the calibration's images.
func (x *int8Export) logitsThere(ctx context.Context, c quantize.Calibration, m *onnx.Model) ([][]float64, error) {
	there := place{engine: engineORT, deviceFlags: deviceFlags{device: x.device, wait: devices.UsualWait}}
	if x.device == "local" {
		there.device = "" // this process is of the same processor
	}
	s, err := there.start(ctx, x.app, x.result.Path, m, x.md, c.Images, quietly)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return c.Logits(ctx, s.feed.Logits(s))
}

// time measures both on the device in the same rounds.
func (x *int8Export) time(ctx context.Context, cmd *cobra.Command) error {
	models := make([]latency.Model, 2)
	for i, m := range []*onnx.Model{x.float.Model, x.quantised} {
		data, err := m.Bytes()
		if err != nil {
			return err
		}
		models[i] = latency.Model{Name: []string{"float", "int8"}[i], Bytes: data}
	}
	x.result.Int8.FloatBytes = int64(len(models[0].Bytes))
	b, err := x.bench(ctx, x.app, cmd, models)
	if err != nil {
		return err
	}
	i := x.result.Int8
	i.FloatLatencyUS, i.LatencyUS = b.Results[0].LatencyU, b.Results[1].LatencyU
	i.AgainstFloat, i.Device = b.Results[1].Against, job.DeviceOf(x.device, b.Device)
	stateLatency(&x.md, b, i.LatencyUS)
	return nil
}
