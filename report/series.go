package report

import "math"

// Thin returns at most n points, each the mean of an equal number of neighbouring
// points; it returns shorter curves unchanged.
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

// highest returns the largest value of curves, 0 if there are none.
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

// measurable reports whether x is finite.
func measurable(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
