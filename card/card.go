package card

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"fbnas/internal/text"
	"fbnas/onnxexport"
)

// Card is the content of a model card. Parts that are nil and figures that are 0
// or "" are unknown and left out.
type Card struct {
	Name string // of the network
	File File
	// Metadata is the file's metadata.
	Metadata onnxexport.Metadata
	// Parity of the file, or of the float file that an int8 file was made from.
	Parity *onnxexport.Parity
	// Data is the data set that the network was trained on, for this number of Epochs
	// from random weights.
	Data         string
	Epochs       int
	MACs, Params int64
	Search       *Search
	Int8         *Int8  // nil for float files
	Licence      string // of the weights, as stated by the person who trained them; "" is shown as not stated
	Blocks       []Block
}

// File is the file that the card lies beside.
type File struct {
	Name      string // base name
	Labels    string // base name of the file beside it that names the classes
	Bytes     int64
	IRVersion int
	Form      onnxexport.Form
}

// Search is how the architecture was found.
type Search struct {
	Space              string
	Log10Architectures float64
	TargetUS, LimitUS  float64
	Precision          string // of the files that these figures are for; "": float32
	Seed               uint64
}

// Int8 has the figures of the float file that the quantised file was compared with, timed
// on the same device in the same rounds.
type Int8 struct {
	FloatBytes     int64
	FloatLatencyUS float64
	Warnings       []string
}

// Input is the file's input.
func (c Card) Input() Input {
	in := Input{Form: c.File.Form}
	if p := c.Metadata.Preprocessing; p != nil {
		in.Preprocessing = *p
	}
	return in
}

//go:embed card.md
var cardText string

var cardTemplate = template.Must(template.New("card").Funcs(template.FuncMap{
	"latency": text.Latency, "inline": inline, "floats": floats, "table": markdown, "list": text.List[string],
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

// Architecture is the table of the blocks, nil if there are none.
func (c Card) Architecture() *text.Table {
	if len(c.Blocks) == 0 {
		return nil
	}
	return BlockTable(c.Blocks)
}

// Labels names the classes, only the first few if there are many.
func (c Card) Labels() string {
	const most = 20
	names := c.Metadata.Classes
	if len(names) > most {
		names = names[:most]
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%d %s", i, inline(name))
	}
	text := strings.Join(quoted, ", ")
	if len(names) < len(c.Metadata.Classes) {
		text += ", …"
	}
	return text
}

// inline escapes foreign text for a line of Markdown.
var inline = strings.NewReplacer(
	"\n", " ", "\r", " ", `\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", "&", "&amp;", "|", `\|`, "#", `\#`,
).Replace

func markdown(t *text.Table) (string, error) {
	var out strings.Builder
	err := t.WriteMarkdown(&out)
	return out.String(), err
}
