package card

import (
	"fmt"
	"strings"

	"fbnas/dataset"
	"fbnas/onnxexport"
)

// Input is what the file takes, in its form: images of a preprocessing, or
// pixels, to which the file applies it itself.
type Input struct {
	dataset.Preprocessing
	onnxexport.Form
}

// Grey tells that pictures are to be read in one channel.
func (in Input) Grey() bool { return in.Channels == 1 }

// Pixels tells that the file takes Height × Width × Channels bytes.
func (in Input) Pixels() bool { return in.Form.Input == onnxexport.PixelsNHWC }

// Any tells that the file takes any number of images at once.
func (in Input) Any() bool { return in.Batch == onnxexport.AnyBatch }

// Images says how many the file takes at once, in a shape.
func (in Input) Images() string {
	if in.Any() {
		return "N"
	}
	return fmt.Sprint(max(in.Batch, 1))
}

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
