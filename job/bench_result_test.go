package job

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fbnas/internal/fault"
	"fbnas/latency"
)

// TestVerdict: what does not run comes before what is too slow, with a hint for
// what is not an ONNX file.
func TestVerdict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "small.yaml")
	if err := os.WriteFile(path, []byte("name: x"), 0o666); err != nil {
		t.Fatal(err)
	}
	yaml, err := readBenchFile(path, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	model := benchFile{path: "a.onnx"}
	refused := latency.Result{Failure: &latency.Failure{Kind: "create", Detail: "protobuf parsing failed"}}
	target := new(time.Millisecond)
	for _, c := range []struct {
		name       string
		file       benchFile
		result     latency.Result
		code       fault.Code
		text, hint string
	}{
		{"no ONNX file", yaml, refused, fault.Failure, "small.yaml: create: protobuf parsing failed", "small.yaml is not one, or was cut off"},
		{"a model that is refused", model, refused, fault.Failure, "a.onnx: create: protobuf parsing failed", ""},
		{"slow", model, latency.Result{LatencyUS: 1001}, fault.Target, "a.onnx takes 1.00 ms, the target is 1.00 ms", "raise this one"},
		{"as fast as asked", model, latency.Result{LatencyUS: 1000}, "", "", ""},
	} {
		slow := benchOf(model, latency.Result{LatencyUS: 2000}, target, "cpu")
		r := &BenchResult{Models: []BenchModel{benchOf(c.file, c.result, target, "cpu")}}
		if c.code == fault.Failure {
			r.Models = append([]BenchModel{slow}, r.Models...)
		}
		err := r.verdict()
		if c.code == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if hint := fault.HintOf(err); fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.text) || !strings.Contains(hint, c.hint) || c.hint == "" && hint != "" {
			t.Errorf("%s: %v (hint %q)", c.name, err, hint)
		}
	}
}

// TestTargetOfAnotherMode: a target is meant in default mode, and it is said where
// it is held against the other one.
func TestTargetOfAnotherMode(t *testing.T) {
	target := new(time.Millisecond)
	for _, c := range []struct {
		target *time.Duration
		mode   string
		said   bool
	}{
		{target, latency.FixedOn, true}, {target, latency.FixedOff, false}, {target, latency.FixedUnsupported, false}, {nil, latency.FixedOn, false},
	} {
		if got := (BenchOptions{Target: c.target}).doubt(c.mode); strings.Contains(got, "an app runs in default mode") != c.said || (got == "") == c.said {
			t.Errorf("%v in %s: %q", c.target, c.mode, got)
		}
	}
}
