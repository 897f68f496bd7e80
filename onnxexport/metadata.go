package onnxexport

import (
	"encoding/json"
	"fmt"
	"slices"

	"fbnas/dataset"
	"fbnas/internal/fault"
	"fbnas/onnx"
)

// Metadata is what an exported file states about itself in metadata_props: texts
// as they are, everything else as JSON; absent values are left out.
type Metadata struct {
	Tool          string                 // tool: "fbnas 1.0"
	Architecture  string                 // architecture: the content of arch.yaml
	Preprocessing *dataset.Preprocessing // preprocessing: of each image, then [N,C,H,W]
	Classes       []string               // classes: their names, at the index of their logit
	Accuracy      *Accuracy              // accuracy
	Data          string                 // data_sha256: dataset.Manifest's digest of the images that it was trained on
	Latency       *Latency               // latency
	Parity        *Parity                // parity: how much the file differs from the training engine
	Seed          *uint64                // seed: of random weights
	Quantization  *Quantization          // quantization: of an int8 file
	// Set by Export.
	Input     string // input: PixelsNHWC; absent, it is FloatNCHW
	Precision string // precision: HalfPrecision, or Int8Precision, which quantisation sets; absent, it is float32
	Weights   string // weights_sha256: WeightsDigest
}

// state sets the fields that follow from the written model.
func (md *Metadata) state(m *onnx.Model, f Form) {
	md.Input, md.Precision, md.Weights = "", "", WeightsDigest(m)
	if f.Input != FloatNCHW {
		md.Input = f.Input
	}
	if f.Half {
		md.Precision = HalfPrecision
	}
}

// Accuracy is measured on test images; Top1 is a fraction.
type Accuracy struct {
	Top1   float64 `json:"top1"`
	Images int     `json:"images"`
	Data   string  `json:"data"`
}

// Latency is a prediction, a measurement, or both. Device and Runtime are those
// of the measurement if there is one: a search's prediction is for the
// device of its table, which the digest identifies.
type Latency struct {
	Device      string  `json:"device"`
	Runtime     string  `json:"runtime"`
	Table       string  `json:"table,omitempty"` // digest of the latency table
	PredictedUS float64 `json:"predicted_us,omitempty"`
	ErrorUS     float64 `json:"error_us,omitempty"` // expected error of the prediction
	// ErrorOrigin says what the error is from: validated, leave_one_out, or none if
	// it is unknown; "" in files of older versions.
	ErrorOrigin string `json:"error_origin,omitempty"`
	Rows        int    `json:"rows,omitempty"` // rows of the table that the prediction adds up
	// PredictedRows is the number of rows that were predicted from others, not measured.
	PredictedRows int     `json:"predicted_rows,omitempty"`
	MeasuredUS    float64 `json:"measured_us,omitempty"`
}

// entry is one key of metadata_props; value points into a Metadata.
type entry struct {
	key   string
	value any
	empty bool
}

func (md *Metadata) entries() []entry {
	return []entry{
		{"tool", &md.Tool, md.Tool == ""},
		{"architecture", &md.Architecture, md.Architecture == ""},
		{"preprocessing", &md.Preprocessing, md.Preprocessing == nil},
		{"classes", &md.Classes, md.Classes == nil},
		{"accuracy", &md.Accuracy, md.Accuracy == nil},
		{"data_sha256", &md.Data, md.Data == ""},
		{"latency", &md.Latency, md.Latency == nil},
		{"parity", &md.Parity, md.Parity == nil},
		{"seed", &md.Seed, md.Seed == nil},
		{"quantization", &md.Quantization, md.Quantization == nil},
		{"input", &md.Input, md.Input == ""},
		{"precision", &md.Precision, md.Precision == ""},
		{weightsKey, &md.Weights, md.Weights == ""},
	}
}

// weightsKey is the entry that every exported file has.
const weightsKey = "weights_sha256"

// Store replaces m's metadata. Foreign keys stay, after ours.
func (md *Metadata) Store(m *onnx.Model) error {
	var keys, values []string
	ours := map[string]bool{}
	for _, e := range md.entries() {
		ours[e.key] = true
		if e.empty {
			continue
		}
		text, err := e.encode()
		if err != nil {
			return fmt.Errorf("metadata %s: %w", e.key, err)
		}
		keys, values = append(keys, e.key), append(values, text)
	}
	for _, p := range m.Proto.MetadataProps {
		if !ours[p.GetKey()] {
			keys, values = append(keys, p.GetKey()), append(values, p.GetValue())
		}
	}
	return declare(m, func(b *onnx.Builder) {
		for i, key := range keys {
			b.Metadata(key, values[i])
		}
	})
}

func (e entry) encode() (string, error) {
	if text, ok := e.value.(*string); ok {
		return *text, nil
	}
	data, err := json.Marshal(e.value)
	return string(data), err
}

// Limits of what is read: a file may come from anybody.
const (
	maxEntry   = 1 << 20 // bytes
	maxClasses = 1 << 16
	maxSide    = 1 << 14 // of an image, in pixels
)

// ReadMetadata reads what an exported file states about itself. A file from
// another program, which does not state the digest of its weights, gives the zero
// value: it may use the same keys with another meaning. The error lists every
// entry that is not in the form that Export writes.
func ReadMetadata(m *onnx.Model) (Metadata, error) {
	var md Metadata
	var problems []error
	props := m.Metadata()
	if props[weightsKey] == "" {
		return md, nil
	}
	for _, e := range md.entries() {
		if text, ok := props[e.key]; ok {
			if err := e.decode(text); err != nil {
				problems = append(problems, fmt.Errorf("metadata %s: %w", e.key, err))
			}
		}
	}
	if problems = append(problems, md.problems()...); len(problems) > 0 {
		return Metadata{}, fault.Join(problems)
	}
	return md, nil
}

func (e entry) decode(text string) error {
	if len(text) > maxEntry {
		return fmt.Errorf("%d bytes, at most %d are read", len(text), maxEntry)
	}
	if field, isText := e.value.(*string); isText {
		*field = text
		return nil
	}
	return json.Unmarshal([]byte(text), e.value)
}

// problems lists values that no export has.
func (md *Metadata) problems() []error {
	var all []error
	if p := md.Preprocessing; p != nil && !valid(p) {
		all = append(all, fmt.Errorf("metadata preprocessing: %d means and %d deviations for %d channels of %dx%d",
			len(p.Mean), len(p.Std), p.Channels, p.Height, p.Width))
	}
	if n := len(md.Classes); n > maxClasses {
		all = append(all, fmt.Errorf("metadata classes: %d names, at most %d are read", n, maxClasses))
	}
	if !slices.Contains([]string{"", FloatNCHW, PixelsNHWC}, md.Input) {
		all = append(all, fmt.Errorf("metadata input: %.40q is not known", md.Input))
	}
	if !slices.Contains([]string{"", HalfPrecision, Int8Precision}, md.Precision) {
		all = append(all, fmt.Errorf("metadata precision: %.40q is not known", md.Precision))
	}
	return all
}

func valid(p *dataset.Preprocessing) bool {
	return p.Channels > 0 && p.Height > 0 && p.Width > 0 && max(p.Height, p.Width) <= maxSide &&
		len(p.Mean) == p.Channels && len(p.Std) == p.Channels && p.Pictures >= 0 && !slices.Contains(p.Std, 0)
}
