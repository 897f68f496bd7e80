package report

import (
	"fbnas/card"
	"fbnas/latency/stats"
	"fbnas/lut"
	"fbnas/search"
)

// Report is the content of one page. Every part may be missing, and a figure that
// is 0 or "" is unknown. Its JSON form is the summary.json of a whole
// pipeline; it lacks the curves, which are read from the runs.
type Report struct {
	Title    string        `json:"title,omitempty"`
	Tool     string        `json:"tool,omitempty"`    // program and version
	Created  string        `json:"created,omitempty"` // date, in the form to be printed
	Search   *Search       `json:"search,omitempty"`
	Networks []Network     `json:"networks,omitempty"` // the found one first, then those to compare with it
	Table    *LatencyTable `json:"table,omitempty"`
	Stages   []Stage       `json:"stages,omitempty"`
	Settings []File        `json:"-"`
}

// Search says how architectures were searched for.
type Search struct {
	Space              string   `json:"space,omitempty"`
	Log10Architectures float64  `json:"log10_architectures"`
	SmallestUS         float64  `json:"smallest_us"` // possible in the space
	LargestUS          float64  `json:"largest_us"`
	Results            []Result `json:"results"` // one for each target
	Choices            []Choice `json:"choices,omitempty"`
	Epochs             int      `json:"epochs"`
	Seconds            float64  `json:"seconds"`
	Seed               uint64   `json:"seed"`
	Warnings           []string `json:"warnings,omitempty"`
	// Certainty is that of the table; nil in runs of older versions.
	Certainty *lut.Certainty `json:"certainty,omitempty"`

	Loss, ChoiceLoss []Point `json:"-"` // of weight steps and of choice steps
	Accuracy         []Point `json:"-"` // fractions
	Temperature      []Point `json:"-"`
	Expected, Limit  []Point `json:"-"` // µs
}

// Result is an architecture that a search derived.
type Result struct {
	search.Found
	Blocks []card.Block `json:"blocks,omitempty"`
}

// Choice is one decision of a search.
type Choice struct {
	Name    string   `json:"name"`
	Options []Option `json:"options"`
}

// Option is one outcome of a choice, with its probability over the steps.
type Option struct {
	Label       string  `json:"label"` // OptionLabel writes it
	Probability []Point `json:"-"`
}

// Network is one architecture and its results.
type Network struct {
	Name        string       `json:"name"`
	Run         string       `json:"run,omitempty"`   // base name of the folder of its training
	Found       bool         `json:"found,omitempty"` // by the search
	MACs        int64        `json:"macs,omitempty"`
	Params      int64        `json:"params,omitempty"`
	PredictedUS float64      `json:"predicted_us,omitempty"`
	Blocks      []card.Block `json:"blocks,omitempty"`
	Train       *Train       `json:"train,omitempty"`
	Export      *Export      `json:"export,omitempty"`
	Bench       *Bench       `json:"bench,omitempty"`
}

// Train says how a network was trained, and how good it is on the test images.
type Train struct {
	Top1       float64 `json:"top1"` // fraction
	TestImages int     `json:"test_images"`
	Epochs     int     `json:"epochs"`
	Seconds    float64 `json:"seconds"`

	Loss, Accuracy []Point `json:"-"` // on training batches
}

// Export is the written file, and its comparison with the trained
// network.
type Export struct {
	Path         string  `json:"path"`
	Bytes        int64   `json:"bytes"`
	Opset        int     `json:"opset"`
	IRVersion    int     `json:"ir_version"`
	Nodes        int     `json:"nodes"`
	ParityDiff   float64 `json:"parity_max_abs_diff"`
	ParityInputs int     `json:"parity_inputs"`
	Top1         float64 `json:"top1,omitempty"` // of the file, on test images
	TestImages   int     `json:"test_images,omitempty"`
	// Int8Diff is the largest difference of a logit of an int8 file from the float
	// file's, on Int8Inputs images; the parity is not the int8 file's.
	Int8Diff   float64 `json:"int8_max_abs_diff,omitempty"`
	Int8Inputs int     `json:"int8_inputs,omitempty"`
}

// Bench is the measured latency of an exported file.
type Bench struct {
	Device        string  `json:"device,omitempty"`
	LatencyUS     float64 `json:"latency_us"` // normalised by the sentinel
	RawUS         float64 `json:"raw_median_us"`
	P90US         float64 `json:"p90_us"`
	SentinelRatio float64 `json:"sentinel_ratio"` // its time divided by the sentinel's in the same rounds
	PredictedUS   float64 `json:"predicted_us"`
	TargetUS      float64 `json:"target_us"`
	Rounds        int     `json:"rounds"`
	DroppedGroups int     `json:"dropped_groups"`
}

// LatencyTable is a latency table and how well it predicts whole networks.
type LatencyTable struct {
	Path       string        `json:"path,omitempty"`
	Device     string        `json:"device"`
	Condition  string        `json:"condition"`
	Space      string        `json:"space,omitempty"`
	Rows       int           `json:"rows"`
	Failed     int           `json:"failed"`
	Noisy      string        `json:"noisy,omitempty"` // why the measurement was not steady
	Validation *Validation   `json:"validation,omitempty"`
	Certainty  lut.Certainty `json:"certainty"`
	Families   []Line        `json:"-"` // latency of blocks over width, µs
}

// Validation compares predictions with measured whole networks.
type Validation struct {
	stats.Accuracy
	Pairs []Pair `json:"measured,omitempty"`
}

// Pair is one network of a validation.
type Pair struct {
	PredictedUS float64 `json:"predicted_us"`
	MeasuredUS  float64 `json:"measured_us"`
}

// Stage is a part of a pipeline and its duration.
type Stage struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// File is a small text that is shown as it is, folded.
type File struct{ Name, Text string }
