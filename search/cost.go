package search

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"fbnas/graph"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/nn"
)

// Cost is what a search limits: latency from a table, multiply-accumulates,
// parameters. A network costs Base plus the sum over its blocks.
type Cost interface {
	Unit() string
	Base() float64
	// Block is a block's share. An error that wraps ErrExcluded excludes the
	// block from the search; any other error ends the search.
	Block(models.Block) (lut.Lookup, error)
	// Network estimates a whole network, in the cost's unit.
	Network([]models.Block) (lut.Estimate, error)
	// Certainty says how well the cost of any network is known, and from what.
	Certainty() lut.Certainty
}

// ErrExcluded marks a block that cannot be chosen.
var ErrExcluded = errors.New("excluded from the search")

// Latency is the calibrated latency of a table, in microseconds.
type Latency struct{ Table *lut.Table }

// Unit is "us".
func (c Latency) Unit() string { return "us" }

// Base is what a network costs besides its blocks.
func (c Latency) Base() float64 { return c.Table.Base() }

// Certainty is the table's certainty.
func (c Latency) Certainty() lut.Certainty { return c.Table.Certainty() }

// Block looks up a block; one that failed on the device is excluded.
func (c Latency) Block(b models.Block) (lut.Lookup, error) {
	l, err := c.Table.BlockCost(b)
	if errors.Is(err, lut.ErrFailed) {
		return l, fmt.Errorf("%w: %w", ErrExcluded, err)
	}
	return l, err
}

// Network is the table's prediction.
func (c Latency) Network(blocks []models.Block) (lut.Estimate, error) {
	return c.Table.Predict(blocks)
}

// unitText is a cost's unit in messages.
func unitText(c Cost) string {
	if u := c.Unit(); u != "us" {
		return u
	}
	return "µs"
}

// Counted is an exact cost: one of models.Counts.
type Counted struct {
	Name  string
	Count func(models.Counts) int64
}

// The counted costs.
var (
	MACs   = Counted{"macs", func(c models.Counts) int64 { return c.MACs }}
	Params = Counted{"params", func(c models.Counts) int64 { return c.Params }}
)

// Unit is the name of what is counted.
func (c Counted) Unit() string { return c.Name }

// Base is 0.
func (Counted) Base() float64 { return 0 }

// Certainty is exact.
func (Counted) Certainty() lut.Certainty { return lut.Certainty{Origin: lut.Exact} }

// Block counts a block.
func (c Counted) Block(b models.Block) (lut.Lookup, error) {
	return lut.Lookup{Cost: float64(c.Count(models.Count([]models.Block{b}))), Status: lut.OK}, nil
}

// Network counts all blocks, without an error.
func (c Counted) Network(blocks []models.Block) (lut.Estimate, error) {
	e := lut.Estimate{Error: new(0.0), Origin: lut.Exact}
	for _, b := range blocks {
		l, err := c.Block(b)
		if err != nil {
			return lut.Estimate{}, err
		}
		e.Add(b, l)
	}
	return e, nil
}

// Costs are the costs of every network of a space. Each layer has a tensor over
// the choices that it depends on.
type Costs struct {
	Cost     Cost
	Space    models.Space
	Layers   []LayerCost
	Excluded []models.Block // each once
	choices  []models.Choice
}

// LayerCost is one layer's tensor. Values is flat over Choices, the last one
// fastest; NaN marks an excluded combination.
type LayerCost struct {
	Layer   models.Layer
	Choices []int // indices into Space.Choices, each once
	Values  []float64
	own     []int // Choices other than the layer's two widths
	first   []int // for each value, the first way that gives the same block
}

// NewCosts evaluates the cost of every block of the space. It fails if blocks
// have no cost, if excluded blocks leave no architecture, or if a network would
// cost nothing or less.
func NewCosts(space models.Space, classes int, cost Cost) (*Costs, error) {
	choices := space.Choices()
	c := &Costs{Cost: cost, Space: space, choices: choices}
	var missing []error
	out := map[models.Block]bool{}
	for _, l := range space.Layers(classes) {
		lc := LayerCost{Layer: l, Choices: l.Axes.Choices()}
		lc.Values = make([]float64, lc.size(choices))
		lc.prepare(choices)
		var excluded error
		for at := range lc.Values {
			block := l.Block(lc.selection(choices, at).Point(l))
			row, err := cost.Block(block)
			v := row.Cost
			switch {
			case errors.Is(err, ErrExcluded):
				v, excluded = math.NaN(), err
				if !out[block] {
					out[block] = true
					c.Excluded = append(c.Excluded, block)
				}
			case err != nil:
				missing = append(missing, err)
			}
			lc.Values[at] = v
		}
		if excluded != nil && !slices.ContainsFunc(lc.Values, func(v float64) bool { return !math.IsNaN(v) }) {
			missing = append(missing, fmt.Errorf("%s: nothing is left to choose: %w", l.Name, excluded))
		}
		c.Layers = append(c.Layers, lc)
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("space %s has no cost for %s, the first: %w", space.Name, text.Plural(len(missing), "block"), missing[0])
	}
	switch smallest, _ := c.Bounds(); {
	case math.IsNaN(smallest):
		return nil, fmt.Errorf("no architecture of space %s can run: each has a block that failed on the device", space.Name)
	case smallest <= 0:
		return nil, fault.New(fault.Failure, "Calibrate the table again: fbnas lut calibrate X.lut --device DEVICE",
			"the table predicts %.6g %s for the smallest network of space %s; a cost must be above 0", smallest, unitText(cost), space.Name)
	}
	return c, nil
}

func (l LayerCost) size(choices []models.Choice) int {
	n := 1
	for _, i := range l.Choices {
		n *= len(choices[i].Options)
	}
	return n
}

// selection picks the options at a flat index; other choices stay at 0.
func (l LayerCost) selection(choices []models.Choice, at int) models.Selection {
	sel := make(models.Selection, len(choices))
	for _, i := range slices.Backward(l.Choices) {
		sel[i] = at % len(choices[i].Options)
		at /= len(choices[i].Options)
	}
	return sel
}

// index is the flat index of a selection: the inverse of selection.
func (l LayerCost) index(choices []models.Choice, sel models.Selection) int {
	at := 0
	for _, i := range l.Choices {
		at = at*len(choices[i].Options) + sel[i]
	}
	return at
}

// Of returns the cost of one architecture; NaN if it has an excluded block.
func (c *Costs) Of(sel models.Selection) float64 {
	total := c.Cost.Base()
	for _, l := range c.Layers {
		total += l.Values[l.index(c.choices, sel)]
	}
	return total
}

// Expectation is the expected cost, [1], when every choice i is drawn
// independently from probabilities[i]. It is exact: each layer's tensor is
// contracted with the joint distribution of the choices that it depends on. An
// excluded combination counts as much as its layer's most expensive one.
func (c *Costs) Expectation(g *graph.Graph, probabilities []*graph.Node) *graph.Node {
	total := g.Scalar(c.Cost.Base())
	for _, l := range c.Layers {
		values := l.finite()
		if len(l.Choices) == 0 {
			total = g.Add(total, g.Scalar(values[0]))
			continue
		}
		var factors []*graph.Node
		for _, i := range l.Choices {
			factors = append(factors, probabilities[i])
		}
		total = g.Add(total, g.Dot(nn.Joint(g, factors...), g.Const(values, len(values)), 0))
	}
	return total
}

// Mean is the number that Expectation computes.
func (c *Costs) Mean(probabilities [][]float64) float64 {
	total := c.Cost.Base()
	for _, l := range c.Layers {
		for at, v := range l.finite() {
			sel := l.selection(c.choices, at)
			for _, i := range l.Choices {
				v *= probabilities[i][sel[i]]
			}
			total += v
		}
	}
	return total
}

// Start is the expected cost when all options are equally likely, which is where
// a search starts.
func (c *Costs) Start() float64 {
	var uniform [][]float64
	for _, choice := range c.choices {
		p := make([]float64, len(choice.Options))
		for i := range p {
			p[i] = 1 / float64(len(p))
		}
		uniform = append(uniform, p)
	}
	return c.Mean(uniform)
}

func (l LayerCost) finite() []float64 {
	highest := math.Inf(-1)
	for _, v := range l.Values {
		if !math.IsNaN(v) {
			highest = max(highest, v)
		}
	}
	values := make([]float64, len(l.Values))
	for i, v := range l.Values {
		if values[i] = v; math.IsNaN(v) {
			values[i] = highest
		}
	}
	return values
}
