package main

import (
	"github.com/spf13/pflag"
	"strings"

	"fbnas/internal/fault"
	"fbnas/job"
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

// auto leaves a choice to fbnas.
const auto = "auto"

func (i *int8Flags) add(f *pflag.FlagSet) {
	f.BoolVar(&i.wanted, "int8", false, "quantise to int8 (QDQ form), and compare accuracy and latency before and after")
	f.StringVar(&i.calibration, "calibration", "", "`data` set whose training images calibrate int8 (default: what the network was trained on)")
	f.IntVar(&i.images, "calibration-images", job.CalibrationImages, "how many of them")
	f.StringVar(&i.method, "calibration-method", string(quantize.Percentile), "how ranges follow from values: minmax, percentile or entropy")
	f.StringVar(&i.activations, "int8-activations", auto, "`type` of int8's activations: int8, uint8, or auto: what the device's kernels are made for")
	f.StringSliceVar(&i.float, "int8-float", nil, "`layers` that int8 leaves in float: blocks.03.project, blocks.03, first, last")
	f.StringVar(&i.reduce, "reduce-range", auto, "weights of 7 bits: on, off, or auto: where sums of 8-bit products saturate on the device (x86 without VNNI)")
	f.Lookup("reduce-range").NoOptDefVal = job.On
}

// options are nil without --int8.
func (i int8Flags) options(flags *pflag.FlagSet) (*job.Int8Options, error) {
	for _, name := range []string{"calibration", "calibration-images", "calibration-method", "int8-activations", "int8-float", "reduce-range"} {
		if flags.Changed(name) && !i.wanted {
			return nil, fault.New(fault.Usage, "Add --int8.", "--%s is of int8", name)
		}
	}
	if !i.wanted {
		return nil, nil
	}
	if i.images < 1 {
		return nil, fault.New(fault.Usage, "Give --calibration-images 1 or more.", "%d calibration images", i.images)
	}
	return &job.Int8Options{
		Calibration: i.calibration, Images: i.images, Method: quantize.Method(i.method), Activations: unlessAuto(i.activations),
		Float: i.float, ReduceRange: unlessAuto(i.reduce),
	}, nil
}

// unlessAuto is a flag's value, "" where it is auto.
func unlessAuto(s string) string { return strings.TrimPrefix(s, auto) }
