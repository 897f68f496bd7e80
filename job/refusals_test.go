package job

import (
	"slices"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/internal/fault"
	"fbnas/lut"
	"fbnas/models"
)

// TestSameClasses: the same number of classes is not enough; they need the same
// names in the same order.
func TestSameClasses(t *testing.T) {
	network := []string{"cat", "dog"}
	for _, c := range []struct {
		data []string
		ok   bool
	}{
		{[]string{"cat", "dog"}, true}, {[]string{"dog", "cat"}, false}, {[]string{"cat", "owl"}, false}, {[]string{"cat", "dog", "owl"}, false},
	} {
		err := sameClasses("m.onnx", network, &dataset.Set{Name: "photos", Classes: c.data})
		if (err == nil) != c.ok || !c.ok && fault.CodeOf(err) != fault.Usage {
			t.Errorf("%v: %v", c.data, err)
		}
	}
}

// TestDoubtsOfATable: what is unknown of a table is said wherever it is used.
func TestDoubtsOfATable(t *testing.T) {
	space := models.Space{Name: "here"}
	left := func(n int) []lut.Timed {
		return slices.Repeat([]lut.Timed{{MeasuredUS: 100, SumUS: 101, PredictedUS: 101, LeftOutUS: 101}}, n)
	}
	for name, c := range map[string]struct {
		table *lut.Table
		want  []string
	}{
		"neither record": {&lut.Table{Path: "x.lut"}, []string{"x.lut has no certainty"}},
		"calibrated":     {&lut.Table{Path: "x.lut", Header: lut.Header{Space: lut.SpaceID{Name: "here"}}, Calibration: &lut.Calibration{Form: lut.Offset, Networks: left(3)}}, []string{"table x.lut: 95 % of networks within 1 %, found by leaving each of 3 networks out of the calibration, not validated"}},
		"of another space, not steady": {&lut.Table{Path: "x.lut", Header: lut.Header{Space: lut.SpaceID{Name: "there"}, Noisy: "hot"}, Calibration: &lut.Calibration{Form: lut.Offset, Networks: left(3)}},
			[]string{"not validated", "networks of space there, not of here", "not steady: hot"}},
	} {
		got := doubts(c.table, space)
		if len(got) != len(c.want) {
			t.Errorf("%s: %q", name, got)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: %q, want %q", name, got[i], want)
			}
		}
	}
}
