package job

import (
	"context"
	"runtime"

	"fbnas/latency"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

// arch is the device's processor.
func (x *export) arch(ctx context.Context) (string, error) {
	if x.Device == "local" {
		return runtime.GOARCH, nil
	}
	meter, err := Device{Name: x.Device}.open(ctx, x.env)
	if err != nil {
		return "", err
	}
	defer meter.Close()
	d, _, err := meter.Identity(ctx, latency.Options{})
	return d.Model.Arch, err
}

// noProgress ignores how many images have been run.
func noProgress(int) {}

// saturation compares 8-bit weights on the device with the same weights in
// kernels that never saturate. Both use uint8 activations, to which the file's
// are converted on x86-64.
func (x *export) saturation(ctx context.Context, c quantize.Calibration, ranges map[string]quantize.Range, o quantize.Options) (*onnxexport.Saturation, error) {
	o.Activations, o.ReduceRange = onnx.Uint8, false
	m, err := quantize.Quantise(x.file.Model, ranges, o)
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
	s.Device = x.Device
	return &s, err
}

// logitsThere are the model's outputs on the device for the calibration images.
func (x *export) logitsThere(ctx context.Context, c quantize.Calibration, m *onnx.Model) ([][]float64, error) {
	there := execution{Place{Device: Device{Name: x.Device}}, x.result.Path, onnxexport.File{Model: m, Metadata: x.file.Metadata}, c.Images, noProgress}
	if x.Device == "local" {
		there.Device.Name = "" // this process has the same processor
	}
	s, err := there.open(ctx, x.env)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return c.Logits(ctx, s.feed.Logits(s))
}
