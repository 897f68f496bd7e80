package lut

import (
	"fmt"
	"math"

	"fbnas/models"
)

// Form of a calibration.
type Form string

// The forms, from the simplest. They are additive over blocks, so that the
// expectation over a choice of blocks stays exact.
const (
	Sum    Form = "sum"    // Σ row
	Offset Form = "offset" // base + Σ row
	Linear Form = "linear" // base + Σ (row − call − element · (input + output elements))
)

// linearNetworks is how many networks the linear form needs: three
// coefficients from fewer say more about the networks than about the device.
const linearNetworks = 12

// Calibration turns the rows of a network's blocks into its latency: a block
// measured alone pays a call and the layout changes at its borders, which
// inside a network it does not. Source: facts/profiling.md, "From blocks to
// networks".
type Calibration struct {
	Form      Form     `json:"form"`
	BaseUS    float64  `json:"base_us"`
	CallUS    float64  `json:"call_us"`          // c0, per block
	ElementUS float64  `json:"element_us"`       // c1, per value at a block's borders
	OffsetLOO *float64 `json:"offset_loo_error"` // mean |error| of the form, each network left out in turn
	LinearLOO *float64 `json:"linear_loo_error"` // null where it could not be fitted
	Networks  []Timed  `json:"networks"`
}

// Timed is a network's measured latency beside what its blocks say.
type Timed struct {
	Name        string  `json:"name"`
	Model       string  `json:"model"` // SHA-256 of the model's bytes
	MACs        int64   `json:"macs"`
	Blocks      int     `json:"blocks"`   // identities left out
	Elements    float64 `json:"elements"` // at the borders of all blocks
	SumUS       float64 `json:"sum_us"`   // Σ row
	MeasuredUS  float64 `json:"measured_us"`
	PredictedUS float64 `json:"predicted_us"`
}

// network is b's sum over blocks, without a measurement.
func (t *Table) network(blocks []models.Block) (Timed, error) {
	var n Timed
	for _, b := range blocks {
		us, _, err := t.Latency(b)
		if err != nil {
			return Timed{}, err
		}
		n.SumUS += us
		if !b.Identity() {
			n.Blocks++
			n.Elements += elements(b)
		}
	}
	return n, nil
}

// forms fit each form to networks; every equation is divided by the measured
// latency, so that errors count by their share.
var forms = map[Form]func([]Timed) Calibration{
	Sum: func([]Timed) Calibration { return Calibration{Form: Sum} },
	Offset: func(ns []Timed) Calibration {
		var num, den float64
		for _, n := range ns {
			w := 1 / (n.MeasuredUS * n.MeasuredUS)
			num += w * (n.MeasuredUS - n.SumUS)
			den += w
		}
		return Calibration{Form: Offset, BaseUS: num / den}
	},
	Linear: func(ns []Timed) Calibration {
		columns := [][]float64{make([]float64, len(ns)), make([]float64, len(ns)), make([]float64, len(ns))}
		rest := make([]float64, len(ns))
		for i, n := range ns {
			columns[0][i] = 1 / n.MeasuredUS
			columns[1][i] = -float64(n.Blocks) / n.MeasuredUS
			columns[2][i] = -n.Elements / n.MeasuredUS
			rest[i] = 1 - n.SumUS/n.MeasuredUS
		}
		x := nnls(columns, rest)
		return Calibration{Form: Linear, BaseUS: x[0], CallUS: x[1], ElementUS: x[2]}
	},
}

// Calibrate fits the table's calibration to networks timed on its device
// (Measure gives them). The linear form is kept only where its leave-one-out
// error beats the single offset's.
func (t *Table) Calibrate(networks []Timed) error {
	if len(networks) == 0 {
		return fmt.Errorf("calibrate %s: no networks", t.Path)
	}
	best := forms[Offset](networks)
	var offsetLOO, linearLOO *float64
	if len(networks) > 1 {
		offsetLOO = leaveOneOut(Offset, networks)
	}
	if len(networks) >= linearNetworks {
		linearLOO = leaveOneOut(Linear, networks)
		if *linearLOO < *offsetLOO {
			best = forms[Linear](networks)
		}
	}
	best.OffsetLOO, best.LinearLOO = offsetLOO, linearLOO
	best.Networks = append([]Timed(nil), networks...)
	for i, n := range best.Networks {
		best.Networks[i].PredictedUS = best.predict(n)
	}
	t.Calibration = &best
	return nil
}

// leaveOneOut is the mean |relative error| of a form at networks that it was
// not fitted to.
func leaveOneOut(form Form, networks []Timed) *float64 {
	var sum float64
	rest := make([]Timed, 0, len(networks))
	for i, n := range networks {
		rest = append(append(rest[:0], networks[:i]...), networks[i+1:]...)
		c := forms[form](rest)
		sum += math.Abs(c.predict(n)/n.MeasuredUS - 1)
	}
	sum /= float64(len(networks))
	return &sum
}

func (c *Calibration) predict(n Timed) float64 {
	return c.BaseUS + n.SumUS - c.CallUS*float64(n.Blocks) - c.ElementUS*n.Elements
}

// looError is the leave-one-out error of the form in use, 0 when unknown.
func (c *Calibration) looError() float64 {
	loo := c.OffsetLOO
	if c.Form == Linear {
		loo = c.LinearLOO
	}
	if loo == nil {
		return 0
	}
	return *loo
}
