package predict

import (
	"fmt"
	"math"
	"slices"
)

// Fewest is the number of samples that a fit needs.
const Fewest = 16

// maxJudged is the most samples that are left out one by one to judge a choice of
// weights.
const maxJudged = 400

// Fit fits the model of samples of one kind.
func Fit(samples []Sample) (*Model, error) {
	if len(samples) < Fewest {
		return nil, fmt.Errorf("%d measured blocks, %d are needed to predict others", len(samples), Fewest)
	}
	m, least := fitStairs(samples)
	fitWeights(m, samples, least)
	m.Scale = scale(m, samples)
	return m, nil
}

// fitStairs finds the stairs with the smallest error of the trend with an unfitted
// correction: first the step, then the alignment, then the step again.
func fitStairs(samples []Sample) (best *Model, least float64) {
	least = math.Inf(1)
	at := Stairs{1, 1}
	for _, stair := range []*int{&at.Step, &at.Align, &at.Step} {
		for _, *stair = range stairs {
			m := &Model{Kind: samples[0].Block.Kind, Stairs: at, Trend: fitTrend(samples, at),
				Weights: map[Axis]float64{}, Nugget: 0.01}
			for _, a := range axes {
				m.Weights[a.name] = 0.3
			}
			if loss := leaveOneOutError(m, samples); loss < least {
				best, least = m, loss
			}
		}
		at = best.Stairs
	}
	return best, least
}

// fitWeights changes the weights and the nugget, one after the other, as long as the
// leave-one-out error falls.
func fitWeights(m *Model, samples []Sample, least float64) {
	for _, factor := range []float64{4, 1.7} {
		for i, a := range axes {
			if !varies(samples, i, m.Step) {
				continue
			}
			least = improve(samples, m, least, factor, parameter{
				func() float64 { return m.Weights[a.name] }, func(v float64) { m.Weights[a.name] = v }})
		}
		least = improve(samples, m, least, factor, parameter{func() float64 { return m.Nugget }, func(v float64) { m.Nugget = v }})
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

// parameter is a number of a model.
type parameter struct {
	get func() float64
	set func(float64)
}

// improve multiplies and divides a parameter of m by factor as long as that helps.
func improve(samples []Sample, m *Model, least, factor float64, d parameter) float64 {
	start := d.get()
	for _, by := range []float64{factor, 1 / factor} {
		for range 4 {
			old := d.get()
			d.set(old * by)
			loss := leaveOneOutError(m, samples)
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

// leaveOneOutError is the mean squared logarithmic error at samples that are left out one
// by one; larger errors are limited to three times their root mean square.
func leaveOneOutError(m *Model, samples []Sample) float64 {
	var sum float64
	errs := leftOutErrors(m, samples)
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

// leftOutError is the error of predicting a sample from the others: logarithmic,
// with the expected variance.
type leftOutError struct{ log, variance float64 }

func leftOutErrors(m *Model, samples []Sample) []leftOutError {
	f := fieldOf(m, samples)
	every := (len(samples) + maxJudged - 1) / maxJudged
	out := make([]leftOutError, (len(samples)+every-1)/every)
	inParallel(len(out), func(i int) {
		at := i * every
		around := f.nearest(&f.at[at], at)
		mean, variance := f.estimate(&around)
		out[i] = leftOutError{f.residuals[at] - mean, variance + m.Nugget}
	})
	return out
}

// scale is the standard deviation of the field that makes the expected errors as
// large as the leave-one-out errors.
func scale(m *Model, samples []Sample) float64 {
	var sum float64
	errs := leftOutErrors(m, samples)
	for _, e := range errs {
		sum += e.log * e.log / e.variance
	}
	return math.Max(tiny, math.Sqrt(sum/float64(len(errs))))
}
