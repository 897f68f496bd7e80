package card

import (
	"fmt"
	"strings"

	"fbnas/dataset"
	"fbnas/onnxexport"
)

// Input is the file's input: images with a preprocessing, or
// pixels, to which the file applies it itself.
type Input struct {
	dataset.Preprocessing
	onnxexport.Form
}

// Grey reports whether pictures are read in one channel.
func (in Input) Grey() bool { return in.Channels == 1 }

// Pixels reports whether the file takes Height × Width × Channels bytes.
func (in Input) Pixels() bool { return in.Form.Input == onnxexport.PixelsNHWC }

// Any reports whether the file takes any number of images at once.
func (in Input) Any() bool { return in.Batch == onnxexport.AnyBatch }

// Images is the number of images that the file takes at once, as part of a shape.
func (in Input) Images() string {
	if in.Any() {
		return "N"
	}
	return fmt.Sprint(max(in.Batch, 1))
}

// floats writes numbers as a list that Python, Kotlin and Go can all read in
// their brackets.
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
