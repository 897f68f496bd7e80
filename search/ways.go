package search

import (
	"math"
	"slices"

	"fbnas/models"
)

// way is one decision of all choices that only one layer depends on.
type way struct {
	inner int     // flat index over the layer's private choices
	cost  float64 // of the layer
	logp  float64
}

// outgoing lists the options of the width that may leave the layer when option
// `in` enters: only that one if the two are tied.
func (l *LayerCost) outgoing(in int) []int {
	if l.Layer.Tied() {
		return []int{in}
	}
	all := make([]int, len(l.Layer.Axes[models.AxisOut].Options))
	for o := range all {
		all[o] = o
	}
	return all
}

// decides reports whether the layer's outgoing width is chosen here.
func (l *LayerCost) decides() bool {
	return l.Layer.Axes[models.AxisOut].Choice != models.Fixed && !l.Layer.Tied()
}

// ways lists the decisions of a layer between two widths, without excluded ones.
// Decisions that give the same block are one way, the first, with their summed
// probability. logp, for every choice, may be nil.
func (l *LayerCost) ways(choices []models.Choice, in, out int, logp [][]float64) []way {
	inner := LayerCost{Choices: l.own}
	sel := make(models.Selection, len(choices))
	l.setWidths(sel, in, out)
	var list []way
	at := make([]int, inner.size(choices)) // index in the list of each first decision's way
	for i := range at {
		l.setInner(sel, choices, i)
		value := l.index(choices, sel)
		cost := l.Values[value]
		if math.IsNaN(cost) {
			continue
		}
		w := way{inner: i, cost: cost}
		for _, c := range l.own {
			if logp != nil {
				w.logp += logp[c][sel[c]]
			}
		}
		if first := l.first[value]; first < i {
			same := &list[at[first]].logp
			*same = logSum(*same, w.logp)
			continue
		}
		at[i] = len(list)
		list = append(list, w)
	}
	return list
}

// logsOf avoids log 0, because options without probability may be all that fits.
func logsOf(probabilities [][]float64) [][]float64 {
	logp := make([][]float64, len(probabilities))
	for i, ps := range probabilities {
		for _, p := range ps {
			logp[i] = append(logp[i], math.Log(max(p, math.SmallestNonzeroFloat64)))
		}
	}
	return logp
}

// logSum is log(e^a + e^b).
func logSum(a, b float64) float64 { return max(a, b) + math.Log1p(math.Exp(-math.Abs(a-b))) }

// setWidths sets the layer's widths in sel.
func (l *LayerCost) setWidths(sel models.Selection, in, out int) {
	if c := l.Layer.Axes[models.AxisIn].Choice; c != models.Fixed {
		sel[c] = in
	}
	if c := l.Layer.Axes[models.AxisOut].Choice; c != models.Fixed {
		sel[c] = out
	}
}

// setInner sets the choices that a way decides.
func (l *LayerCost) setInner(sel models.Selection, choices []models.Choice, inner int) {
	for _, i := range slices.Backward(l.own) {
		sel[i] = inner % len(choices[i].Options)
		inner /= len(choices[i].Options)
	}
}

// prepare records which choices are the layer's own and, for every combination of
// its choices, the first way that gives the same block.
func (l *LayerCost) prepare(choices []models.Choice) {
	l.own = slices.DeleteFunc(slices.Clone(l.Choices), func(i int) bool {
		return i == l.Layer.Axes[models.AxisIn].Choice || i == l.Layer.Axes[models.AxisOut].Choice
	})
	inner := LayerCost{Choices: l.own}
	var first [][]int
	for in := range l.Layer.Axes[models.AxisIn].Options {
		first = append(first, l.Layer.First(in))
	}
	l.first = make([]int, len(l.Values))
	for at := range l.first {
		sel := l.selection(choices, at)
		if c := l.Layer.Axes[models.AxisExpansion].Choice; c != models.Fixed {
			sel[c] = first[sel.Point(l.Layer)[models.AxisIn]][sel[c]]
		}
		l.first[at] = inner.index(choices, sel)
	}
}

// Canonical is the selection that represents all selections of the same network:
// each choice has the first option that gives the same block.
func (c *Costs) Canonical(sel models.Selection) models.Selection {
	canonical := slices.Clone(sel)
	for i := range c.Layers {
		l := &c.Layers[i]
		l.setInner(canonical, c.choices, l.first[l.index(c.choices, sel)])
	}
	return canonical
}
