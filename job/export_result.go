package job

import (
	"cmp"
	"os"

	"fbnas/latency"
	"fbnas/models"
	"fbnas/onnxexport"
)

// ExportResult is the document of fbnas export. If the comparison fails, no file
// is written, and the figures say by how much it failed.
type ExportResult struct {
	Path      string  `json:"path"`
	From      *string `json:"from"` // the weights; null for random ones
	Bytes     int64   `json:"bytes"`
	MACs      int64   `json:"macs"`
	Params    int64   `json:"params"`
	Opset     int64   `json:"opset"`
	IRVersion int64   `json:"ir_version"`
	Nodes     int     `json:"nodes"`
	Batch     *int    `json:"batch"`     // null: any number of images
	Input     string  `json:"input"`     // float32-nchw or uint8-nhwc
	Precision string  `json:"precision"` // of the weights: fp32, fp16 or int8
	PredictedInfo
	MeasuredUS *float64 `json:"latency_us"` // measured on --device; null where it was not timed
	Labels     *string  `json:"labels"`
	Card       *string  `json:"card"` // null for random weights, which get none
	Seconds    float64  `json:"seconds"`
	// Int8 compares an int8 file with its float model, whose parity is given;
	// null for float files.
	Int8 *Int8Result `json:"int8"`
	ParityInfo
}

// Int8Result compares an int8 file with the float model that it was made from.
type Int8Result struct {
	Activations string   `json:"activations"` // int8 or uint8
	WeightBits  int      `json:"weight_bits"` // 8, or 7 with --reduce-range
	Method      string   `json:"calibration_method"`
	Images      int      `json:"calibration_images"`
	Calibration *string  `json:"calibration"` // null: random inputs
	Float       []string `json:"float_layers"`
	FloatBytes  int64    `json:"float_bytes"`
	// Saturation of 8-bit weights, measured; null where there can be none (arm64)
	// and where 7 bits were asked for.
	Saturation *onnxexport.Saturation `json:"saturation"`

	Agreement AgreementInfo `json:"agreement"`

	FloatTop1 *float64 `json:"float_top1"` // null without data
	Top1      *float64 `json:"top1"`
	// Top1Error is how much of the change in accuracy may be chance: two standard
	// errors.
	Top1Error  *float64 `json:"top1_change_error"`
	TestImages int      `json:"test_images"`

	FloatLatencyUS float64             `json:"float_latency_us"`
	LatencyUS      float64             `json:"latency_us"`
	AgainstFloat   *latency.Comparison `json:"against_float"`
	Device         DeviceInfo          `json:"device"`

	Warnings []string `json:"warnings"`
}

// AgreementInfo says in a document how close an int8 file is to the float model.
type AgreementInfo struct {
	Images int `json:"images"` // that both were run on
	onnxexport.Agreement
}

// describe fills in the figures of the written file, and writes its card unless
// the weights are random.
func (x *export) describe() error {
	r, m, says := x.result, x.file.Model, x.file.Metadata
	info, err := os.Stat(r.Path)
	if err != nil {
		return err
	}
	form, err := onnxexport.FormOf(m, says)
	if err != nil {
		return err
	}
	n := models.Count(x.model.Blocks)
	r.Bytes, r.MACs, r.Params = info.Size(), n.MACs, n.Params
	r.Opset, r.IRVersion, r.Nodes = m.Opset(""), m.Proto.GetIrVersion(), len(m.Proto.GetGraph().GetNode())
	r.Input, r.Precision = form.Input, cmp.Or(says.Precision, "fp32")
	if form.Batch != onnxexport.AnyBatch {
		r.Batch = &form.Batch
	}
	r.From = orNull(x.model.Path)
	r.PredictedInfo = predictedInfo(x.estimate, form.Input)
	if l := says.Latency; l != nil {
		r.MeasuredUS = positiveOrNull(l.MeasuredUS)
	}
	if x.model.Classes != nil {
		r.Labels = orNull(onnxexport.LabelsPath(r.Path))
	}
	if x.model.Random() {
		x.warnOfCard()
		return nil
	}
	return x.writeCard(form)
}
