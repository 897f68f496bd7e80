package predict

import (
	"fmt"
	"math"
	"slices"
)

// Fewest is how many samples a fit needs.
const Fewest = 16

// judged is how many samples, at most, are left out one by one to judge a
// choice of weights.
const judged = 400

// Fit finds the model of samples, which are of one kind.
func Fit(samples []Sample) (*Model, error) {
	if len(samples) < Fewest {
		return nil, fmt.Errorf("%d measured blocks, %d are needed to predict others", len(samples), Fewest)
	}
	m, least := climb(samples)
	search(m, samples, least)
	m.Scale = scale(m, samples)
	return m, nil
}

// climb finds the stairs with which the trend, and a correction that is not
// fitted yet, err least: the step, the alignment, and the step again.
func climb(samples []Sample) (best *Model, least float64) {
	least = math.Inf(1)
	at := Stairs{1, 1}
	for _, stair := range []*int{&at.Step, &at.Align, &at.Step} {
		for _, *stair = range stairs {
			m := &Model{Kind: samples[0].Block.Kind, Stairs: at, Trend: fitTrend(samples, at),
				Weights: map[Axis]float64{}, Nugget: 0.01}
			for _, a := range axes {
				m.Weights[a.name] = 0.3
			}
			if loss := leaveOut(m, samples); loss < least {
				best, least = m, loss
			}
		}
		at = best.Stairs
	}
	return best, least
}

// search moves the weights and the nugget, one after the other, while the
// error at samples left out falls.
func search(m *Model, samples []Sample, least float64) {
	for _, factor := range []float64{4, 1.7} {
		for i, a := range axes {
			if !varies(samples, i, m.Step) {
				continue
			}
			least = better(samples, m, least, factor, dial{
				func() float64 { return m.Weights[a.name] }, func(v float64) { m.Weights[a.name] = v }})
		}
		least = better(samples, m, least, factor, dial{func() float64 { return m.Nugget }, func(v float64) { m.Nugget = v }})
	}
	for a, w := range m.Weights {
		if w < 1e-3 {
			delete(m.Weights, a)
		}
	}
}

// varies reports whether samples differ on an axis.
func varies(samples []Sample, axis, step int) bool {
	first := axes[axis].at(samples[0].Block, step)
	return slices.ContainsFunc(samples, func(s Sample) bool { return axes[axis].at(s.Block, step) != first })
}

// dial is a number of a model.
type dial struct {
	get func() float64
	set func(float64)
}

// better multiplies and divides a number of m by factor as long as that helps.
func better(samples []Sample, m *Model, least, factor float64, d dial) float64 {
	start := d.get()
	for _, by := range []float64{factor, 1 / factor} {
		for range 4 {
			old := d.get()
			d.set(old * by)
			loss := leaveOut(m, samples)
			if loss >= least*(1-1e-4) {
				d.set(old)
				break
			}
			least = loss
		}
		if d.get() != start {
			break
		}
	}
	return least
}

// leaveOut is the mean squared logarithmic error at samples that are left out
// one by one; errors above three times their root mean count as that.
func leaveOut(m *Model, samples []Sample) float64 {
	var sum float64
	errs := leftOut(m, samples)
	for _, e := range errs {
		sum += e.log * e.log
	}
	bound := 9 * sum / float64(len(errs))
	sum = 0
	for _, e := range errs {
		sum += math.Min(bound, e.log*e.log)
	}
	return sum / float64(len(errs))
}

// omission is a sample's error when the others predict it: logarithmic, and the
// variance that was expected.
type omission struct{ log, variance float64 }

func leftOut(m *Model, samples []Sample) []omission {
	f := fieldOf(m, samples)
	every := (len(samples) + judged - 1) / judged
	out := make([]omission, (len(samples)+every-1)/every)
	inParallel(len(out), func(i int) {
		at := i * every
		around := f.nearest(&f.at[at], at)
		mean, variance := f.estimate(&around)
		out[i] = omission{f.residue[at] - mean, variance + m.Nugget}
	})
	return out
}

// scale is the standard deviation of the field that makes the expected errors
// as large as those at samples left out.
func scale(m *Model, samples []Sample) float64 {
	var sum float64
	errs := leftOut(m, samples)
	for _, e := range errs {
		sum += e.log * e.log / e.variance
	}
	return math.Max(tiny, math.Sqrt(sum/float64(len(errs))))
}
