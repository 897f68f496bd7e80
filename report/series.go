package report

import "math"

// Thin returns at most n points, each the mean of a run of neighbours of equal
// number; it returns shorter curves as they are.
func Thin(points []Point, n int) []Point {
	if len(points) <= n || n < 1 {
		return points
	}
	out := make([]Point, n)
	for i := range out {
		from, to := i*len(points)/n, (i+1)*len(points)/n
		for _, p := range points[from:to] {
			out[i].X += p.X
			out[i].Y += p.Y
		}
		out[i].X /= float64(to - from)
		out[i].Y /= float64(to - from)
	}
	return out
}

// smooth returns the running mean over a window of a twentieth of the points,
// which is narrower at the ends.
func smooth(points []Point) []Point {
	half := len(points) / 40
	sums := make([]float64, len(points)+1)
	for i, p := range points {
		sums[i+1] = sums[i] + p.Y
	}
	out := make([]Point, len(points))
	for i, p := range points {
		h := min(half, i, len(points)-1-i)
		out[i] = Point{p.X, (sums[i+h+1] - sums[i-h]) / float64(2*h+1)}
	}
	return out
}

// times multiplies the values of a curve.
func times(points []Point, factor float64) []Point {
	out := make([]Point, len(points))
	for i, p := range points {
		out[i] = Point{p.X, p.Y * factor}
	}
	return out
}

// highest returns the largest value of curves, 0 for none.
func highest(curves ...[]Point) float64 {
	top := 0.
	for _, points := range curves {
		for _, p := range points {
			if measurable(p.Y) {
				top = math.Max(top, p.Y)
			}
		}
	}
	return top
}

// measurable reports whether x is a figure.
func measurable(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
