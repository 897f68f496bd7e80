package main

import (
	"fmt"
	"io"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/lut"
	"fbnas/profile"
)

// validationText is "" for a table without a validation.
func validationText(v *job.ValidationInfo) string {
	if v == nil {
		return ""
	}
	line := fmt.Sprintf("%s: mean error %s, largest %s, bias %+.1f %%, rank correlation %.3f",
		text.Plural(v.N, "network"), text.Percent(v.MAPE), text.Percent(v.MaxError), 100*v.Bias, v.Spearman)
	if v.MACsOnly != nil {
		line += fmt.Sprintf(" (by MACs alone: mean error %s)", text.Percent(v.MACsOnly.MAPE))
	}
	return line + notSteady(v.Noisy)
}

// notSteady marks a record of an unsteady measurement.
func notSteady(why *string) string {
	if why == nil {
		return ""
	}
	return "; not steady: " + *why
}

// calibrationText is the formula of a network's latency, "" without one.
func calibrationText(c *job.CalibrationInfo) string {
	switch {
	case c == nil:
		return ""
	case c.Form == lut.Sum:
		return "sum of rows" + notSteady(c.Noisy)
	}
	row := "rows"
	if c.Form != lut.Offset {
		row = fmt.Sprintf("(row - %.2f µs - %.3f ns for each value at its borders", c.CallUS, 1e3*c.ElementUS)
		if c.WeightUS > 0 || c.InnerUS > 0 {
			row += fmt.Sprintf(" + %.3f ns for each weight + %.3f ns for each value inside", 1e3*c.WeightUS, 1e3*c.InnerUS)
		}
		if c.Borders > 0 {
			row += fmt.Sprintf(" - a saving for %s of an input", text.Plural(c.Borders, "shape"))
		}
		row += ")"
	}
	return fmt.Sprintf("%+.1f µs + sum of %s, from %s", c.BaseUS, row, text.Plural(c.Networks, "network")) + notSteady(c.Noisy)
}

// staleText is "" for a table without stale rows.
func staleText(a profile.Age) string {
	if a.Stale == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %s checked: this fbnas exports their blocks in another way than was measured", a.Stale, text.Plural(a.Checked, "row"))
}

// writePredictions prints the curves of error against rows.
func writePredictions(w io.Writer, list []job.PredictionInfo) error {
	for _, p := range list {
		fmt.Fprintf(w, "\n%s: %s, those without a row predicted; channels step by %d, and go another way off multiples of %d\n",
			p.Kind, text.Plural(p.Shapes, "shape"), p.Step, p.Align)
		t := text.NewTable(text.Left("predicted from"), text.Right("rows held out"), text.Right("mean error"),
			text.Right("95 % below"), text.Right("largest"))
		for _, c := range p.Curve {
			t.Row(text.Plural(c.Rows, "row"), fmt.Sprint(c.HeldOut), text.Percent(c.MAPE), text.Percent(c.P95Error), text.Percent(c.MaxError))
		}
		if err := t.WriteText(w); err != nil {
			return err
		}
	}
	return nil
}
