package predict

import "math"

// neighbours is how many measured blocks a prediction is corrected by.
const neighbours = 32

// field is a set of measured residuals in space.
type field struct {
	weights place // of the axes: correlation lengths are their inverses
	nugget  float64
	at      []place
	residue []float64 // logarithmic
	noise   []float64 // variance of a residue by its measurement, over the field's own
}

// correlation of two residuals at a distance: Matérn's with smoothness 3/2.
func correlation(distance float64) float64 { return (1 + distance) * math.Exp(-distance) }

func (w *place) distance(a, b *place) float64 {
	var sum float64
	for i := range w {
		d := w[i] * (a[i] - b[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}

// nearest fills near with the indices of the residuals nearest to p, without
// the one at skip, and returns how many there are.
func (f *field) nearest(p *place, skip int, near *[neighbours]int, how *[neighbours]float64) int {
	n := 0
	for i := range f.at {
		if i == skip {
			continue
		}
		d := f.weights.distance(p, &f.at[i])
		if n == neighbours && d >= how[n-1] {
			continue
		}
		j := min(n, neighbours-1)
		n = min(n+1, neighbours)
		for ; j > 0 && how[j-1] > d; j-- {
			near[j], how[j] = near[j-1], how[j-1]
		}
		near[j], how[j] = i, d
	}
	return n
}

// estimate returns the residual to be expected at p and its variance as a
// share of the field's, by kriging with a known mean of zero.
func (f *field) estimate(p *place, skip int) (mean, variance float64) {
	var near [neighbours]int
	var how [neighbours]float64
	n := f.nearest(p, skip, &near, &how)
	var l [neighbours][neighbours]float64 // Cholesky's factor of the covariance
	var y, k [neighbours]float64
	variance = 1
	for i := range n {
		a := near[i]
		for j := range i {
			sum := correlation(f.weights.distance(&f.at[a], &f.at[near[j]]))
			for c := range j {
				sum -= l[i][c] * l[j][c]
			}
			l[i][j] = sum / l[j][j]
		}
		diagonal := 1 + f.nugget + f.noise[a]
		y[i], k[i] = f.residue[a], correlation(how[i])
		for c := range i {
			diagonal -= l[i][c] * l[i][c]
			y[i] -= l[i][c] * y[c]
			k[i] -= l[i][c] * k[c]
		}
		l[i][i] = math.Sqrt(math.Max(diagonal, 1e-9))
		y[i] /= l[i][i]
		k[i] /= l[i][i]
		mean += y[i] * k[i]
		variance -= k[i] * k[i]
	}
	return mean, math.Max(variance, 0)
}
