package lut

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

// scattered are networks whose errors differ from one to the next.
func scattered(n int) []Timed {
	all := made(n, 0, byOffset)
	for i := range all {
		all[i].MeasuredUS *= 1 + 0.002*float64(i%7)*float64(1-2*(i%2))
	}
	return all
}

// TestCertaintyHasAnOrigin: validated, left out, or unknown, each with its own
// 95th percentile.
func TestCertaintyHasAnOrigin(t *testing.T) {
	table := newTable()
	table.Header.Space = SpaceID{Name: "small", Digest: "d1"}
	if c := table.Certainty(); c.Known() || c.Origin != None {
		t.Errorf("neither record: %+v", c)
	}
	all := scattered(44)
	if err := table.Calibrate(Measured{Networks: all[:24]}); err != nil {
		t.Fatal(err)
	}
	c := table.Certainty()
	if c.Origin != LeaveOneOut || c.Networks != 24 || !(c.P95Error > c.MeanError) || !(c.MaxError >= c.P95Error) || c.Space != "small" ||
		math.Abs(c.MeanError/(**table.Calibration.loo(table.Calibration.Form))-1) > 1e-9 {
		t.Errorf("calibrated: %+v", c)
	}
	if err := table.Validate(Measured{Networks: all[24:], Space: SpaceID{Name: "large", Digest: "d2"}, Noisy: "the clock moved"}); err != nil {
		t.Fatal(err)
	}
	v := table.Validation
	if c := table.Certainty(); c != (Certainty{Validated, 20, v.MAPE, v.P95Error, v.MaxError, "large", "the clock moved"}) {
		t.Errorf("validated: %+v, of %+v", c, v.Accuracy)
	}
	for header, want := range map[string]string{"": "the clock moved", "the clock moved": "the clock moved", "hot": "hot; the clock moved"} {
		if table.Header.Noisy = header; table.Certainty().Noisy != want {
			t.Errorf("rows %q, networks %q: %q", header, v.Noisy, table.Certainty().Noisy)
		}
	}
	table.Header.Noisy = ""
	if err := table.Calibrate(Measured{Networks: all[:24]}); err != nil || table.Validation != nil || table.Certainty().Origin != LeaveOneOut {
		t.Errorf("the validation outlives its calibration (%v)", err)
	}
	if err := table.Calibrate(Measured{Networks: all[:1]}); err != nil || table.Certainty().Known() {
		t.Errorf("one network that calibrates: %+v (%v)", table.Certainty(), err)
	}
}

// TestValidationByWhatCalibrated is refused: it would promise more than is known.
func TestValidationByWhatCalibrated(t *testing.T) {
	table, all := newTable(), scattered(30)
	for i := range all {
		all[i].Name, all[i].Model = fmt.Sprint("net-", i), fmt.Sprint("digest of ", i)
	}
	if err := table.Calibrate(Measured{Networks: all[:20]}); err != nil {
		t.Fatal(err)
	}
	if err := table.Validate(Measured{Networks: all[19:]}); err == nil || !strings.Contains(err.Error(), "network net-19 was used in the calibration") || table.Validation != nil {
		t.Errorf("%v, %+v", err, table.Validation)
	}
	if err := table.Validate(Measured{Networks: all[20:]}); err != nil || table.Validation.N != 10 {
		t.Errorf("%v, %+v", err, table.Validation)
	}
}

// TestLeftOutIsNotSeen: the prediction of a network that is left out does not
// depend on its measurement; with the network in the fit, it would.
func TestLeftOutIsNotSeen(t *testing.T) {
	for _, f := range forms {
		networks := scattered(f.networks + 2)
		before := leaveOneOut(f.fit, networks)
		networks[3%len(networks)].MeasuredUS *= 3
		after := leaveOneOut(f.fit, networks)
		changed := 0
		for i := range networks {
			switch same := math.Abs(after[i]/before[i]-1) < 1e-9; {
			case i == 3%len(networks) && !same:
				t.Errorf("%s: the prediction of the network left out follows its measurement: %g, then %g", f.form, before[i], after[i])
			case !same:
				changed++
			}
		}
		if changed == 0 {
			t.Errorf("%s: no other prediction follows it", f.form)
		}
	}
}

// TestLeftOutOfOlderTables: what a file of an older version lacks is computed
// from its networks.
func TestLeftOutOfOlderTables(t *testing.T) {
	table := newTable()
	if err := table.Calibrate(Measured{Networks: scattered(20)}); err != nil {
		t.Fatal(err)
	}
	want, older := table.Certainty(), *table.Calibration
	older.Networks = append([]Timed(nil), older.Networks...)
	for i := range older.Networks {
		older.Networks[i].LeftOutUS = 0
	}
	table.Calibration = &older
	if got := table.Certainty(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestCertaintyInWords(t *testing.T) {
	for _, c := range []struct {
		of         Certainty
		text, json string
	}{
		{Certainty{Origin: None}, "not known", `"origin":"none","networks":0,"mean_error":null,"p95_error":null`},
		{Certainty{Origin: Validated, Networks: 20, P95Error: 0.031}, "within 3.1 %, validated on 20", `"p95_error":0.031`},
		{Certainty{Origin: LeaveOneOut, Networks: 5, P95Error: 0.2, Noisy: "hot"}, "within 20 %, found by leaving each of 5 networks out of the calibration, not validated; measured while the device was not steady: hot", `"noisy":"hot"`},
		{Certainty{Origin: Exact}, "exact", `"p95_error":0`},
	} {
		data, err := json.Marshal(c.of)
		if err != nil || !strings.Contains(string(data), c.json) || !strings.Contains(c.of.String(), c.text) {
			t.Errorf("%s, %s (%v); want %q, %q", c.of, data, err, c.text, c.json)
		}
		var back Certainty
		if err := json.Unmarshal(data, &back); err != nil || back != c.of {
			t.Errorf("read as %+v (%v)", back, err)
		}
	}
}
