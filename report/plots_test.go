package report

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pictures draws every plot of the fake report.
func pictures() map[string]string {
	r := fake()
	s := r.Search
	var pairs []Point
	for _, p := range r.Table.Validation.Pairs {
		pairs = append(pairs, Point{p.PredictedUS, p.MeasuredUS})
	}
	return map[string]string{
		"loss":        LossPlot(Line{"weight steps", s.Loss}, Line{"choice steps", s.ChoiceLoss}),
		"accuracy":    AccuracyPlot(Line{"found", r.Networks[0].Train.Accuracy}, Line{"baseline", r.Networks[1].Train.Accuracy}),
		"temperature": TemperaturePlot(s.Temperature),
		"latency":     LatencyPlot(s.Expected, s.Limit, 1300),
		"choice":      ChoicePlot(s.Choices[0]),
		"validation":  ValidationPlot(pairs),
		"staircase":   StaircasePlot(r.Table.Families...),
		"pareto":      ParetoPlot(1300, Line{"found", []Point{{1234, 0.9041}}}, Line{"baseline", []Point{{1229, 0.8982}, {900, 0.88}}}),
	}
}

// wellFormed fails if text is not well-formed XML, as every page and
// picture must be.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	for dec := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
}

// FBNAS_PLOTS names a folder in which this test and TestHTML write their
// pictures for inspection.
func TestPlots(t *testing.T) {
	for name, svg := range pictures() {
		t.Run(name, func(t *testing.T) {
			wellFormed(t, svg)
			for _, want := range []string{"<svg ", "viewBox=", "<title>", "<path ", "<text ", "currentColor"} {
				if !strings.Contains(svg, want) {
					t.Errorf("no %s in it", want)
				}
			}
			if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
				t.Error("it has a coordinate that is no number")
			}
			if dir := os.Getenv("FBNAS_PLOTS"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, name+".svg"), []byte(svg), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// Runs that were stopped early or went wrong.
func TestPlotsOfLittle(t *testing.T) {
	nan := []Point{{0, math.NaN()}, {1, math.Inf(1)}}
	one := []Point{{0, 2.5}}
	for name, c := range map[string]struct {
		svg   string
		drawn bool
	}{
		"nothing":           {LossPlot(), false},
		"no figure":         {LossPlot(Line{"loss", nan}), false},
		"no networks":       {ValidationPlot(nil), false},
		"no groups":         {ParetoPlot(1300), false},
		"no options":        {ChoicePlot(Choice{Name: "empty"}), false},
		"no latency":        {LatencyPlot(nil, nil, 1300), false},
		"one step":          {LossPlot(Line{"loss", one}), true},
		"constant":          {TemperaturePlot([]Point{{0, 0}, {1, 0}, {2, 0}}), true},
		"gaps":              {AccuracyPlot(Line{"found", append(nan, Point{2, 0.5}, Point{3, 0.6})}), true},
		"one network":       {ValidationPlot([]Point{{100, 101}}), true},
		"one measured":      {ParetoPlot(0, Line{"found", []Point{{1234, 0.9}}}), true},
		"far from zero":     {LossPlot(Line{"loss", []Point{{0, 1e14}, {1, 1e14 + 0.05}}}), true},
		"options of 1 of 2": {ChoicePlot(Choice{"c", []Option{{"a", one}, {"b", nil}}}), true},
	} {
		if (c.svg != "") != c.drawn {
			t.Errorf("%s: drawn is %v, want %v", name, c.svg != "", c.drawn)
		}
		wellFormed(t, c.svg)
		if strings.Contains(c.svg, "NaN") {
			t.Errorf("%s: it has a coordinate that is no number", name)
		}
	}
}

func TestThin(t *testing.T) {
	points := make([]Point, 1000)
	for i := range points {
		points[i] = Point{float64(i), 2 * float64(i)}
	}
	got := Thin(points, 10)
	if len(got) != 10 || got[0] != (Point{49.5, 99}) || got[9] != (Point{949.5, 1899}) {
		t.Errorf("got %v", got)
	}
	if got := Thin(points[:7], 10); len(got) != 7 {
		t.Errorf("a short curve became %d points", len(got))
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{0, 1, "0 0.2 0.4 0.6 0.8 1.0"},
		{0, 1200, "0 250 500 750 1000"},
		{0, 37000, "0 10k 20k 30k"},
		{-0.1, 0.1, "-0.10 -0.05 0 0.05 0.10"},
		{88, 91, "88 89 90 91"},
		{1e-7, 3e-7, "0.00000010 0.00000015 0.00000020 0.00000025 0.00000030"},
	} {
		var names []string
		for _, mark := range (ticks{5}).Ticks(c.low, c.high) {
			names = append(names, mark.Label)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%g to %g: got %q, want %q", c.low, c.high, got, c.want)
		}
	}
}
