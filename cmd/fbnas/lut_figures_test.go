package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/job"
)

const predictedTable = `{"type":"header","version":1,"condition":{"precision":"fp32","batch":1}}
{"type":"prediction","kind":"ir","step":16,"align":8,"scale":0.1,"shapes":111638,` +
	`"tested":{"rows":1864,"held_out":98,"mape":0.0096,"p95_error":0.021,"max_error":0.027},` +
	`"curve":[{"rows":233,"held_out":98,"mape":0.0175,"p95_error":0.041,"max_error":0.053},` +
	`{"rows":1864,"held_out":98,"mape":0.0096,"p95_error":0.021,"max_error":0.027}]}
`

func TestShowPredictions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	if err := os.WriteFile(path, []byte(predictedTable), 0o666); err != nil {
		t.Fatal(err)
	}
	r, err := job.ShowTable(t.Context(), &job.Env{}, path, false)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := tableText(&text, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ir: 111638 shapes", "step by 16", "multiples of 8", "233 rows", "1.8 %", "1864 rows", "1.0 %", "2.7 %"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, &text)
		}
	}
}
