package lut

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"fbnas/models"
)

// minGain is how much smaller a richer form's leave-one-out error must be than a
// simpler one's: a smaller difference may be chance.
const minGain = 0.0005

// Calibration turns the rows of a network's blocks into its latency. A block
// measured alone pays for a call and for layout changes at its borders, which it
// does not inside a network, and has the caches to itself. Source:
// docs/background/measuring.md, "From blocks to networks"; the forms "borders"
// and "memory": docs/decisions/calibration.md.
type Calibration struct {
	Form      Form     `json:"form"`
	BaseUS    float64  `json:"base_us"`
	CallUS    float64  `json:"call_us"`             // saved per block
	ElementUS float64  `json:"element_us"`          // saved per value at a block's borders
	WeightUS  float64  `json:"weight_us,omitempty"` // added per weight
	InnerUS   float64  `json:"inner_us,omitempty"`  // added per value between a block's convolutions
	Borders   []Border `json:"borders,omitempty"`   // ascending by shape; other shapes save nothing more

	// The mean |relative error| of each form, leaving out one network at a time;
	// null where the form was not fitted.
	OffsetLOO        *float64 `json:"offset_loo_error"`
	LinearLOO        *float64 `json:"linear_loo_error"`
	MemoryLOO        *float64 `json:"memory_loo_error,omitempty"`
	BordersLOO       *float64 `json:"borders_loo_error"`
	MemoryBordersLOO *float64 `json:"memory_borders_loo_error,omitempty"`

	Networks []Timed  `json:"networks"`
	Space    *SpaceID `json:"space,omitempty"` // of the networks; absent: the table's
	Noisy    string   `json:"noisy,omitempty"` // why their measurement was not steady, "" when it was
}

// Border is what a block with inputs of this shape saves inside a network,
// besides its call and its elements; negative where it costs.
type Border struct {
	Shape
	SavesUS float64 `json:"saves_us"`
}

// Shape is the shape of a tensor between two blocks, for one image.
type Shape struct {
	Channels int `json:"c"`
	Height   int `json:"h"`
	Width    int `json:"w"`
}

func (s Shape) compare(o Shape) int {
	return cmp.Or(cmp.Compare(s.Height, o.Height), cmp.Compare(s.Width, o.Width), cmp.Compare(s.Channels, o.Channels))
}

// Timed is a network's measured latency, with the totals of its blocks.
type Timed struct {
	Name        string  `json:"name"`
	Model       string  `json:"model"` // SHA-256 of the model's bytes
	MACs        int64   `json:"macs"`
	Blocks      int     `json:"blocks"`            // without identities
	Elements    float64 `json:"elements"`          // at the borders of all blocks
	Weights     float64 `json:"weights,omitempty"` // parameters of all blocks
	Inner       float64 `json:"inner,omitempty"`   // values between the convolutions of all blocks
	Inputs      []Shape `json:"inputs,omitempty"`  // inputs of the blocks in their order, without identities
	SumUS       float64 `json:"sum_us"`            // sum of the blocks' rows
	MeasuredUS  float64 `json:"measured_us"`
	PredictedUS float64 `json:"predicted_us"`
	// LeftOutUS is the prediction of a calibration without this network; 0 where
	// there is none.
	LeftOutUS float64 `json:"left_out_us,omitempty"`
}

// Measured are networks that were timed on a table's device.
type Measured struct {
	Networks []Timed
	Space    SpaceID  // that they were drawn from; empty: the table's
	Warnings []string // which networks are missing, and why
	Noisy    string   // why the measurement was not steady, "" when it was
}

// AddUp returns the totals of a network's blocks, without name and measurement.
func (t *Table) AddUp(blocks []models.Block) (Timed, error) {
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
			n.Weights += weights(b)
			n.Inner += inner(b)
			n.Inputs = append(n.Inputs, input(b))
		}
	}
	return n, nil
}

// Calibrate fits the table's calibration to networks timed on its device. A
// richer form is kept only if its leave-one-out error is smaller than a simpler
// one's by more than chance. A validation of an earlier calibration does not
// apply to this one, and is removed.
func (t *Table) Calibrate(m Measured) error {
	if len(m.Networks) == 0 {
		return fmt.Errorf("calibrate %s: no network was measured", t.Path)
	}
	chosen, least := forms[0], math.Inf(1)
	var predicted []float64 // by fits of the chosen form without the network
	errs := map[Form]*float64{}
	for _, f := range forms {
		if len(m.Networks) < f.networks {
			continue
		}
		without := leaveOneOut(f.fit, m.Networks)
		loo := meanError(without, m.Networks)
		errs[f.form] = &loo
		if loo < least-minGain {
			chosen, least, predicted = f, loo, without
		}
	}
	c := chosen.fit(m.Networks)
	c.Form, c.Noisy, c.Space = chosen.form, m.Noisy, t.otherSpace(m.Space)
	for form, loo := range errs {
		*c.loo(form) = loo
	}
	c.Networks = append([]Timed(nil), m.Networks...)
	for i, n := range c.Networks {
		c.Networks[i].PredictedUS = c.predict(n)
		if predicted != nil {
			c.Networks[i].LeftOutUS = predicted[i]
		}
	}
	t.Calibration, t.Validation = &c, nil
	return nil
}

// otherSpace is the space that a record has to name: nil for the table's own.
func (t *Table) otherSpace(space SpaceID) *SpaceID {
	if space.Digest == "" || space.Digest == t.Header.Space.Digest {
		return nil
	}
	return &SpaceID{Name: space.Name, Digest: space.Digest}
}

// leaveOneOut predicts each network by a fit to the others, in µs.
func leaveOneOut(fit func([]Timed) Calibration, networks []Timed) []float64 {
	predicted := make([]float64, len(networks))
	rest := make([]Timed, 0, len(networks))
	for i, n := range networks {
		rest = append(append(rest[:0], networks[:i]...), networks[i+1:]...)
		c := fit(rest)
		predicted[i] = c.predict(n)
	}
	return predicted
}

// meanError is the mean |relative error|.
func meanError(predicted []float64, networks []Timed) float64 {
	var sum float64
	for i, n := range networks {
		sum += math.Abs(predicted[i]/n.MeasuredUS - 1)
	}
	return sum / float64(len(networks))
}

func (c *Calibration) predict(n Timed) float64 {
	us := n.SumUS
	for _, t := range terms {
		us += *t.coefficient(c) * t.of(n)
	}
	for _, in := range n.Inputs {
		us -= c.border(in)
	}
	return us
}

// saving is how much less b costs inside a network than its row; negative where it
// costs more.
func (c *Calibration) saving(b models.Block) float64 {
	return c.CallUS + c.ElementUS*elements(b) - c.WeightUS*weights(b) - c.InnerUS*inner(b) + c.border(input(b))
}

func (c *Calibration) border(s Shape) float64 {
	i, ok := slices.BinarySearchFunc(c.Borders, s, func(b Border, s Shape) int { return b.compare(s) })
	if !ok {
		return 0
	}
	return c.Borders[i].SavesUS
}

// loo points to the error of a form; that of Sum is never known.
func (c *Calibration) loo(form Form) **float64 {
	switch form {
	case Offset:
		return &c.OffsetLOO
	case Linear:
		return &c.LinearLOO
	case Memory:
		return &c.MemoryLOO
	case Borders:
		return &c.BordersLOO
	case MemoryBorders:
		return &c.MemoryBordersLOO
	}
	return new(*float64)
}
