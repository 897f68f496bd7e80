package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/latency/stats"
	"fbnas/lut"
)

func lutVerb(a *app) *cobra.Command {
	return group("lut", "Look at latency tables, merge, check and calibrate them",
		lutShowVerb(a), lutMergeVerb(a), lutDiffVerb(a), lutRangeVerb(a), lutExplainVerb(a), lutCalibrateVerb(a), lutValidateVerb(a), lutCheckVerb(a), lutSchemaVerb(a))
}

// validationInfo is how well a table predicts networks.
type validationInfo struct {
	accuracyInfo
	MACsOnly *accuracyInfo `json:"macs_only"` // of a line through the calibration networks' MACs
	Noisy    *string       `json:"noisy"`     // why the measurement was not steady
}

type accuracyInfo struct {
	Networks int     `json:"networks"`
	MAPE     float64 `json:"mape"`
	Bias     float64 `json:"bias"`
	MaxError float64 `json:"max_error"`
	P95Error float64 `json:"p95_error"`
	Within5  float64 `json:"within_5pct"`
	Within10 float64 `json:"within_10pct"`
	Spearman float64 `json:"spearman"`
}

func validationOf(v *lut.Validation) *validationInfo {
	if v == nil {
		return nil
	}
	info := &validationInfo{accuracyInfo: accuracyOf(v.Accuracy), Noisy: orNull(v.Noisy)}
	if v.MACsOnly != nil {
		macs := accuracyOf(*v.MACsOnly)
		info.MACsOnly = &macs
	}
	return info
}

func accuracyOf(a stats.Accuracy) accuracyInfo {
	return accuracyInfo{a.N, a.MAPE, a.Bias, a.MaxError, a.P95Error, a.Within5, a.Within10, a.Spearman}
}

func (v validationInfo) String() string {
	line := fmt.Sprintf("%d networks: mean error %s, largest %s, bias %+.1f %%, rank correlation %.3f",
		v.Networks, text.Percent(v.MAPE), text.Percent(v.MaxError), 100*v.Bias, v.Spearman)
	if v.MACsOnly != nil {
		line += fmt.Sprintf(" (by MACs alone: mean error %s)", text.Percent(v.MACsOnly.MAPE))
	}
	return line + notSteady(v.Noisy)
}

// notSteady is the mark of a record.
func notSteady(why *string) string {
	if why == nil {
		return ""
	}
	return "; not steady: " + *why
}

// calibrationInfo is how a table turns rows into a network's latency.
type calibrationInfo struct {
	Form      lut.Form `json:"form"`
	Networks  int      `json:"networks"`
	BaseUS    float64  `json:"base_us"`
	CallUS    float64  `json:"call_us"`
	ElementUS float64  `json:"element_us"`
	WeightUS  float64  `json:"weight_us"`
	InnerUS   float64  `json:"inner_us"`
	Borders   int      `json:"borders"` // shapes of inputs with a saving of their own

	OffsetLOO        *float64 `json:"offset_loo_error"`
	LinearLOO        *float64 `json:"linear_loo_error"`
	MemoryLOO        *float64 `json:"memory_loo_error"`
	BordersLOO       *float64 `json:"borders_loo_error"`
	MemoryBordersLOO *float64 `json:"memory_borders_loo_error"`
	Noisy            *string  `json:"noisy"` // why the measurement was not steady
}

func calibrationOf(c *lut.Calibration) *calibrationInfo {
	if c == nil {
		return nil
	}
	return &calibrationInfo{c.Form, len(c.Networks), c.BaseUS, c.CallUS, c.ElementUS, c.WeightUS, c.InnerUS, len(c.Borders),
		c.OffsetLOO, c.LinearLOO, c.MemoryLOO, c.BordersLOO, c.MemoryBordersLOO, orNull(c.Noisy)}
}

// String is the formula of a network's latency.
func (c calibrationInfo) String() string {
	if c.Form == lut.Sum {
		return "sum of rows" + notSteady(c.Noisy)
	}
	row := "rows"
	if c.Form != lut.Offset {
		row = fmt.Sprintf("(row - %.2f µs - %.3f ns for each value at its borders", c.CallUS, 1e3*c.ElementUS)
		if c.WeightUS > 0 || c.InnerUS > 0 {
			row += fmt.Sprintf(" + %.3f ns for each weight + %.3f ns for each value inside", 1e3*c.WeightUS, 1e3*c.InnerUS)
		}
		if c.Borders > 0 {
			row += fmt.Sprintf(" - a saving at each of %d shapes of input", c.Borders)
		}
		row += ")"
	}
	return fmt.Sprintf("%+.1f µs + sum of %s, from %d networks", c.BaseUS, row, c.Networks) + notSteady(c.Noisy)
}
