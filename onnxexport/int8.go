package onnxexport

import "fmt"

// Int8Precision is the metadata's name for a file in QDQ form.
const Int8Precision = "int8"

// Quantization says how an int8 file was made, and how much it differs from the float
// model that it was made from.
type Quantization struct {
	Activations string `json:"activations"` // int8 | uint8; weights are int8
	Method      string `json:"method"`      // of the calibration
	Images      int    `json:"images"`      // of the calibration
	Data        string `json:"data"`        // of the calibration
	ReduceRange bool   `json:"reduce_range,omitempty"`
	// Saturation is the effect of weights of 8 bits; nil if it was not measured.
	Saturation *Saturation `json:"saturation,omitempty"`
	Float      []string    `json:"float,omitempty"` // layers left in float

	Compared int `json:"compared"` // images that both files ran on
	Agreement
	FloatTop1 float64 `json:"float_top1,omitempty"` // accuracy before quantisation, on the images of Accuracy
	// Top1Error is the part of the change of accuracy that may be chance.
	Top1Error float64 `json:"top1_change_error,omitempty"`
	// FloatWeights is the WeightsDigest of the float model.
	FloatWeights string `json:"float_weights_sha256"`
}

// Agreement says how close an int8 model is to the float model that it was made
// from, on images that both ran on.
type Agreement struct {
	SameClass  int     `json:"same_class"`   // images for which both have the same class
	MaxAbsDiff float64 `json:"max_abs_diff"` // of the logits
	SQNR       float64 `json:"sqnr_db"`      // mean square of the float logits to that of the difference
}

// WeightBits is the number of bits that the weights use.
func (q Quantization) WeightBits() int {
	if q.ReduceRange {
		return 7
	}
	return 8
}

// Saturation says whether a processor's sums of 8-bit products saturated, and
// for how many images this changed the logits.
type Saturation struct {
	Saturates  bool    `json:"saturates"`
	Images     int     `json:"images"`       // calibration images that the file ran on
	Changed    int     `json:"changed"`      // those whose logits differ from exact sums
	MaxAbsDiff float64 `json:"max_abs_diff"` // of their logits
	Device     string  `json:"device"`       // that ran it
}

// String states the result, as a sentence without its end.
func (s Saturation) String() string {
	if !s.Saturates {
		return fmt.Sprintf("sums of 8-bit products do not saturate on %s: all %d calibration images give the logits of exact sums", s.Device, s.Images)
	}
	return fmt.Sprintf("sums of 8-bit products saturate on %s: %d of %d calibration images give other logits than exact sums, by at most %.2g",
		s.Device, s.Changed, s.Images, s.MaxAbsDiff)
}
