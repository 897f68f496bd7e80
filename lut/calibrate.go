package lut

import (
	"cmp"
	"fmt"
	"math"
	"slices"

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
	// Borders is Linear, less what each block saves by being joined at a tensor
	// of its input's shape: whether a layout changes there depends on the
	// number of channels in ways that only the device tells.
	Borders Form = "borders"
)

// fitted lists the forms that a calibration tries, from the simplest, with the
// networks that each needs: several coefficients from fewer say more about the
// networks than about the device.
var fitted = []struct {
	form     Form
	networks int
}{{Offset, 2}, {Linear, 12}, {Borders, 12}}

// gain is how much less a richer form's leave-one-out error has to be than a
// simpler one's: what is smaller may be chance.
const gain = 0.0005

// Calibration turns the rows of a network's blocks into its latency: a block
// measured alone pays a call and the layout changes at its borders, which
// inside a network it does not. Source: facts/profiling.md, "From blocks to
// networks"; the form "borders": docs/decisions/calibration.md.
type Calibration struct {
	Form       Form     `json:"form"`
	BaseUS     float64  `json:"base_us"`
	CallUS     float64  `json:"call_us"`           // c0, per block
	ElementUS  float64  `json:"element_us"`        // c1, per value at a block's borders
	Borders    []Border `json:"borders,omitempty"` // ascending by shape; any other saves nothing more
	OffsetLOO  *float64 `json:"offset_loo_error"`  // mean |error| of the form, each network left out in turn
	LinearLOO  *float64 `json:"linear_loo_error"`  // null where it could not be fitted
	BordersLOO *float64 `json:"borders_loo_error"` // likewise
	Networks   []Timed  `json:"networks"`
}

// Border is what a block saves inside a network, beside its call and its
// elements, where it takes in a tensor of this shape; negative where it costs.
type Border struct {
	Shape
	SavesUS float64 `json:"saves_us"`
}

// Shape of a tensor between two blocks, for one image.
type Shape struct {
	Channels int `json:"c"`
	Height   int `json:"h"`
	Width    int `json:"w"`
}

func (s Shape) compare(o Shape) int {
	return cmp.Or(cmp.Compare(s.Height, o.Height), cmp.Compare(s.Width, o.Width), cmp.Compare(s.Channels, o.Channels))
}

// Timed is a network's measured latency beside what its blocks say.
type Timed struct {
	Name        string  `json:"name"`
	Model       string  `json:"model"` // SHA-256 of the model's bytes
	MACs        int64   `json:"macs"`
	Blocks      int     `json:"blocks"`           // identities left out
	Elements    float64 `json:"elements"`         // at the borders of all blocks
	Inputs      []Shape `json:"inputs,omitempty"` // of the blocks in their order, identities left out
	SumUS       float64 `json:"sum_us"`           // Σ row
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
			n.Inputs = append(n.Inputs, input(b))
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

func init() { forms[Borders] = fitBorders } // it fits Linear first

// Calibrate fits the table's calibration to networks timed on its device
// (Measure gives them). A richer form is kept only where its leave-one-out
// error is below a simpler one's by more than chance.
func (t *Table) Calibrate(networks []Timed) error {
	if len(networks) == 0 {
		return fmt.Errorf("calibrate %s: no networks", t.Path)
	}
	chosen, errs := Offset, map[Form]*float64{}
	for _, f := range fitted {
		if len(networks) < f.networks {
			continue
		}
		errs[f.form] = leaveOneOut(f.form, networks)
		if *errs[f.form] < *errs[chosen]-gain {
			chosen = f.form
		}
	}
	c := forms[chosen](networks)
	c.OffsetLOO, c.LinearLOO, c.BordersLOO = errs[Offset], errs[Linear], errs[Borders]
	c.Networks = append([]Timed(nil), networks...)
	for i, n := range c.Networks {
		c.Networks[i].PredictedUS = c.predict(n)
	}
	t.Calibration = &c
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
	us := c.BaseUS + n.SumUS - c.CallUS*float64(n.Blocks) - c.ElementUS*n.Elements
	for _, in := range n.Inputs {
		us -= c.border(in)
	}
	return us
}

// saved is how much less b costs inside a network than its row says.
func (c *Calibration) saved(b models.Block) float64 {
	return c.CallUS + c.ElementUS*elements(b) + c.border(input(b))
}

func (c *Calibration) border(s Shape) float64 {
	i, ok := slices.BinarySearchFunc(c.Borders, s, func(b Border, s Shape) int { return b.compare(s) })
	if !ok {
		return 0
	}
	return c.Borders[i].SavesUS
}

// looError is the leave-one-out error of the form in use, 0 when unknown.
func (c *Calibration) looError() float64 {
	loo := map[Form]*float64{Offset: c.OffsetLOO, Linear: c.LinearLOO, Borders: c.BordersLOO}[c.Form]
	if loo == nil {
		return 0
	}
	return *loo
}
