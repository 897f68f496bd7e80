package main

import (
	"strings"
	"testing"

	"fbnas/job"
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
