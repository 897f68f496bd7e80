package main

import (
	"strings"
	"testing"

	"fbnas/job"
	"fbnas/onnxexport"
)

// A recording's times are marked, and an emulator's where they are asked for.
func TestBenchOfWhatIsNoDevice(t *testing.T) {
	for want, d := range map[string]job.DeviceInfo{
		"replayed: measured earlier":           {Replayed: true},
		"emulated: says nothing about latency": {Emulator: new("qemu-aarch64 7")},
	} {
		var text strings.Builder
		if err := benchText(&text, &job.BenchResult{Device: d, Models: []job.BenchModel{{Path: "a.onnx"}}}); err != nil || !strings.Contains(text.String(), want) {
			t.Errorf("%v: %s, want %s", err, text.String(), want)
		}
	}
}

// A prediction for a file of another form is noted as one, as export does.
func TestBenchNotesWhatAPredictionIsFor(t *testing.T) {
	m := job.BenchModel{Path: "a.onnx", Met: new(true)}
	if got := benchNote(m, job.DeviceInfo{}); got != "met" {
		t.Errorf("a file of the table's form: %q", got)
	}
	m.PredictedFor = new(onnxexport.FloatNCHW)
	if got, want := benchNote(m, job.DeviceInfo{}), "met; predicted: it is for the float32-nchw form; the conversion of pixels in this file takes additional time"; got != want {
		t.Errorf("a file that takes pixels: %q, want %q", got, want)
	}
}
