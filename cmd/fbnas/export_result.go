package main

import (
	"cmp"
	"fmt"
	"io"
	"os"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/models"
	"fbnas/onnxexport"
)

// exportResult is the file that was written; where the comparison fails, none
// was, and the figures say by how much.
type exportResult struct {
	Path        string   `json:"path"`
	From        *string  `json:"from"` // the weights; null for random ones
	Bytes       int64    `json:"bytes"`
	MACs        int64    `json:"macs"`
	Params      int64    `json:"params"`
	Opset       int64    `json:"opset"`
	IRVersion   int64    `json:"ir_version"`
	Nodes       int      `json:"nodes"`
	Batch       *int     `json:"batch"`     // null: any number of images
	Input       string   `json:"input"`     // float32-nchw or uint8-nhwc
	Precision   string   `json:"precision"` // of the weights: fp32, fp16 or int8
	PredictedUS *float64 `json:"predicted_us"`
	ErrorUS     *float64 `json:"error_us"`       // to be expected of it; null: not known
	ErrorOrigin *string  `json:"error_origin"`   // what it is from: validated, leave_one_out, none
	Predicted   *int     `json:"predicted_rows"` // of the table's rows that it adds up
	MeasuredUS  *float64 `json:"latency_us"`     // on --device; null where it was not timed
	Labels      *string  `json:"labels"`
	Card        *string  `json:"card"` // null for random weights: there is nothing to say
	Seconds     float64  `json:"seconds"`
	// Int8 compares an int8 file with the float model that it was made from,
	// whose parity is given; null for float files.
	Int8 *int8Info `json:"int8"`
	parityInfo
}

// describe fills in the figures of the written file, and writes its card where
// there is something to say.
func (r *exportResult) describe(f onnxexport.File, t job.Model, from *origin, licence string) error {
	info, err := os.Stat(r.Path)
	if err != nil {
		return err
	}
	m, md := f.Model, f.Says
	form, err := onnxexport.FormOf(m, md)
	if err != nil {
		return err
	}
	n := models.Count(t.Blocks)
	r.Bytes, r.MACs, r.Params = info.Size(), n.MACs, n.Params
	r.Opset, r.IRVersion, r.Nodes = m.Opset(""), m.Proto.GetIrVersion(), len(m.Proto.GetGraph().GetNode())
	r.Input, r.Precision = form.Input, cmp.Or(md.Precision, "fp32")
	if form.Batch != onnxexport.AnyBatch {
		r.Batch = &form.Batch
	}
	r.From = orNull(t.Path)
	if l := md.Latency; l != nil && l.PredictedUS > 0 {
		r.PredictedUS, r.ErrorOrigin, r.Predicted = &l.PredictedUS, orNull(l.ErrorOrigin), &l.PredictedRows
		if l.ErrorUS > 0 {
			r.ErrorUS = &l.ErrorUS
		}
	}
	if l := md.Latency; l != nil && l.MeasuredUS > 0 {
		r.MeasuredUS = &l.MeasuredUS
	}
	if t.Classes != nil {
		r.Labels = orNull(onnxexport.LabelsPath(r.Path))
	}
	if t.Random() {
		return nil
	}
	return r.writeCard(t, md, form, from, licence)
}

func (r exportResult) Text(w io.Writer) error {
	if r.Bytes == 0 { // refused
		return writeFacts(w, fact{"parity", r.parityInfo})
	}
	weights := "random: good for timing only"
	if r.From != nil {
		weights = *r.From
	}
	if r.Precision != "fp32" {
		weights += ", stored in " + r.Precision
	}
	facts := []fact{
		{"model", fmt.Sprintf("%s (%s, %d nodes, opset %d, IR %d)", r.Path, text.Bytes(r.Bytes), r.Nodes, r.Opset, r.IRVersion)},
		{"input", fmt.Sprintf("%s, %s", r.Input, r.images())},
		{"weights", weights},
		{"network", fmt.Sprintf("%s params, %s MACs", text.Count(r.Params), text.Count(r.MACs))},
		{"parity", r.parityInfo},
	}
	if r.PredictedUS != nil {
		facts = append(facts, fact{"predicted", text.Latency(*r.PredictedUS) + " " + plusMinus(r.ErrorUS)})
	}
	if r.MeasuredUS != nil && r.Int8 == nil {
		facts = append(facts, fact{"measured", text.Latency(*r.MeasuredUS)})
	}
	if r.Int8 != nil {
		facts = append(facts, r.Int8.facts(r.Bytes)...)
	}
	if r.Labels != nil {
		facts = append(facts, fact{"class names", *r.Labels})
	}
	if r.Card != nil {
		facts = append(facts, fact{"model card", *r.Card})
	}
	return writeFacts(w, facts...)
}

func (r exportResult) images() string {
	switch {
	case r.Batch == nil:
		return "any number of images"
	case *r.Batch == 1:
		return "one image"
	}
	return fmt.Sprintf("%d images", *r.Batch)
}
