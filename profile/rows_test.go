package profile

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"fbnas/latency"
	"fbnas/lut"
)

// figure is a figure of twelve rounds whose ratios have this median absolute
// deviation.
func figure(mad float64) latency.Figure {
	return latency.Figure{Ratio: 2, MAD: mad, Ratios: make([]float64, 12)}
}

// TestMeasuredRow: a row's spread is a standard deviation, and its error that of
// a median.
func TestMeasuredRow(t *testing.T) {
	r := measuredRow(lut.Key{}, "graph", figure(0.05), 100)
	if r.LatencyUS != 200 || math.Abs(r.SpreadUS-14.826) > 1e-9 || math.Abs(r.ErrorUS-5.364) > 1e-3 || r.Stale("graph") || !r.Stale("another") {
		t.Errorf("%+v", r)
	}
}

// TestUnsteady: a tenth of the rows may have a standard error above 3 %.
func TestUnsteady(t *testing.T) {
	for _, c := range []struct {
		noisy  int // of 20, with an error of 3.2 %; the others have 2.7 %
		steady bool
	}{{0, true}, {1, true}, {4, false}, {20, false}} {
		figures := map[string]latency.Figure{}
		for i := range 20 {
			mad := 0.05
			if i < c.noisy {
				mad = 0.06
			}
			figures[string(rune('a'+i))] = figure(mad)
		}
		if why := unsteady(nil, figures); (why == "") != c.steady {
			t.Errorf("%d of 20: %q", c.noisy, why)
		}
	}
}

// TestOverheadWarning: an agent may add 3 µs to a run, and 2 % to the median row.
func TestOverheadWarning(t *testing.T) {
	d, err := lut.Create(t.TempDir()+"/x.lut", lut.Header{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, c := range []struct {
		rowUS, callUS float64
		dear          bool
	}{{1000, 2.9, false}, {1000, 3.1, true}, {100, 1.9, false}, {100, 2.1, true}} {
		d.Put(lut.Row{Status: lut.OK, LatencyUS: c.rowUS})
		d.Table().Header.Device.CallCostUS = c.callUS
		if why := overheadWarning(d.Table()); (why != "") != c.dear || c.dear && !strings.Contains(why, fmt.Sprintf("%.2f µs", c.callUS)) {
			t.Errorf("%g of %g us: %q", c.callUS, c.rowUS, why)
		}
	}
}
