package main

import (
	"math"
	"strings"
	"testing"
)

// measured are rows of the relu network with ratios to PyTorch, one for each cell.
func measured(p plan, ratios ...float64) (all []row, results []result) {
	all = p.rows()
	for _, r := range all {
		if reluCells.has(r) && len(results) < len(ratios) {
			results = append(results, result{r, line{"ratio_to_best_torch": ratios[len(results)], "others_busy_cores": float64(len(results))}})
		}
	}
	return all, results
}

func TestVerdict(t *testing.T) {
	reference := target{"relu", []cellsOf{reluCells}, "ratio_to_best_torch", 0.85, 1.1}
	tests := []struct {
		name    string
		ratios  []float64
		want    float64
		missing int
		holds   bool
	}{
		{"all equal", []float64{0.8, 0.8, 0.8, 0.8}, 0.8, 0, true},
		{"the mean is geometric", []float64{0.5, 0.5, 1.0, 1.0}, math.Sqrt(0.5), 0, true},
		{"mean too large", []float64{0.9, 0.9, 0.9, 0.9}, 0.9, 0, false},
		{"one cell too large", []float64{0.5, 0.5, 0.5, 1.2}, 0.6223, 0, false},
		{"a cell is missing", []float64{0.5, 0.5, 0.5}, 0.5, 1, false},
	}
	for _, tt := range tests {
		all, results := measured(plan{}, tt.ratios...)
		l := reference.verdict(all, results)
		if got := l["geometric_mean"].(float64); math.Abs(got-tt.want) > 1e-4 {
			t.Errorf("%s: geometric mean %v, want %v", tt.name, got, tt.want)
		}
		if l["cells_missing"] != tt.missing || l["holds"] != tt.holds {
			t.Errorf("%s: %v", tt.name, l)
		}
	}
	all, results := measured(plan{}, 0.5, 0.5, 1.2, 0.5)
	if l := reference.verdict(all, results); l["worst"] != 1.2 || l["worst_cell"] != results[2].row.title() || l["others_busy_cores"] != 3.0 {
		t.Errorf("worst and busiest cell: %v", l)
	}
	if l := reference.verdict(all, nil); l != nil {
		t.Errorf("of nothing: %v", l)
	}
}

// TestTargetsHaveTheirCells: a renamed figure or setting would leave a target
// without rows, and silent.
func TestTargetsHaveTheirCells(t *testing.T) {
	rows := plan{pairs: 1, steps: 1}.rows()
	for _, tt := range targets {
		cells := 0
		for _, r := range rows {
			if !tt.has(r) {
				continue
			}
			cells++
			found := false
			for _, d := range r.derived {
				found = found || d.name == tt.figure
			}
			if !found {
				t.Errorf("%s: %q has no %s", tt.name, r.title(), tt.figure)
			}
		}
		switch {
		case strings.HasPrefix(tt.name, "step time") && cells != 4,
			strings.HasPrefix(tt.name, "peak memory to PyTorch's") && cells != 12,
			cells == 0:
			t.Errorf("%s: %d cells", tt.name, cells)
		}
	}
}

func TestPage(t *testing.T) {
	text := `{"bench":"environment","cores":2,"processor":"a|b"}
{"bench":"start","batch":64,"first_step_s":0.5,"auto":{"median_ms":3,"peak_rss_mb":9,"import_rss_mb":4}}
{"bench":"start","batch":128,"first_step_s":0.25}
{"bench":"target","target":"x","holds":false,"geometric_mean":1}
{"bench":"start","error":"a|b"}
`
	lines, err := readLines(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := page(&out, lines); err != nil {
		t.Fatal(err)
	}
	rest := out.String()
	for _, want := range []string{ // in this order
		"# Performance\n", "- cores: 2\n- processor: a\\|b\n",
		"## Targets\n", "| target | geometric mean | holds |\n| --- | --- | --- |\n| x | 1 | no |\n",
		"    make bench BENCH='-only \"^start \"'\n\n| batch | first step s | auto |\n| --- | --- | --- |\n| 64 | 0.5 | 3 ms, 9 MB (4) |\n| 128 | 0.25 |  |\n",
		"## Failed\n\n| bench | error |\n| --- | --- |\n| start | a\\|b |\n", "## Not measured here\n",
	} {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("%q is missing in %q", want, rest)
		}
		rest = after
	}
	for _, bad := range []string{"{", `{"bench":"unknown"}`} {
		lines, err := readLines(strings.NewReader(bad))
		if err == nil {
			err = page(&out, lines)
		}
		if err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}
