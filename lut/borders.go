package lut

import (
	"math"
	"slices"
)

// strengths are the penalties to try, relative to the square of a mean row's
// share of a network; the weakest still makes the system solvable when some
// borders always occur together.
var strengths = []float64{1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1}

// fitBorders fits a saving for each shape of input, and a correction of the base,
// to the residuals of c by ridge regression, so that a shape which few networks
// have stays near zero. It uses the penalty with the smallest leave-one-out
// error.
func fitBorders(ns []Timed, c Calibration) Calibration {
	shapes := inputs(ns)
	var unit float64 // the mean row, µs
	for _, n := range ns {
		unit += n.SumUS / float64(n.Blocks) / float64(len(ns))
	}
	x := make([][]float64, len(ns)) // per network: 1 and its inputs of each shape, as shares of its latency
	rest := make([]float64, len(ns))
	for i, n := range ns {
		x[i] = make([]float64, 1+len(shapes))
		x[i][0] = unit / n.MeasuredUS
		for _, in := range n.Inputs {
			at, _ := slices.BinarySearchFunc(shapes, in, Shape.compare)
			x[i][1+at] += unit / n.MeasuredUS
		}
		rest[i] = c.predict(n)/n.MeasuredUS - 1
	}
	saves := make([]float64, 1+len(shapes))
	for i, w := range ridgeByLOO(x, rest) {
		axpy(unit*w, x[i], saves)
	}
	c.BaseUS -= saves[0]
	for j, s := range shapes {
		c.Borders = append(c.Borders, Border{s, saves[1+j]})
	}
	return c
}

// ridgeByLOO is ridge with the strength that has the smallest leave-one-out
// error; nil where none gives a solution.
func ridgeByLOO(x [][]float64, y []float64) (weights []float64) {
	best := math.Inf(1)
	for _, s := range strengths {
		if w, loo := ridge(x, y, s); loo < best {
			best, weights = loo, w
		}
	}
	return weights
}

// inputs lists the distinct shapes of inputs of the networks' blocks, ascending.
func inputs(ns []Timed) []Shape {
	var all []Shape
	for _, n := range ns {
		all = append(all, n.Inputs...)
	}
	slices.SortFunc(all, Shape.compare)
	return slices.Compact(all)
}

// ridge solves min |Xβ − y|² + strength·|β|² in its dual form, β = Xᵀ·weights,
// which is small when X has more columns than rows. loo is the mean absolute
// error of each y under the fit without it; it is infinite where the system has
// no solution.
func ridge(x [][]float64, y []float64, strength float64) (weights []float64, loo float64) {
	kernel := make([][]float64, len(x))
	for i := range x {
		kernel[i] = make([]float64, len(x))
		for j := range x {
			kernel[i][j] = dot(x[i], x[j])
		}
		kernel[i][i] += strength
	}
	lower, ok := cholesky(kernel)
	if !ok {
		return nil, math.Inf(1)
	}
	weights = solve(lower, y)
	unitVector := make([]float64, len(y))
	for i := range y {
		clear(unitVector)
		unitVector[i] = 1
		loo += math.Abs(weights[i]/solve(lower, unitVector)[i]) / float64(len(y))
	}
	return weights, loo
}

// cholesky returns the lower triangle L with L·Lᵀ = a; ok is false where a is
// not positive definite.
func cholesky(a [][]float64) (l [][]float64, ok bool) {
	l = make([][]float64, len(a))
	for i := range a {
		l[i] = make([]float64, i+1)
		for j := range i + 1 {
			v := a[i][j] - dot(l[i][:j], l[j][:j])
			if i > j {
				l[i][j] = v / l[j][j]
				continue
			}
			if !(v > 0) {
				return nil, false
			}
			l[i][i] = math.Sqrt(v)
		}
	}
	return l, true
}

// solve returns the x with L·Lᵀ·x = b.
func solve(l [][]float64, b []float64) []float64 {
	x := append([]float64(nil), b...)
	for i := range x {
		x[i] = (x[i] - dot(l[i][:i], x[:i])) / l[i][i]
	}
	for i := len(x) - 1; i >= 0; i-- {
		x[i] /= l[i][i]
		axpy(-x[i], l[i][:i], x[:i])
	}
	return x
}
