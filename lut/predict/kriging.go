package predict

import "math"

// neighbours is the number of measured blocks that correct a prediction.
const neighbours = 32

// field is a set of measured residuals in the space of the axes.
type field struct {
	weights   place // of the axes: correlation lengths are their inverses
	nugget    float64
	at        []place   // scaled by the weights
	residuals []float64 // logarithmic residuals
	noise     []float64 // variance of each residual due to its measurement, relative to the field's
}

// scaled returns p in units of correlation lengths.
func (f *field) scaled(p place) place {
	for i := range p {
		p[i] *= f.weights[i]
	}
	return p
}

// correlation of two residuals at a distance: a Matérn function with smoothness
// 3/2.
func correlation(distance float64) float64 { return (1 + distance) * math.Exp(-distance) }

// distance between scaled places.
func distance(a, b *place) float64 { return math.Sqrt(square(a, b, math.Inf(1))) }

// square is the squared distance, or any number above bound if it is larger.
func square(a, b *place, bound float64) float64 {
	const half = len(axes) / 2 // the channels, in which most places differ
	var sum float64
	for i := range half {
		d := a[i] - b[i]
		sum += d * d
	}
	if sum > bound {
		return sum
	}
	for i := half; i < len(a); i++ {
		d := a[i] - b[i]
		sum += d * d
	}
	return sum
}

// neighbourhood has the residuals nearest to a place, in ascending distance.
type neighbourhood struct {
	n  int
	at [neighbours]int
	d2 [neighbours]float64
}

// nearest finds the residuals around a scaled place, without the one at index
// skip.
func (f *field) nearest(p *place, skip int) (r neighbourhood) {
	bound := math.Inf(1)
	for i := range f.at {
		d := square(p, &f.at[i], bound)
		if i == skip || d >= bound {
			continue
		}
		j := min(r.n, neighbours-1)
		r.n = min(r.n+1, neighbours)
		for ; j > 0 && r.d2[j-1] > d; j-- {
			r.at[j], r.d2[j] = r.at[j-1], r.d2[j-1]
		}
		r.at[j], r.d2[j] = i, d
		if r.n == neighbours {
			bound = r.d2[neighbours-1]
		}
	}
	return r
}

// estimate returns the expected residual where r is near, and its variance as a
// share of the field's, by kriging with a known mean of zero.
func (f *field) estimate(r *neighbourhood) (mean, variance float64) {
	var l [neighbours][neighbours]float64 // Cholesky factor of the covariance
	var y, k [neighbours]float64
	variance = 1
	for i := range r.n {
		a := r.at[i]
		for j := range i {
			sum := correlation(distance(&f.at[a], &f.at[r.at[j]]))
			for c := range j {
				sum -= l[i][c] * l[j][c]
			}
			l[i][j] = sum / l[j][j]
		}
		diagonal := 1 + f.nugget + f.noise[a]
		y[i], k[i] = f.residuals[a], correlation(math.Sqrt(r.d2[i]))
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
