package card

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"fbnas/internal/text"
	"fbnas/lut"
)

// Card is what a model card says. Parts that are nil and figures that are 0
// or "" are unknown and left out.
type Card struct {
	Name       string // of the network
	File       string // base name of the ONNX file
	LabelsFile string // base name of the file beside it that names the classes
	Tool       string // program and version
	Data       string // what it was trained on
	TestData   string // what its accuracy is of
	Input      Input
	Classes    []string
	MACs       int64
	Params     int64
	Export     *Export
	Train      *Train
	Search     *Search
	Latency    *Latency
	// Precision of the weights, where it is not float32.
	Precision string
	Int8      *Int8  // nil for float files
	Licence   string // of the weights, as the person who trained them says
	Blocks    []Block
}

// Export is the file that was written, and how it compares with the network
// that was trained.
type Export struct {
	Bytes            int64
	Opset, IRVersion int
	ParityDiff       float64
	ParityInputs     int
}

// Train is how the network was trained, and how good it is on the test images.
type Train struct {
	Top1               float64 // fraction
	TestImages, Epochs int
}

// Input is what the file takes: Batch images (0: any number) of Channels ×
// Height × Width values, each (v/255 - Mean[c]) / Std[c] of a channel of 0 to
// 255; or of Pixels, Height × Width × Channels bytes, for which it does that
// itself.
type Input struct {
	Channels, Height, Width int
	Mean, Std               []float32
	Batch                   int
	Pixels                  bool
}

// Grey tells that pictures are to be read in one channel.
func (in Input) Grey() bool { return in.Channels == 1 }

// Images says how many the file takes at once, in a shape.
func (in Input) Images() string {
	if in.Batch == 0 {
		return "N"
	}
	return fmt.Sprint(in.Batch)
}

// Search is how the architecture was found.
type Search struct {
	Space              string
	Log10Architectures float64
	TargetUS, LimitUS  float64
	Precision          string // of the files that these are of; "": float32
	Seed               uint64
}

// Latency is a prediction and a measurement, in µs.
type Latency struct {
	Device, Runtime         string
	Table                   string // name or digest of the latency table
	PredictedUS, MeasuredUS float64
	ErrorUS                 float64 // to be expected of the prediction
	ErrorOrigin             lut.Origin
	Rows, PredictedRows     int // that the prediction adds up; of them not measured
	TargetUS                float64
}

// Int8 is how a file was quantised, and what that changed.
type Int8 struct {
	Activations                   string // int8 or uint8
	WeightBits                    int
	Method, Data                  string // of the calibration
	Images                        int    // of the calibration
	Float                         string // layers left in float
	Saturation                    string // what was measured of it, a clause; "" for nothing
	Compared, SameClass           int    // inputs that both were run on
	SQNR                          float64
	FloatTop1, Top1               float64
	FloatLatencyUS, Int8LatencyUS float64
	Device                        string
	FloatBytes, Int8Bytes         int64
	Warnings                      []string
}

// Table has float and int8 side by side.
func (i Int8) Table() *text.Table {
	t := text.NewTable(text.Left(""), text.Right("float"), text.Right("int8"), text.Right("change"))
	if i.FloatTop1 > 0 {
		t.Row("top-1 accuracy", text.Percent(i.FloatTop1), text.Percent(i.Top1), fmt.Sprintf("%+.2f points", 100*(i.Top1-i.FloatTop1)))
	}
	t.Row("latency on "+inline(i.Device), text.Latency(i.FloatLatencyUS), text.Latency(i.Int8LatencyUS), text.Change(i.Int8LatencyUS, i.FloatLatencyUS))
	t.Row("size", text.Bytes(i.FloatBytes), text.Bytes(i.Int8Bytes), text.Change(float64(i.Int8Bytes), float64(i.FloatBytes)))
	return t
}

//go:embed card.md
var cardText string

var cardTemplate = template.Must(template.New("card").Funcs(template.FuncMap{
	"latency": text.Latency, "inline": inline, "floats": floats, "table": markdown,
	"power": func(x float64) string { return fmt.Sprintf("10^%.1f", x) },
}).Parse(cardText))

// Write writes the card as Markdown, to lie beside the model.
func (c Card) Write(w io.Writer) error {
	var out bytes.Buffer
	if err := cardTemplate.Execute(&out, c); err != nil {
		return fmt.Errorf("model card: %w", err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// Facts are the known figures, ready for Markdown.
func (c Card) Facts() []text.Fact {
	var s text.Facts
	if t := c.Train; t != nil && t.Top1 > 0 {
		s.Add("top-1 accuracy", text.Percent(t.Top1)+optional(" of %s test images", text.Known(t.TestImages, text.Grouped))+optional(" (%s)", inline(c.TestData)))
	}
	if l := c.Latency; l != nil {
		if l.MeasuredUS > 0 {
			s.Add("latency, measured", text.Latency(l.MeasuredUS)+optional(" on %s", inline(l.Device))+optional(", %s", inline(l.Runtime)))
		}
		if l.PredictedUS > 0 {
			s.Add("latency, predicted", text.Latency(l.PredictedUS)+optional(" ± %s", text.Known(l.ErrorUS, text.Latency))+
				optional(" by the table %s", inline(l.Table))+l.doubt())
		}
		s.Add("limit", text.Known(l.TargetUS, text.Latency))
	}
	s.Add("multiply-accumulates", text.Known(c.MACs, text.Count))
	s.Add("parameters", text.Known(c.Params, text.Count))
	if e := c.Export; e != nil {
		s.Add("file", optional("%s", inline(c.File))+optional(", %s", text.Known(e.Bytes, text.Bytes)))
		if e.Opset > 0 {
			s.Add("format", fmt.Sprintf("ONNX, opset %d, IR %d", e.Opset, e.IRVersion)+optional(", weights in %s", inline(c.Precision)))
		}
	}
	return s
}

// doubt says what a prediction's error is from, and that it rests on others.
func (l Latency) doubt() string {
	doubt := origins[l.ErrorOrigin]
	if l.PredictedRows > 0 {
		doubt += fmt.Sprintf("; %d of its %d rows were not measured, but predicted from others", l.PredictedRows, l.Rows)
	}
	return doubt
}

// origins say what the error of a prediction is from; runs and files of older
// versions do not tell.
var origins = map[lut.Origin]string{
	lut.Validated:   ", validated with networks that did not calibrate it",
	lut.LeaveOneOut: ", by leaving networks out of its calibration, not validated",
	lut.None:        ", with an error that is not known",
}

// optional formats what is known, and is empty otherwise.
func optional(format, value string) string {
	if value == "" || value == text.Absent {
		return ""
	}
	return fmt.Sprintf(format, value)
}

// Architecture is the table of the blocks, nil without any.
func (c Card) Architecture() *text.Table {
	if len(c.Blocks) == 0 {
		return nil
	}
	return BlockTable(c.Blocks)
}

// Labels names the classes, the first few where there are many.
func (c Card) Labels() string {
	const most = 20
	names := c.Classes
	if len(names) > most {
		names = names[:most]
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%d %s", i, inline(name))
	}
	text := strings.Join(quoted, ", ")
	if len(names) < len(c.Classes) {
		text += ", …"
	}
	return text
}

// inline makes text from elsewhere harmless in a line of Markdown.
var inline = strings.NewReplacer(
	"\n", " ", "\r", " ", `\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", "&", "&amp;", "|", `\|`, "#", `\#`,
).Replace

// floats writes numbers as a list that Python, Kotlin and Go all read once
// brackets stand around it.
func floats(xs []float32, suffix string) string {
	texts := make([]string, len(xs))
	for i, x := range xs {
		texts[i] = fmt.Sprintf("%.6g", x)
		if !strings.ContainsAny(texts[i], ".e") {
			texts[i] += ".0"
		}
		texts[i] += suffix
	}
	return strings.Join(texts, ", ")
}

func markdown(t *text.Table) (string, error) {
	var out strings.Builder
	err := t.WriteMarkdown(&out)
	return out.String(), err
}
