package card

import (
	"fmt"

	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/onnxexport"
)

// Facts are the known figures, ready for Markdown.
func (c Card) Facts() []text.Fact {
	var s text.Facts
	if a := c.Metadata.Accuracy; a != nil && a.Top1 > 0 {
		s.Add("top-1 accuracy", text.Percent(a.Top1)+optional(" of %s test images", text.Known(a.Images, text.Grouped))+optional(" (%s)", inline(a.Data)))
	}
	if l := c.Metadata.Latency; l != nil {
		if l.MeasuredUS > 0 {
			s.Add("latency, measured", text.Latency(l.MeasuredUS)+optional(" on %s", inline(l.Device))+optional(", %s", inline(l.Runtime)))
		}
		if l.PredictedUS > 0 {
			s.Add("latency, predicted", c.prediction(*l))
		}
	}
	s.Add("multiply-accumulates", text.Known(c.MACs, text.Count))
	s.Add("parameters", text.Known(c.Params, text.Count))
	s.Add("file", optional("%s", inline(c.File.Name))+optional(", %s", text.Known(c.File.Bytes, text.Bytes)))
	if opset := c.File.Form.Opset; opset > 0 {
		s.Add("format", fmt.Sprintf("ONNX, opset %d, IR %d", opset, c.File.IRVersion)+optional(", weights in %s", inline(c.Metadata.Precision)))
	}
	return s
}

// tableDigits is the number of digits shown of a table's digest.
const tableDigits = 12

func (c Card) prediction(l onnxexport.Latency) string {
	s := text.Latency(l.PredictedUS) + optional(" ± %s", text.Known(l.ErrorUS, text.Latency)) +
		optional(" by the table %s", inline(l.Table[:min(tableDigits, len(l.Table))])) + origins[lut.Origin(l.ErrorOrigin)]
	if l.PredictedRows > 0 {
		s += fmt.Sprintf("; %d of its %d rows were not measured, but predicted from others", l.PredictedRows, l.Rows)
	}
	if c.Input().Pixels() {
		s += "; " + onnxexport.PredictedForFloat
	}
	return s
}

// origins say what the error of a prediction is from; runs and files of older
// versions do not state it.
var origins = map[lut.Origin]string{
	lut.Validated:   ", validated on networks not used for its calibration",
	lut.LeaveOneOut: ", found by leaving networks out of its calibration, not validated",
	lut.None:        ", with an error that is not known",
}

// optional formats a known value, and is empty otherwise.
func optional(format, value string) string {
	if value == "" || value == text.Absent {
		return ""
	}
	return fmt.Sprintf(format, value)
}

// Before has the figures of the float and of the int8 file side by side.
func (c Card) Before() *text.Table {
	t := text.NewTable(text.Left(""), text.Right("float"), text.Right("int8"), text.Right("change"))
	if q, before, a := c.Metadata.Quantization, c.Metadata.Quantization.FloatTop1, c.Metadata.Accuracy; before > 0 && a != nil {
		t.Row("top-1 accuracy", text.Percent(before), text.Percent(a.Top1), change(a.Top1-before, q.Top1Error))
	}
	if l := c.Metadata.Latency; l != nil {
		t.Row("latency on "+inline(l.Device), text.Latency(c.Int8.FloatLatencyUS), text.Latency(l.MeasuredUS), text.Change(l.MeasuredUS, c.Int8.FloatLatencyUS))
	}
	t.Row("size", text.Bytes(c.Int8.FloatBytes), text.Bytes(c.File.Bytes), text.Change(float64(c.File.Bytes), float64(c.Int8.FloatBytes)))
	return t
}

// change is a change of accuracy, with the part that may be chance if that is known.
func change(by, chance float64) string {
	if chance == 0 {
		return fmt.Sprintf("%+.2f points", 100*by)
	}
	return fmt.Sprintf("%+.2f ± %.2f points", 100*by, 100*chance)
}
