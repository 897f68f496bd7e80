package main

import (
	"strconv"

	"github.com/spf13/pflag"

	"fbnas/graph/lower"
	"fbnas/internal/fault"
	"fbnas/onnxexport"
)

// symbolic is the --batch of a file for any number of images.
const symbolic = "symbolic"

// formFlags say how an ONNX file is written.
type formFlags struct {
	opset int
	batch string
	input string
	half  bool
}

func (f *formFlags) add(flags *pflag.FlagSet) {
	flags.IntVar(&f.opset, "opset", lower.DefaultOpset, "version of ONNX's operators, 13 to 21")
	flags.StringVar(&f.batch, "batch", "1", "images in a run: a `number`, or symbolic for any")
	flags.StringVar(&f.input, "input", onnxexport.FloatNCHW, "`form` of what the file takes: float32-nchw, normalised images, or uint8-nhwc, the pixels as they are")
	flags.BoolVar(&f.half, "fp16", false, "store weights in float16: half the size, computed in float32")
}

// check refuses unknown values.
func (f formFlags) check() error {
	if f.opset < lower.MinOpset || f.opset > lower.MaxOpset {
		return fault.New(fault.Usage, "Give --opset 13 to 21.", "opset %d is not written by this version", f.opset)
	}
	if n, err := strconv.Atoi(f.batch); f.batch != symbolic && (err != nil || n < 1) {
		return fault.New(fault.Usage, "Give --batch 1, another number, or symbolic.", "a batch of %q", f.batch)
	}
	if f.input != onnxexport.FloatNCHW && f.input != onnxexport.PixelsNHWC {
		return fault.New(fault.Usage, "Give --input float32-nchw or uint8-nhwc.", "no input %q", f.input)
	}
	return nil
}

// form is the form that checked flags describe.
func (f formFlags) form() onnxexport.Form {
	form := onnxexport.Form{Batch: onnxexport.AnyBatch, Opset: f.opset, Input: f.input, Half: f.half}
	if f.batch != symbolic {
		form.Batch, _ = strconv.Atoi(f.batch)
	}
	return form
}
