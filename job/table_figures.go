package job

import (
	"fbnas/latency/stats"
	"fbnas/lut"
)

// ValidationInfo says in a document how well a table predicts networks.
type ValidationInfo struct {
	stats.Accuracy
	MACsOnly *stats.Accuracy `json:"macs_only"` // of a line fitted to the calibration networks' MACs
	Noisy    *string         `json:"noisy"`     // why the measurement was not steady
}

func validationOf(v *lut.Validation) *ValidationInfo {
	if v == nil {
		return nil
	}
	return &ValidationInfo{v.Accuracy, v.MACsOnly, orNull(v.Noisy)}
}

// CalibrationInfo says in a document how a network's latency follows from a
// table's rows.
type CalibrationInfo struct {
	Form      lut.Form `json:"form"`
	Networks  int      `json:"networks"`
	BaseUS    float64  `json:"base_us"`
	CallUS    float64  `json:"call_us"`
	ElementUS float64  `json:"element_us"`
	WeightUS  float64  `json:"weight_us"`
	InnerUS   float64  `json:"inner_us"`
	Borders   int      `json:"borders"` // shapes of inputs for which a saving was fitted

	OffsetLOO        *float64 `json:"offset_loo_error"`
	LinearLOO        *float64 `json:"linear_loo_error"`
	MemoryLOO        *float64 `json:"memory_loo_error"`
	BordersLOO       *float64 `json:"borders_loo_error"`
	MemoryBordersLOO *float64 `json:"memory_borders_loo_error"`
	Noisy            *string  `json:"noisy"` // why the measurement was not steady
}

func calibrationOf(c *lut.Calibration) *CalibrationInfo {
	if c == nil {
		return nil
	}
	return &CalibrationInfo{c.Form, len(c.Networks), c.BaseUS, c.CallUS, c.ElementUS, c.WeightUS, c.InnerUS, len(c.Borders),
		c.OffsetLOO, c.LinearLOO, c.MemoryLOO, c.BordersLOO, c.MemoryBordersLOO, orNull(c.Noisy)}
}

// PredictionInfo says in a document how unmeasured blocks of a kind are
// predicted, and how well that works for held-out rows.
type PredictionInfo struct {
	Kind   string      `json:"kind"`
	Shapes int         `json:"shapes"`
	Step   int         `json:"step"`
	Align  int         `json:"align"`
	Tested lut.Point   `json:"tested"`
	Curve  []lut.Point `json:"curve"`
}

func predictionsOf(t *lut.Table) []PredictionInfo {
	list := []PredictionInfo{}
	for _, p := range t.Predictions {
		list = append(list, PredictionInfo{string(p.Kind), p.Shapes, p.Step, p.Align, p.Tested, p.Curve})
	}
	return list
}
