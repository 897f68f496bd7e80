package search

import (
	"cmp"
	"fmt"
	"slices"

	"fbnas/lut"
	"fbnas/models"
)

// Share is one layer's share of an architecture's cost.
type Share struct {
	Layer     string  `json:"layer"`
	Cost      float64 `json:"cost"`      // in the cost's unit
	Error     float64 `json:"error"`     // standard error of the layer's row
	Predicted bool    `json:"predicted"` // the row was not measured
	MACs      int64   `json:"macs"`
}

// Shares has each layer's share, in order; together with Cost.Base they add up to
// Of.
func (c *Costs) Shares(sel models.Selection) ([]Share, error) {
	blocks := c.blocks(sel)
	var shares []Share
	for i, l := range c.Layers {
		row, err := c.Cost.Block(blocks[i])
		if err != nil {
			return nil, err
		}
		shares = append(shares, Share{l.Layer.Name, row.Cost, row.Error, row.Status == lut.Predicted, models.Count(blocks[i : i+1]).MACs})
	}
	return shares, nil
}

// Estimate is the cost of an architecture, to the last bit that of Of, and what it
// rests on.
func (c *Costs) Estimate(sel models.Selection) (lut.Estimate, error) {
	e, err := c.Cost.Network(c.blocks(sel))
	e.Cost = c.Of(sel)
	return e, err
}

func (c *Costs) blocks(sel models.Selection) []models.Block {
	blocks := make([]models.Block, len(c.Layers))
	for i, l := range c.Layers {
		blocks[i] = l.Layer.Block(sel.Point(l.Layer))
	}
	return blocks
}

// Change is an architecture's other option for one choice.
type Change struct {
	Choice string            `json:"choice"`
	Kind   models.ChoiceKind `json:"kind"`
	From   models.Option     `json:"from"`
	To     models.Option     `json:"to"`
	Gain   float64           `json:"gain"` // cost saved
	MACs   int64             `json:"macs"` // multiply-accumulates given up; negative where it adds some
	// Step is true where the next smaller option saves a share of the cost more
	// than twice as large as its share of the MACs, which happens just below a
	// step of the device's latency.
	Step bool `json:"step"`
}

// Changes are all single changes of an architecture that save cost, first those
// that give up the fewest MACs for it. Of options that give the same network the
// first is listed.
func (c *Costs) Changes(sel models.Selection) []Change {
	sel = c.Canonical(sel)
	cost, macs := c.Of(sel), c.macs(sel)
	var changes []Change
	for i, choice := range c.choices {
		smaller := c.nextSmaller(sel, i)
		for o, option := range choice.Options {
			other := slices.Clone(sel)
			other[i] = o
			gain := cost - c.Of(other) // NaN if there is an excluded block
			if !(gain > 0) || c.Canonical(other)[i] != o {
				continue
			}
			less := macs - c.macs(other)
			changes = append(changes, Change{
				Choice: choice.Name, Kind: choice.Kind, From: choice.Options[sel[i]], To: option, Gain: gain, MACs: less,
				Step: o == smaller && gain/cost > 2*float64(less)/float64(macs),
			})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.MACs, b.MACs), cmp.Compare(b.Gain, a.Gain))
	})
	return changes
}

// nextSmaller is the next smaller option of a choice, or -1 if there is none.
func (c *Costs) nextSmaller(sel models.Selection, i int) int {
	if sel[i] == 0 {
		return -1
	}
	other := slices.Clone(sel)
	other[i]--
	return c.Canonical(other)[i]
}

func (c *Costs) macs(sel models.Selection) int64 {
	return models.Count(c.blocks(sel)).MACs
}

// Chosen is the selection of a search's first result.
func (s Summary) Chosen(space models.Space) (models.Selection, error) {
	choices := space.Choices()
	sel := make(models.Selection, len(choices))
	for i, choice := range choices {
		at := slices.IndexFunc(s.Choices, func(d Decided) bool { return d.Name == choice.Name })
		if at >= 0 {
			sel[i] = slices.Index(choice.Options, remainingOption(space, choice.Name, s.Choices[at].Chosen))
		}
		if at < 0 || sel[i] < 0 {
			return nil, fmt.Errorf("the search has not decided the choice %s of space %s", choice.Name, space.Name)
		}
	}
	return sel, nil
}

// remainingOption is the option that replaces one which older searches could
// still choose.
func remainingOption(space models.Space, choice string, option models.Option) models.Option {
	for _, m := range space.Merged() {
		if m.Choice == choice && m.Option == option {
			return m.As
		}
	}
	return option
}
