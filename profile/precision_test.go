package profile

import (
	"context"
	"path/filepath"
	"testing"

	"fbnas/latency"
	"fbnas/onnx"
)

// TestInt8Plan: blocks, networks, the reference and repeated measurements all
// have the table's format, with the activations for the device's processor.
func TestInt8Plan(t *testing.T) {
	space, opts := tinySpace(t), latency.Options{Rounds: 2, Precision: latency.Int8}
	plan := NewPlan(space, 10, 1, Format{latency.Int8, "amd64"})
	var exported [][]byte
	meter := recording{byBytes{}, &exported}
	rep, err := Run(t.Context(), meter, plan, filepath.Join(t.TempDir(), "x.lut"), Options{Measure: opts})
	if err != nil {
		t.Fatal(err)
	}
	table := rep.Table
	if c := table.Header.Condition.Precision; c != latency.Int8 || table.Header.Reference == nil {
		t.Errorf("precision %q, reference %v", c, table.Header.Reference)
	}
	if _, _, err := (Session{Table: table, Meter: meter, Options: opts}).Check(t.Context(), 10); err != nil {
		t.Error(err)
	}
	draw := Draw{Space: space, Classes: 10, Purpose: Validation, Count: 10, Seed: 3}
	if _, err := (Session{Table: table, Meter: meter, Options: opts}).Remeasure(t.Context(), draw); err != nil {
		t.Error(err)
	}
	if len(exported) < 100 {
		t.Errorf("%d models were measured", len(exported))
	}
	for _, data := range exported {
		m, err := onnx.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if types, err := onnx.InferShapes(m); err != nil || types["input.quantized"].Type != onnx.Uint8 {
			t.Fatalf("%s: rounded to %v, %v", m.Name(), types["input.quantized"], err)
		}
	}
	arm := NewPlan(space, 10, 1, Format{latency.Int8, "arm64"}).Export
	float := NewPlan(space, 10, 1, Format{}).Export
	graphs := map[string]bool{}
	for _, export := range []func() (string, error){
		func() (string, error) { _, g, err := plan.Export(space.Blocks()[0]); return g, err },
		func() (string, error) { _, g, err := arm(space.Blocks()[0]); return g, err },
		func() (string, error) { _, g, err := float(space.Blocks()[0]); return g, err },
	} {
		g, err := export()
		if err != nil {
			t.Fatal(err)
		}
		graphs[g] = true
	}
	if len(graphs) != 3 {
		t.Errorf("%d different graphs for float, int8 on arm64 and on x86-64", len(graphs))
	}
}

// recording keeps the models that it measures, except the sentinel.
type recording struct {
	latency.Meter
	models *[][]byte
}

func (r recording) Measure(ctx context.Context, req latency.Request) error {
	for _, m := range req.Models {
		*r.models = append(*r.models, m.Bytes)
	}
	return r.Meter.Measure(ctx, req)
}
