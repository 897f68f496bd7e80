package onnxexport

import "fmt"

// Int8Precision is the metadata's word for a file in QDQ form.
const Int8Precision = "int8"

// Quantization says how an int8 file was made, and how far it is from the float
// model that it was made from.
type Quantization struct {
	Activations string `json:"activations"` // int8 | uint8; weights are int8
	Method      string `json:"method"`      // of the calibration
	Images      int    `json:"images"`      // of the calibration
	Data        string `json:"data"`        // of the calibration
	ReduceRange bool   `json:"reduce_range,omitempty"`
	// Saturation is what weights of 8 bits did; nil where it was not measured.
	Saturation *Saturation `json:"saturation,omitempty"`
	Float      []string    `json:"float,omitempty"` // layers left in float

	Compared int `json:"compared"` // images on which both were run
	Agreement
	FloatTop1 float64 `json:"float_top1,omitempty"` // accuracy before, on the images of Accuracy
	// Top1Error is how much of the change of accuracy may be chance.
	Top1Error float64 `json:"top1_change_error,omitempty"`
	// FloatWeights is the WeightsDigest of the float model.
	FloatWeights string `json:"float_weights_sha256"`
}

// Agreement says how close an int8 model is to the float model that it was made
// from, on images that both were run on.
type Agreement struct {
	SameClass  int     `json:"same_class"`   // images for which both see the same class
	MaxAbsDiff float64 `json:"max_abs_diff"` // of the logits
	SQNR       float64 `json:"sqnr_db"`      // mean square of the float logits to that of the difference
}

// WeightBits are those that the weights use.
func (q Quantization) WeightBits() int {
	if q.ReduceRange {
		return 7
	}
	return 8
}

// Saturation says whether a processor's sums of products of 8 bits saturated, and
// how many images that changed the logits of.
type Saturation struct {
	Saturates  bool    `json:"saturates"`
	Images     int     `json:"images"`       // of the calibration, that the file was run on
	Changed    int     `json:"changed"`      // of them: logits that are not those of exact sums
	MaxAbsDiff float64 `json:"max_abs_diff"` // of their logits
	Device     string  `json:"device"`       // that ran it
}

// String says what was found, in a sentence without its end.
func (s Saturation) String() string {
	if !s.Saturates {
		return fmt.Sprintf("sums of 8-bit products do not saturate on %s: all %d calibration images give the logits of exact sums", s.Device, s.Images)
	}
	return fmt.Sprintf("sums of 8-bit products saturate on %s: %d of %d calibration images give other logits than exact sums, by at most %.2g",
		s.Device, s.Changed, s.Images, s.MaxAbsDiff)
}
