package onnxexport

// Int8Precision is the metadata's word for a file in QDQ form.
const Int8Precision = "int8"

// Quantization says how an int8 file was made, and how far it is from the float
// model that it was made from.
type Quantization struct {
	Activations string   `json:"activations"` // int8 | uint8; weights are int8
	Method      string   `json:"method"`      // of the calibration
	Images      int      `json:"images"`      // of the calibration
	Data        string   `json:"data"`        // of the calibration
	ReduceRange bool     `json:"reduce_range,omitempty"`
	Float       []string `json:"float,omitempty"` // layers left in float

	Compared   int     `json:"compared"`   // images on which both were run
	SameClass  int     `json:"same_class"` // of them
	MaxAbsDiff float64 `json:"max_abs_diff"`
	SQNR       float64 `json:"sqnr_db"`
	FloatTop1  float64 `json:"float_top1,omitempty"` // accuracy before, on the images of Accuracy
	// FloatWeights is the WeightsDigest of the float model.
	FloatWeights string `json:"float_weights_sha256"`
}
