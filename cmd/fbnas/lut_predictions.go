package main

import (
	"fmt"
	"io"

	"fbnas/internal/text"
	"fbnas/lut"
)

// predictionInfo says how the blocks of a kind that were not measured are
// predicted, and how well at rows held out.
type predictionInfo struct {
	Kind   string      `json:"kind"`
	Shapes int         `json:"shapes"`
	Step   int         `json:"step"`
	Align  int         `json:"align"`
	Tested lut.Point   `json:"tested"`
	Curve  []lut.Point `json:"curve"`
}

func predictionsOf(t *lut.Table) []predictionInfo {
	list := []predictionInfo{}
	for _, p := range t.Predictions {
		list = append(list, predictionInfo{string(p.Kind), p.Shapes, p.Step, p.Align, p.Tested, p.Curve})
	}
	return list
}

// writePredictions prints the curves of error against rows.
func writePredictions(w io.Writer, list []predictionInfo) error {
	for _, p := range list {
		fmt.Fprintf(w, "\n%s: %d shapes, those without a row predicted; channels step by %d, and go another way off multiples of %d\n",
			p.Kind, p.Shapes, p.Step, p.Align)
		t := text.NewTable(text.Left("predicted from"), text.Right("rows held out"), text.Right("mean error"),
			text.Right("95 % below"), text.Right("largest"))
		for _, c := range p.Curve {
			t.Row(fmt.Sprintf("%d rows", c.Rows), fmt.Sprint(c.HeldOut), text.Percent(c.MAPE), text.Percent(c.P95Error), text.Percent(c.MaxError))
		}
		if err := t.WriteText(w); err != nil {
			return err
		}
	}
	return nil
}
