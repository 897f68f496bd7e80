package job

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fbnas/engine"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
	"fbnas/train"
)

// CalibrationImages is the default number of images for calibrating an int8 file.
const CalibrationImages = 256

// Int8Options say how a file is quantised (docs/int8.md).
type Int8Options struct {
	Calibration string          // the data set whose training images calibrate; "": that of the comparison
	Images      int             // for the calibration; 0: CalibrationImages
	Method      quantize.Method // how ranges follow from activations; "": quantize.Percentile
	Activations string          // "int8" or "uint8"; "": what the device's kernels are made for
	Float       []string        // layers that stay in float: blocks.03.project, blocks.03, first, last
	// ReduceRange is On for 7-bit weights and Off for 8-bit weights; "" means 7
	// bits where sums of 8-bit products saturate on the device.
	ReduceRange string
}

// Values of an option whose zero value, "", chooses automatically.
const (
	On  = "on"
	Off = "off"
)

func (i *Int8Options) check(form onnxexport.Form) error {
	if i.Method == "" {
		i.Method = quantize.Percentile
	}
	switch {
	case form.Half:
		return fault.New(fault.Usage, "Leave out one of them.", "--int8 and --fp16 do not go together")
	case i.Images < 0:
		return fault.New(fault.Usage, "Give --calibration-images 1 or more.", "%d calibration images", i.Images)
	case i.Activations != "" && i.Activations != "int8" && i.Activations != "uint8":
		return fault.New(fault.Usage, "Give --int8-activations auto, int8 or uint8.", "no activations %q", i.Activations)
	case i.ReduceRange != "" && i.ReduceRange != On && i.ReduceRange != Off:
		return fault.New(fault.Usage, "Give --reduce-range, --reduce-range=off or =auto.", "--reduce-range is %q", i.ReduceRange)
	}
	return i.Method.Validate()
}

// options are the settings for a device's processor, before anything is measured
// there.
func (i *Int8Options) options(arch string) quantize.Options {
	o := quantize.Options{Activations: quantize.ActivationsFor(arch), Float: i.Float, ReduceRange: i.ReduceRange == On}
	switch i.Activations {
	case "int8":
		o.Activations = onnx.Int8
	case "uint8":
		o.Activations = onnx.Uint8
	}
	return o
}

// changeError is how much of a change in accuracy may be chance, as a fraction of
// the images: two standard errors. Each image whose predicted class changes moves
// the number of hits by at most one, and by chance equally often in either
// direction.
func changeError(was, is []int, images int) float64 {
	differ := 0
	for i := range images {
		if was[i] != is[i] {
			differ++
		}
	}
	return 2 * math.Sqrt(float64(differ)) / float64(max(images, 1))
}

// classRecorder is an evaluation program that keeps the predicted class of each
// image, batch after batch.
type classRecorder struct {
	engine.Runner
	batch   int
	classes []int
}

func (r *classRecorder) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	results, err := r.Runner.Run(ctx, feeds)
	for row := range slices.Chunk(results[train.Logits], max(1, len(results[train.Logits])/r.batch)) {
		r.classes = append(r.classes, engine.Argmax(row))
	}
	return results, err
}

// maxSilentLoss is the largest loss of accuracy without a warning.
const maxSilentLoss = 0.01

// warnOfInt8 warns where int8 does not pay off.
func (x *export) warnOfInt8() {
	i := x.result.Int8
	warn := func(format string, args ...any) {
		i.Warnings = append(i.Warnings, fmt.Sprintf(format, args...))
		x.env.log().Warn(i.Warnings[len(i.Warnings)-1])
	}
	if i.Top1 != nil {
		switch loss, chance := *i.FloatTop1-*i.Top1, *i.Top1Error; {
		case loss <= maxSilentLoss:
		case loss <= chance:
			warn("int8 loses %.1f points of accuracy on %d test images, which may be chance (± %.1f points): evaluate it on more images", 100*loss, i.TestImages, 100*chance)
		default:
			warn("int8 loses %.1f ± %.1f points of accuracy: try another --calibration-method, more --calibration-images, or --int8-float (docs/int8.md)", 100*loss, 100*chance)
		}
	}
	if s := i.Saturation; s != nil && s.Saturates && i.WeightBits == 8 {
		warn("%s: leave out --reduce-range=off, and weights get 7 bits", s)
	}
	switch c := i.AgainstFloat; {
	case c != nil && c.Differs() && c.Ratio > 1, c == nil && i.LatencyUS > i.FloatLatencyUS:
		warn("int8 is slower than float on %s (%s): ship the float file there", i.Device.Name, text.Change(i.LatencyUS, i.FloatLatencyUS))
	case c != nil && !c.Differs():
		warn("no difference in speed between int8 and float was measured on %s: int8 only saves space there", i.Device.Name)
	}
}
