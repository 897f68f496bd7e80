package job

import (
	"bytes"
	"strings"
	"testing"

	"fbnas/latency"
)

// TestUnsteadyLatencyOfAnExport: a figure that is not steady is told with the name
// of its model, and one that is missing is an error.
func TestUnsteadyLatencyOfAnExport(t *testing.T) {
	models := []latency.Model{{Name: "float"}, {Name: "int8"}}
	var said bytes.Buffer
	if err := telling(&said).timed(models, []latency.Result{{LatencyUS: 10}, {LatencyUS: 9, Noisy: "the clock moved"}}); err != nil {
		t.Error(err)
	}
	const want = `level=WARN msg="the latency is not steady" model=int8 reason="the clock moved"` + "\n"
	if said.String() != want {
		t.Errorf("said %q, want %q", said.String(), want)
	}
	failed := []latency.Result{{Failure: &latency.Failure{Kind: "oom", Detail: "too large"}}, {LatencyUS: 9}}
	if err := telling(&said).timed(models, failed); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("a model that did not run: %v", err)
	}
}
