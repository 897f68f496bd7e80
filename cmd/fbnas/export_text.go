package main

import (
	"fmt"
	"io"

	"fbnas/internal/text"
	"fbnas/job"
)

func exportText(w io.Writer, r *job.ExportResult) error {
	if r.Bytes == 0 { // refused
		return writeFacts(w, fact{"parity", r.ParityInfo})
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
		{"input", fmt.Sprintf("%s, %s", r.Input, batchText(r))},
		{"weights", weights},
		{"network", fmt.Sprintf("%s params, %s MACs", text.Count(r.Params), text.Count(r.MACs))},
		{"parity", r.ParityInfo},
	}
	if r.PredictedUS != nil {
		facts = append(facts, fact{"predicted", text.Latency(*r.PredictedUS) + " " + plusMinus(r.ErrorUS) + withNote(r.Note())})
	}
	if r.MeasuredUS != nil && r.Int8 == nil {
		facts = append(facts, fact{"measured", text.Latency(*r.MeasuredUS)})
	}
	if r.Int8 != nil {
		facts = append(facts, int8Facts(*r.Int8, r.Bytes)...)
	}
	if r.Labels != nil {
		facts = append(facts, fact{"class names", *r.Labels})
	}
	if r.Card != nil {
		facts = append(facts, fact{"model card", *r.Card})
	}
	return writeFacts(w, facts...)
}

// withNote appends a note to a figure.
func withNote(note string) string {
	if note == "" {
		return ""
	}
	return "; " + note
}

func batchText(r *job.ExportResult) string {
	switch {
	case r.Batch == nil:
		return "any number of images"
	case *r.Batch == 1:
		return "one image"
	}
	return fmt.Sprintf("%d images", *r.Batch)
}

// saturationText says how saturation was measured, and what follows from it.
func saturationText(i job.Int8Result) string {
	switch {
	case i.Saturation == nil:
		return ""
	case i.WeightBits == 7:
		return i.Saturation.String() + "; so weights have 7 bits"
	}
	return i.Saturation.String()
}

// int8Facts are the lines of an int8 export, with the figures before and after.
func int8Facts(i job.Int8Result, bytes int64) []fact {
	on := "random inputs"
	if i.Calibration != nil {
		on = "training images of " + *i.Calibration
	}
	facts := []fact{
		{"int8", fmt.Sprintf("activations in %s, weights of %d bits for each channel; %s of %d %s", i.Activations, i.WeightBits, i.Method, i.Images, on)},
		{"left in float", text.List(i.Float)},
		{"saturation", saturationText(i)},
		{"agreement", fmt.Sprintf("same class for %d of %d inputs; logits differ by at most %.2g, SQNR %.1f dB", i.Agreement.SameClass, i.Agreement.Images, i.Agreement.MaxAbsDiff, i.Agreement.SQNR)},
	}
	if i.Top1 != nil {
		facts = append(facts, fact{"accuracy", fmt.Sprintf("%s in float, %s in int8 (%+.2f ± %.2f points) of %d test images",
			text.Percent(*i.FloatTop1), text.Percent(*i.Top1), 100*(*i.Top1-*i.FloatTop1), 100**i.Top1Error, i.TestImages)})
	}
	facts = append(facts,
		fact{"latency", fmt.Sprintf("%s in float, %s in int8 (%s) on %s", text.Latency(i.FloatLatencyUS), text.Latency(i.LatencyUS),
			text.Change(i.LatencyUS, i.FloatLatencyUS), i.Device.Name)},
		fact{"size", fmt.Sprintf("%s in float, %s in int8", text.Bytes(i.FloatBytes), text.Bytes(bytes))})
	return facts
}
