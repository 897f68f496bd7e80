package profile

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/lut"
	"fbnas/models"
)

// TestAgeOf: every row with another graph is found if the check gets to it,
// however little work is allowed.
func TestAgeOf(t *testing.T) {
	fresh := table(t)
	rows := len(fresh.Rows())
	if age, err := AgeOf(t.Context(), fresh, Whole); err != nil || age != (Age{Rows: rows, Checked: rows}) || age.Err(fresh) != nil {
		t.Errorf("a fresh table: %+v, %v", age, err)
	}
	var file bytes.Buffer
	if err := fresh.Encode(&file); err != nil {
		t.Fatal(err)
	}
	records := strings.SplitAfter(file.String(), "\n")
	old := regexp.MustCompile(`"graph":"[0-9a-f]{8}`)
	for _, i := range []int{3, 7} {
		records[i] = old.ReplaceAllString(records[i], `"graph":"00000000`)
	}
	mixed, err := lut.Parse(strings.NewReader(strings.Join(records[:len(records)-2], "")), "x.lut")
	if err != nil {
		t.Fatal(err)
	}
	mixed.Path = "x.lut"
	age, err := AgeOf(t.Context(), mixed, Whole)
	if err != nil || age != (Age{Rows: rows, Checked: rows, Stale: 2}) {
		t.Errorf("two rows of another graph: %+v, %v", age, err)
	}
	if err := age.Err(mixed); fault.CodeOf(err) != fault.Failure || !strings.Contains(err.Error(), "table x.lut has 2 stale rows:") ||
		!strings.Contains(fault.HintOf(err), "fbnas profile --device DEVICE --space tiny -o x.lut") {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
	if age, err := AgeOf(t.Context(), mixed, 10*perRow); err != nil || age.Checked < 2 || age.Checked > 10 {
		t.Errorf("a bounded check: %+v, %v", age, err)
	}
	var costs []float64
	for _, row := range mixed.Rows() {
		costs = append(costs, perRow+float64(models.Count([]models.Block{row.Key.Block}).Params))
	}
	slices.Sort(costs)
	if age, err := AgeOf(t.Context(), mixed, costs[0]+costs[1]+costs[2]); err != nil || age.Checked != 3 || costs[0] == costs[rows-1] {
		t.Errorf("what the three smallest blocks cost: %+v, %v", age, err)
	}
	for i, row := range mixed.Rows() {
		if err := Fresh(mixed, []models.Block{row.Key.Block}); (err != nil) != (i+1 == 3 || i+1 == 7) {
			t.Errorf("row %d: %v", i, err)
		}
	}
}
