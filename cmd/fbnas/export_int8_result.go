package main

import (
	"fmt"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/latency"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

// int8Info is an int8 file beside the float model that it was made from.
type int8Info struct {
	Activations string   `json:"activations"` // int8 or uint8
	WeightBits  int      `json:"weight_bits"` // 8, or 7 with --reduce-range
	Method      string   `json:"calibration_method"`
	Images      int      `json:"calibration_images"`
	Calibration *string  `json:"calibration"` // null: random inputs
	Float       []string `json:"float_layers"`
	FloatBytes  int64    `json:"float_bytes"`
	// Saturation of weights of 8 bits, measured; null where none can be (arm64)
	// and where 7 bits were asked for.
	Saturation *onnxexport.Saturation `json:"saturation"`

	Agreement quantize.Agreement `json:"agreement"`

	FloatTop1  *float64 `json:"float_top1"` // null without data
	Top1       *float64 `json:"top1"`
	TestImages int      `json:"test_images"`

	FloatLatencyUS float64             `json:"float_latency_us"`
	LatencyUS      float64             `json:"latency_us"`
	AgainstFloat   *latency.Comparison `json:"against_float"`
	Device         job.DeviceInfo      `json:"device"`

	Warnings []string `json:"warnings"`
}

// mostLoss of accuracy goes without a warning.
const mostLoss = 0.01

// judge says where int8 does not pay.
func (x *int8Export) judge() {
	i := x.result.Int8
	warn := func(format string, args ...any) {
		i.Warnings = append(i.Warnings, fmt.Sprintf(format, args...))
		x.log.Warn(i.Warnings[len(i.Warnings)-1])
	}
	if i.Top1 != nil && *i.FloatTop1-*i.Top1 > mostLoss {
		warn("int8 loses %.1f points of accuracy: try another --calibration-method, more --calibration-images, or --int8-float (docs/int8.md)",
			100*(*i.FloatTop1-*i.Top1))
	}
	if s := i.Saturation; s != nil && s.Saturates && i.WeightBits == 8 {
		warn("%s: leave out --reduce-range=off, and weights get 7 bits", s)
	}
	switch c := i.AgainstFloat; {
	case c != nil && c.Differs() && c.Ratio > 1, c == nil && i.LatencyUS > i.FloatLatencyUS:
		warn("int8 is slower than float on %s (%s): ship the float file there", i.Device.Name, text.Change(i.LatencyUS, i.FloatLatencyUS))
	case c != nil && !c.Differs():
		warn("int8 is not told from float in speed on %s: it only saves space there", i.Device.Name)
	}
}

// write writes the int8 file, which says how it was made.
func (x *int8Export) write() error {
	i := x.result.Int8
	x.md.Quantization = &onnxexport.Quantization{
		Activations: i.Activations, Method: i.Method, Images: i.Images, ReduceRange: i.WeightBits == 7, Saturation: i.Saturation, Float: x.int8.float,
		Compared: i.Agreement.Images, SameClass: i.Agreement.SameClass, MaxAbsDiff: i.Agreement.MaxAbsDiff, SQNR: i.Agreement.SQNR, FloatWeights: x.md.Weights,
	}
	if i.Calibration != nil {
		x.md.Quantization.Data = *i.Calibration
	}
	if i.FloatTop1 != nil {
		x.md.Quantization.FloatTop1 = *i.FloatTop1
	}
	x.md.Precision, x.md.Weights = onnxexport.Int8Precision, onnxexport.WeightsDigest(x.quantised)
	return onnxexport.File{Model: x.quantised, Says: x.md}.Write(x.result.Path)
}

func (i int8Info) saturation() string {
	switch {
	case i.Saturation == nil:
		return ""
	case i.WeightBits == 7:
		return i.Saturation.String() + "; so weights have 7 bits"
	}
	return i.Saturation.String()
}

// facts are the lines of an int8 export, before and after side by side.
func (i int8Info) facts(bytes int64) []fact {
	on := "random inputs"
	if i.Calibration != nil {
		on = "training images of " + *i.Calibration
	}
	facts := []fact{
		{"int8", fmt.Sprintf("activations in %s, weights of %d bits for each channel; %s of %d %s", i.Activations, i.WeightBits, i.Method, i.Images, on)},
		{"left in float", text.List(i.Float)},
		{"saturation", i.saturation()},
		{"agreement", fmt.Sprintf("same class for %d of %d inputs; logits differ by at most %.2g, SQNR %.1f dB", i.Agreement.SameClass, i.Agreement.Images, i.Agreement.MaxAbsDiff, i.Agreement.SQNR)},
	}
	if i.Top1 != nil {
		facts = append(facts, fact{"accuracy", fmt.Sprintf("%s in float, %s in int8 (%+.2f points) of %d test images",
			text.Percent(*i.FloatTop1), text.Percent(*i.Top1), 100*(*i.Top1-*i.FloatTop1), i.TestImages)})
	}
	facts = append(facts,
		fact{"latency", fmt.Sprintf("%s in float, %s in int8 (%s) on %s", text.Latency(i.FloatLatencyUS), text.Latency(i.LatencyUS),
			text.Change(i.LatencyUS, i.FloatLatencyUS), i.Device.Name)},
		fact{"size", fmt.Sprintf("%s in float, %s in int8", text.Bytes(i.FloatBytes), text.Bytes(bytes))})
	for _, w := range i.Warnings {
		facts = append(facts, fact{"warning", w})
	}
	return facts
}
