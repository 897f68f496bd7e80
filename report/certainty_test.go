package report

import (
	"bytes"
	"strings"
	"testing"

	"fbnas/lut"
)

// TestTheReportSaysWhatErrorsAreFrom: a table that was not validated does not
// look validated, and unknown values are not shown as 0.
func TestTheReportSaysWhatErrorsAreFrom(t *testing.T) {
	left := lut.Certainty{Origin: lut.LeaveOneOut, Networks: 30, MeanError: 0.02, P95Error: 0.07, MaxError: 0.09, Noisy: "the clock moved"}
	for name, c := range map[string]struct {
		certainty lut.Certainty
		want, not []string
	}{
		"left out": {left, []string{"was not validated: its errors are those of 30 networks", "7.0 %", "marked noisy: the clock moved", "not validated; measured while"}, []string{"has not been measured"}},
		"unknown":  {lut.Certainty{Origin: lut.None}, []string{"has not been measured", "not known"}, []string{"mean error", "0.0 %"}},
	} {
		var page bytes.Buffer
		r := Report{Search: &Search{Space: "demo", Certainty: &c.certainty}, Table: &LatencyTable{Device: "phone", Rows: 30, Certainty: c.certainty}}
		if err := HTML(&page, r); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(page.String(), want) {
				t.Errorf("%s: no %q", name, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(page.String(), not) {
				t.Errorf("%s: %q is there", name, not)
			}
		}
	}
	if s := Headline(Report{Table: &LatencyTable{Device: "phone", Rows: 30, Certainty: left}}); !strings.Contains(s, "not validated: 30 networks, each left out") {
		t.Errorf("%s", s)
	}
}
