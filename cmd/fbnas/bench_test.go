package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/job"
	"fbnas/latency"
)

// emulated is a meter on an emulator.
type emulated struct{ latency.Meter }

func (emulated) Identity(context.Context, latency.Options) (latency.Device, latency.Condition, error) {
	return latency.Device{Model: latency.DeviceModel{SoC: "emulated", Emulator: "qemu-aarch64 7"}}, latency.Condition{}, nil
}

// A recording's times are marked.
func TestBenchOfARecording(t *testing.T) {
	d := job.DeviceOf("replay:x", latency.Device{Replayed: true})
	if note := (benchModel{}).note(d); note != "replayed: measured earlier" {
		t.Errorf("noted %q", note)
	}
	if doc, err := json.Marshal(benchResult{Device: d}); err != nil || !strings.Contains(string(doc), `"replayed":true`) {
		t.Errorf("%v: %s", err, doc)
	}
}

// An emulator's times are refused, and marked where they are asked for.
func TestBenchOfAnEmulator(t *testing.T) {
	d, _, err := job.Genuine{Meter: emulated{}}.Identity(t.Context(), latency.Options{})
	if fault.ExitCode(err) != 2 || !strings.Contains(err.Error(), "qemu-aarch64 7") || !strings.Contains(fault.HintOf(err), "--force") {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
	r := benchResult{Device: job.DeviceOf("qemu", d), Models: []benchModel{{Path: "a.onnx"}}}
	var text strings.Builder
	if err := r.Text(&text); err != nil || !strings.Contains(text.String(), "emulated: says nothing about times") {
		t.Errorf("%v: %s", err, text.String())
	}
	if doc, err := json.Marshal(r); err != nil || !strings.Contains(string(doc), `"emulator":"qemu-aarch64 7"`) {
		t.Errorf("%v: %s", err, doc)
	}
}
