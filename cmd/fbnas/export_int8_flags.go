package main

import (
	"slices"

	"github.com/spf13/pflag"

	"fbnas/internal/fault"
	"fbnas/onnx"
	"fbnas/quantize"
)

// int8Flags say how a file is quantised; see docs/int8.md.
type int8Flags struct {
	wanted      bool
	calibration string
	images      int
	method      string
	activations string
	float       []string
	reduce      string
}

// Answers to --reduce-range.
const (
	auto = "auto"
	on   = "on"
	off  = "off"
)

func (i *int8Flags) add(f *pflag.FlagSet) {
	f.BoolVar(&i.wanted, "int8", false, "quantise to int8 (QDQ form), and compare accuracy and latency before and after")
	f.StringVar(&i.calibration, "calibration", "", "`data` set whose training images calibrate int8 (default: what the network was trained on)")
	f.IntVar(&i.images, "calibration-images", 256, "how many of them")
	f.StringVar(&i.method, "calibration-method", string(quantize.Percentile), "how ranges follow from values: minmax, percentile or entropy")
	f.StringVar(&i.activations, "int8-activations", auto, "`type` of int8's activations: int8, uint8, or auto: what the device's kernels are made for")
	f.StringSliceVar(&i.float, "int8-float", nil, "`layers` that int8 leaves in float: blocks.03.project, blocks.03, first, last")
	f.StringVar(&i.reduce, "reduce-range", auto, "weights of 7 bits: on, off, or auto: where sums of 8-bit products saturate on the device (x86 without VNNI)")
	f.Lookup("reduce-range").NoOptDefVal = on
}

// check refuses flags that say nothing known, or that go with --int8 only.
func (i int8Flags) check(flags *pflag.FlagSet, form formFlags) error {
	for _, name := range []string{"calibration", "calibration-images", "calibration-method", "int8-activations", "int8-float", "reduce-range"} {
		if flags.Changed(name) && !i.wanted {
			return fault.New(fault.Usage, "Add --int8.", "--%s is of int8", name)
		}
	}
	switch {
	case i.wanted && form.half:
		return fault.New(fault.Usage, "Leave out one of them.", "--int8 and --fp16 do not go together")
	case i.images < 1:
		return fault.New(fault.Usage, "Give --calibration-images 1 or more.", "%d calibration images", i.images)
	case !slices.Contains([]string{auto, "int8", "uint8"}, i.activations):
		return fault.New(fault.Usage, "Give --int8-activations auto, int8 or uint8.", "no activations %q", i.activations)
	case !slices.Contains([]string{auto, on, off}, i.reduce):
		return fault.New(fault.Usage, "Give --reduce-range, --reduce-range=off or =auto.", "--reduce-range is %q", i.reduce)
	}
	return quantize.Method(i.method).Validate()
}

// options for a device's processor, before anything is measured there.
func (i int8Flags) options(arch string) quantize.Options {
	o := quantize.Options{Activations: quantize.ActivationsFor(arch), Float: i.float, ReduceRange: i.reduce == on}
	switch i.activations {
	case "int8":
		o.Activations = onnx.Int8
	case "uint8":
		o.Activations = onnx.Uint8
	}
	return o
}
