package models

import (
	"math"
	"slices"
)

// Expansions that round to the same hidden width describe the same network, which
// must count once: in the size of a space, among candidates, and in random draws.
// Where two agree for every width that enters, the space keeps only the first
// (Merged); where they agree only for some, the first one, by Layer.First,
// represents all of them.

// Merged is an option of a choice that a space leaves out.
type Merged struct {
	Choice string
	Option Option
	As     Option // the option that gives the same networks
}

// Merged lists the options that give the same networks as an earlier one, in the
// order of the layers.
func (s Space) Merged() []Merged { return s.walk(1).merged }

// expansions returns the axis of a layer's hidden widths.
func (w *walker) expansions(name string, options []float64) Axis {
	var kept []Option
	for _, e := range numbers(options) {
		if n := len(kept); n > 0 && w.sameHidden(kept[n-1], e) {
			w.merged = append(w.merged, Merged{name, e, kept[n-1]})
			continue
		}
		kept = append(kept, e)
	}
	return w.axis(name, Expansion, kept)
}

func (w *walker) sameHidden(a, b Option) bool {
	return !slices.ContainsFunc(w.in.Options, func(in Option) bool {
		return w.round.Round(in.Float()*a.Float()) != w.round.Round(in.Float()*b.Float())
	})
}

// First lists for every expansion the first one that gives the same hidden width,
// and so the same block, when option `in` enters.
func (l Layer) First(in int) []int {
	first := make([]int, len(l.Axes[AxisExpansion].Options))
	seen := map[int]int{}
	for e := range first {
		mid := l.Block(Point{AxisIn: in, AxisExpansion: e}).Mid
		if _, ok := seen[mid]; !ok {
			seen[mid] = e
		}
		first[e] = seen[mid]
	}
	return first
}

// hidden counts the hidden widths that the layer may have when option `in`
// enters.
func (l Layer) hidden(in int) (n int) {
	for e, first := range l.First(in) {
		if e == first {
			n++
		}
	}
	return n
}

// Log10 returns the decimal logarithm of the number of distinct networks.
func (s Space) Log10() float64 {
	networks := []float64{0} // logarithm of their number up to a layer, by the option that enters it
	for _, l := range s.Layers(1) {
		next := slices.Repeat([]float64{math.Inf(-1)}, len(l.Axes[AxisOut].Options))
		for in, n := range networks {
			n += math.Log10(float64(l.hidden(in) * len(l.Axes[AxisKernel].Options)))
			for out := range next {
				if !l.Tied() || in == out {
					next[out] = addLog10(next[out], n)
				}
			}
		}
		networks = next
	}
	return networks[0]
}

// Log10Selections returns the decimal logarithm of the number of ways to choose
// options, whether or not the networks are distinct.
func (s Space) Log10Selections() float64 {
	var sum float64
	for _, c := range s.Choices() {
		sum += math.Log10(float64(len(c.Options)))
	}
	return sum
}

// addLog10 is log10(10^a + 10^b).
func addLog10(a, b float64) float64 {
	a, b = max(a, b), min(a, b)
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Pow(10, b-a))/math.Ln10
}
