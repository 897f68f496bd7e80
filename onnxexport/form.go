package onnxexport

import (
	"cmp"
	"fmt"

	"fbnas/onnx"
)

// AnyBatch is the Batch of a file that takes any number of images at once.
const AnyBatch = -1

// batchName is the name of the open dimension of such a file.
const batchName = "batch"

// The inputs of an exported file, as its metadata name them.
const (
	// FloatNCHW is float32 [N,C,H,W], normalised by Metadata.Preprocessing.
	FloatNCHW = "float32-nchw"
	// PixelsNHWC is uint8 [N,H,W,C], the pixels as a decoder gives them; the
	// file normalises them itself.
	PixelsNHWC = "uint8-nhwc"
)

// PredictedForFloat explains a prediction for a file that takes pixels: tables
// measure blocks and networks in the other form.
const PredictedForFloat = "it is for the float32-nchw form; the conversion of pixels in this file takes additional time"

// HalfPrecision is the metadata's name for weights in float16.
const HalfPrecision = "fp16"

// Form says how a network is written. The zero value is one float32 image in
// opset 17, every number in float32.
type Form struct {
	Batch int    // images at once; 0 means 1; AnyBatch
	Opset int    // lower.MinOpset to lower.MaxOpset; 0 means 17
	Input string // FloatNCHW (also "") or PixelsNHWC
	Half  bool   // weights are stored in float16, for size; the arithmetic is in float32
}

// FormOf is the form that a file was exported in: exporting the same network
// in this form gives the file's weights again.
func FormOf(m *onnx.Model, md Metadata) (Form, error) {
	f, err := FeedOf(m, md)
	if err != nil {
		return Form{}, err
	}
	return Form{Batch: f.Batch, Opset: int(m.Opset("")), Input: cmp.Or(md.Input, FloatNCHW), Half: md.Precision == HalfPrecision}, nil
}

func (f Form) validate() error {
	if f.Batch < AnyBatch {
		return fmt.Errorf("a batch of %d images", f.Batch)
	}
	if f.Input != "" && f.Input != FloatNCHW && f.Input != PixelsNHWC {
		return fmt.Errorf("an input of %q; %s and %s are written", f.Input, FloatNCHW, PixelsNHWC)
	}
	return nil
}
