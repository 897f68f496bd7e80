package search

import (
	"strings"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/internal/fault"
	"fbnas/models"
)

// TestCheck: a worthless search is refused with what to do, and a doubtful one
// gets a warning.
func TestCheck(t *testing.T) {
	space, err := models.ParseSpace([]byte(searched))
	if err != nil {
		t.Fatal(err)
	}
	single, err := models.ParseSpace([]byte(strings.NewReplacer("[2, 4]", "4", "[1, 2]", "1", "[3, 5]", "3").Replace(searched)))
	if err != nil {
		t.Fatal(err)
	}
	data := datasettest.Bars(t, 100, 6, 6, 2) // 80 for the weights, 20 for the choices
	for name, c := range map[string]struct {
		space         models.Space
		epochs, batch int
		err, hint     string
		warning       string
	}{
		"enough":         {space, 20, 10, "", "", ""}, // 160 steps, 20 of them warm up, 70 choice steps
		"a few":          {space, 2, 10, "", "", "the choices learn in only 7 steps"},
		"no choice step": {space, 1, 20, "", "", "the choices learn in only 1 step;"}, // 4 steps, 1 warms up, the third has one
		"none at all":    {space, 0, 20, "epochs: 0, want at least 1", "", ""},
		"held out":       {space, 5, 21, "100 training images are too few: the 80 for the weights and the 20 for the choices must each fill a batch of 21", "Give --batch 20 or less", ""},
		"one network":    {single, 5, 10, "is a single network: there is nothing to search", "fbnas train", ""},
	} {
		costs, err := NewCosts(c.space, 2, MACs)
		if err != nil {
			t.Fatal(err)
		}
		job := Job{Space: c.space, Costs: costs, Data: data, Config: DefaultConfig()}
		job.Config.Limit, job.Config.Train.Epochs, job.Config.Train.Batch = 1e6, c.epochs, c.batch
		warnings, err := job.Check()
		if c.err == "" {
			if err != nil || len(warnings) > 1 || !strings.Contains(strings.Join(warnings, ""), c.warning) || (c.warning == "") != (len(warnings) == 0) {
				t.Errorf("%s: warnings %q (%v)", name, warnings, err)
			}
			continue
		}
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), c.err) || !strings.Contains(fault.HintOf(err), c.hint) {
			t.Errorf("%s: %v, hint %q", name, err, fault.HintOf(err))
		}
		if _, runErr := job.Run(t.Context()); fault.CodeOf(runErr) != fault.Usage {
			t.Errorf("%s: it runs: %v", name, runErr)
		}
	}
}

// TestNoChoiceStep: the hint names the fewest epochs with a choice step.
func TestNoChoiceStep(t *testing.T) {
	space, err := models.ParseSpace([]byte(searched))
	if err != nil {
		t.Fatal(err)
	}
	costs, err := NewCosts(space, 2, MACs)
	if err != nil {
		t.Fatal(err)
	}
	job := Job{Space: space, Costs: costs, Data: datasettest.Bars(t, 50, 6, 6, 2), Config: DefaultConfig()}
	job.Config.Limit, job.Config.Train.Batch, job.Config.HoldOut = 1e6, 24, 0.5 // one step per epoch
	job.Config.Train.Epochs = 2                                                 // one warms up, one is left, a choice step follows every second
	if _, err = job.Check(); fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "2 epochs of 1 step are too few for the choices to learn") ||
		!strings.Contains(fault.HintOf(err), "--epochs 3 or more") {
		t.Errorf("%v, hint %q", err, fault.HintOf(err))
	}
	job.Config.Train.Epochs = 3
	if warnings, err := job.Check(); err != nil || len(warnings) != 1 {
		t.Errorf("%q (%v)", warnings, err)
	}
}
