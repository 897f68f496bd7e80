package main

import (
	"fmt"
	"io"
	"os"

	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/report"
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
	PredictedUS *float64 `json:"predicted_us"`
	ErrorUS     *float64 `json:"error_us"`       // to be expected of it
	Predicted   *int     `json:"predicted_rows"` // of the table's rows that it adds up
	Labels      *string  `json:"labels"`
	Card        *string  `json:"card"` // null for random weights: there is nothing to say
	Seconds     float64  `json:"seconds"`
	parityInfo
}

// describe fills in the figures of the written file.
func (r *exportResult) describe(m *onnx.Model, t trained, md onnxexport.Metadata) error {
	info, err := os.Stat(r.Path)
	if err != nil {
		return err
	}
	n := models.Count(t.blocks)
	r.Bytes, r.MACs, r.Params = info.Size(), n.MACs, n.Params
	r.Opset, r.IRVersion, r.Nodes = m.Opset(""), m.Proto.GetIrVersion(), len(m.Proto.GetGraph().GetNode())
	r.From = orNull(t.path)
	if md.Latency != nil {
		r.PredictedUS, r.ErrorUS, r.Predicted = &md.Latency.PredictedUS, &md.Latency.ErrorUS, &md.Latency.PredictedRows
	}
	if t.Classes != nil {
		r.Labels = orNull(onnxexport.LabelsPath(r.Path))
	}
	return nil
}

func (r exportResult) Text(w io.Writer) error {
	if r.Bytes == 0 { // refused
		return writeFacts(w, fact{"parity", r.parityInfo})
	}
	weights := "random: good for timing only"
	if r.From != nil {
		weights = *r.From
	}
	facts := []fact{
		{"model", fmt.Sprintf("%s (%s, %d nodes, opset %d, IR %d)", r.Path, report.Bytes(r.Bytes), r.Nodes, r.Opset, r.IRVersion)},
		{"weights", weights},
		{"network", fmt.Sprintf("%s params, %s MACs", report.Count(r.Params), report.Count(r.MACs))},
		{"parity", r.parityInfo},
	}
	if r.PredictedUS != nil {
		facts = append(facts, fact{"predicted", fmt.Sprintf("%s ± %s", report.Latency(*r.PredictedUS), report.Latency(*r.ErrorUS))})
	}
	if r.Labels != nil {
		facts = append(facts, fact{"class names", *r.Labels})
	}
	if r.Card != nil {
		facts = append(facts, fact{"model card", *r.Card})
	}
	return writeFacts(w, facts...)
}
