package lut_test

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"fbnas/lut"
	"fbnas/models"
)

// TestNumbersOutOfBounds: impossible numbers are refused, with line, record and
// field.
func TestNumbersOutOfBounds(t *testing.T) {
	lines := bytes.SplitAfter(small(t), []byte("\n"))
	find := func(kind string) int {
		for i, l := range lines {
			if bytes.HasPrefix(l, []byte(`{"type":"`+kind+`"`)) {
				return i
			}
		}
		t.Fatalf("no %s record", kind)
		return 0
	}
	prediction := []byte(`{"type":"prediction","kind":"ir","step":8,"align":4,"trend":{"call":1},"weights":{"in":1},"nugget":0.1,"scale":0.1,"shapes":9,` +
		`"tested":{"rows":1,"held_out":1,"mape":0,"p95_error":0,"max_error":0},"curve":[{"rows":1,"held_out":1,"mape":0,"p95_error":0,"max_error":0}]}` + "\n")
	for _, c := range []struct{ record, field, value string }{
		{"header", "time_us", "-1"}, {"header", "memory_bytes", "-1"}, {"header", "rounds", "-3"}, {"header", "batch", "-1"},
		{"row", "latency_us", "1e30"}, {"row", "latency_us", "-4"}, {"row", "latency_us", "0"}, {"row", "latency_us", "1e999"},
		{"row", "error_us", "-0.5"}, {"row", "spread_us", "1e30"}, {"row", "median_us", "0"}, {"row", "sentinel_us", "-2"},
		{"row", "kernel", "-3"}, {"row", "min_us", "-1"},
		{"calibration", "base_us", "1e30"}, {"calibration", "call_us", "-1"}, {"calibration", "element_us", "1e9"},
		{"calibration", "offset_loo_error", "-0.5"}, {"calibration", "measured_us", "0"}, {"calibration", "predicted_us", "1e30"},
		{"calibration", "left_out_us", "1e30"}, {"calibration", "sum_us", "-1"}, {"calibration", "blocks", "-1"},
		{"validation", "p95_error", "-0.5"}, {"validation", "p95_error", "1e30"}, {"validation", "p95_error", "1e999"}, {"validation", "mape", "-1"},
		{"validation", "networks", "-20"}, {"validation", "spearman", "7"}, {"validation", "within_5pct", "1.5"}, {"validation", "measured_us", "-1"},
		{"prediction", "nugget", "-1"}, {"prediction", "scale", "1e30"}, {"prediction", "p95_error", "-1"}, {"prediction", "shapes", "-1"}, {"prediction", "call", "1e30"},
	} {
		line, before := prediction, lines[:1]
		if c.record != "prediction" {
			i := find(c.record)
			line, before = lines[i], lines[:i]
		}
		field := regexp.MustCompile(`"` + c.field + `":-?[0-9.e+-]+`)
		if !field.Match(line) {
			t.Fatalf("no %s in %s", c.field, line)
		}
		at := field.FindIndex(line)
		bad := string(line[:at[0]]) + fmt.Sprintf(`"%s":%s`, c.field, c.value) + string(line[at[1]:])
		_, err := lut.Parse(strings.NewReader(string(bytes.Join(before, nil))+bad), "x.lut")
		says := fmt.Sprintf("table x.lut: line %d: %s record: ", len(before)+1, c.record)
		if err == nil || !strings.HasPrefix(err.Error(), says) || !strings.Contains(err.Error(), c.field) {
			t.Errorf("%s %s %s: %v", c.record, c.field, c.value, err)
		}
	}
}

// TestValidationsThatContradictThemselves are refused.
func TestValidationsThatContradictThemselves(t *testing.T) {
	data := string(small(t))
	for _, c := range []string{`"mape":0.5`, `"p95_error":3`, `"max_error":0`} {
		name, _, _ := strings.Cut(c, ":")
		i := strings.Index(data, `{"type":"validation"`)
		bad := data[:i] + regexp.MustCompile(name+`:[0-9.e-]+`).ReplaceAllString(data[i:], c)
		if _, err := lut.Parse(strings.NewReader(bad), "x.lut"); err == nil || !strings.Contains(err.Error(), "validation record: these errors contradict each other") {
			t.Errorf("%s: %v", c, err)
		}
	}
}

// use asks a table for everything that its numbers determine: no answer may be
// infinite or NaN, whatever the file says.
func use(t *testing.T, table *lut.Table) {
	certainty := table.Certainty()
	figures := []float64{table.Base(), certainty.MeanError, certainty.P95Error, certainty.MaxError}
	for i, r := range table.Rows() {
		if i == 20 {
			break
		}
		if e, err := table.Predict([]models.Block{r.Key.Block, r.Key.Block}); err == nil {
			figures = append(figures, e.Cost)
			if e.Error != nil {
				figures = append(figures, *e.Error)
			}
		}
	}
	for _, v := range figures {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("%v", figures)
		}
	}
	if v := table.Validation; v != nil && (v.P95Error < 0 || v.MAPE < 0) {
		t.Fatalf("%+v", v.Accuracy)
	}
}
