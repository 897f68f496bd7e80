package profile

import (
	"context"
	"strings"
	"testing"

	"fbnas/latency"
	"fbnas/lut"
)

func TestCheck(t *testing.T) {
	table := table(t)
	fit, warnings, err := session(table).Check(t.Context(), 10)
	if want := (Fit{Rows: 10, Median: 1}); err != nil || len(warnings) > 0 || fit.Rows != want.Rows || fit.Max > 1e-9 || !fit.Fits() {
		t.Errorf("%+v, %v, %v", fit, warnings, err)
	}
	if fit, _, err := session(table).Check(t.Context(), 1000); err != nil || fit.Rows != len(table.Rows()) {
		t.Errorf("%+v, %v", fit, err)
	}
}

// unsteadily is a device whose clock moves in every round.
type unsteadily struct{ byBytes }

func (u unsteadily) Measure(ctx context.Context, req latency.Request) error {
	next := req.OnRound
	req.OnRound = func(r latency.Round) error {
		r.Noisy = "the clock moved"
		return next(r)
	}
	return u.byBytes.Measure(ctx, req)
}

// A check that was not steady says so.
func TestUnsteadyCheck(t *testing.T) {
	s := session(table(t))
	s.Meter = unsteadily{}
	s.Options.AllowNoisy = true
	if fit, _, err := s.Check(t.Context(), 10); err != nil || fit.Rows != 10 || fit.Noisy != "2 of 2 rounds were not steady, the last: the clock moved" {
		t.Errorf("%+v, %v", fit, err)
	}
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		factor func(i int) float64
		fits   bool
	}{
		{func(int) float64 { return 1.02 }, true},
		{func(int) float64 { return 1.04 }, false},
		{func(i int) float64 { return 1 + 0.2*float64(max(0, i-18)) }, true}, // one row of 20
		{func(i int) float64 { return 0.9 + 0.2*float64(i%2) }, false},
	} {
		var timed []lut.Timed
		for i := range 20 {
			timed = append(timed, lut.Timed{SumUS: 10, MeasuredUS: 10 * c.factor(i)})
		}
		if f := fitOf(timed); f.Fits() != c.fits {
			t.Errorf("%+v fits: %v", f, f.Fits())
		}
	}
}

func TestByLatency(t *testing.T) {
	var rows []lut.Row
	for i := range 101 {
		rows = append(rows, lut.Row{Status: lut.OK, LatencyUS: float64(100 - i)}, lut.Row{Status: lut.Failed})
	}
	var got strings.Builder
	for _, r := range byLatency(rows, 5) {
		got.WriteString(string(r.Status))
		if r.LatencyUS != float64(25*(strings.Count(got.String(), "ok")-1)) {
			t.Errorf("row of %g us", r.LatencyUS)
		}
	}
	if got.String() != "okokokokok" || len(byLatency(nil, 5)) != 0 || len(byLatency(rows[:1], 5)) != 1 {
		t.Errorf("picked %q", got.String())
	}
}
