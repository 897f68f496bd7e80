package job

import (
	"context"
	"encoding/json"
	"strings"

	"fbnas/latency"
	"fbnas/lut"
	"fbnas/profile"
)

// TableInfo is the document of fbnas lut show.
type TableInfo struct {
	Path        string            `json:"path"`
	Finished    bool              `json:"finished"`
	Tool        string            `json:"tool"`
	Rows        int               `json:"rows"`
	Kinds       []KindInfo        `json:"kinds"`
	Space       lut.SpaceID       `json:"space"`
	Also        []lut.SpaceID     `json:"also"`
	Device      latency.Device    `json:"device"`
	Runtime     string            `json:"runtime"`
	Condition   latency.Condition `json:"condition"`
	Protocol    lut.Protocol      `json:"protocol"`
	CallShare   float64           `json:"call_cost_share"` // the agent's overhead as a fraction of the median row
	Sentinel    lut.Sentinel      `json:"sentinel"`
	Reference   *lut.Sentinel     `json:"reference"`    // what networks are timed beside; null: the sentinel
	DefaultMode *lut.DefaultMode  `json:"default_mode"` // of a phone in fixed-performance mode; null elsewhere
	Course      *latency.Course   `json:"course"`       // the device's state over time; null where it reports nothing
	Noisy       *string           `json:"noisy"`
	Calibration *CalibrationInfo  `json:"calibration"`
	Validation  *ValidationInfo   `json:"validation"`
	Certainty   lut.Certainty     `json:"certainty"`
	Age         profile.Age       `json:"stale_rows"` // rows whose graph differs from what this fbnas exports
	Predictions []PredictionInfo  `json:"predictions"`
	CSV         *string           `json:"csv"` // the rows; null unless asked for
}

// KindInfo describes the rows of one kind of block.
type KindInfo struct {
	Kind      string  `json:"kind"`
	OK        int     `json:"ok"`
	Failed    int     `json:"failed"`
	Predicted int     `json:"predicted"`
	MinUS     float64 `json:"min_us"`
	MaxUS     float64 `json:"max_us"`
	Error     float64 `json:"error"` // mean standard error, as a fraction
}

// ShowTable describes the table in a file and where it comes from; with csv it
// adds the rows as comma-separated values.
func ShowTable(ctx context.Context, env *Env, path string, csv bool) (*TableInfo, error) {
	t, age, err := lookAtTable(ctx, env, path, lut.Read)
	if err != nil {
		return nil, err
	}
	r := describeTable(t)
	r.Age = age
	if !csv {
		return r, nil
	}
	var rows strings.Builder
	if err := t.WriteCSV(&rows); err != nil {
		return nil, err
	}
	r.CSV = new(rows.String())
	return r, nil
}

func describeTable(t *lut.Table) *TableInfo {
	h := t.Header
	r := &TableInfo{
		Path: t.Path, Finished: t.Finished(), Tool: h.Tool, Rows: len(t.Rows()), Kinds: []KindInfo{},
		Space: h.Space, Also: append([]lut.SpaceID{}, h.Also...), Device: h.Device, Runtime: h.Condition.Runtime, Condition: h.Condition,
		Protocol: h.Protocol, CallShare: t.CallShare(), Sentinel: h.Sentinel, Noisy: orNull(h.Noisy),
		DefaultMode: h.DefaultMode, Course: h.Course,
		Calibration: calibrationOf(t.Calibration), Validation: validationOf(t.Validation),
		Certainty: t.Certainty(), Predictions: predictionsOf(t),
	}
	if ref := h.Reference; ref != nil {
		r.Reference = &lut.Sentinel{Name: ref.Name, Digest: ref.Digest, TimeUS: ref.TimeUS}
	}
	for _, k := range t.Kinds() {
		r.Kinds = append(r.Kinds, KindInfo{string(k.Kind), k.OK, k.Failed, k.Predicted, k.MinUS, k.MaxUS, k.Error})
	}
	return r
}

// SchemaResult is the document of fbnas lut schema.
type SchemaResult struct {
	Schema json.RawMessage `json:"json_schema"`
}

// TableSchema is the JSON Schema of a line of a table's file.
func TableSchema() *SchemaResult { return &SchemaResult{lut.Schema()} }
