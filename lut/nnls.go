package lut

import "math"

// nnls returns the x >= 0 that minimises |Ax - b|, for a matrix with few columns.
// It is the best non-negative one of the least-squares solutions over all subsets
// of the columns. A subset with dependent columns is skipped; a smaller one fits
// as well.
func nnls(columns [][]float64, b []float64) []float64 {
	best := make([]float64, len(columns))
	least := norm2(b)
	for set := 1; set < 1<<len(columns); set++ {
		var chosen []int
		for i := range columns {
			if set>>i&1 == 1 {
				chosen = append(chosen, i)
			}
		}
		x, rest, ok := leastSquares(columns, chosen, b)
		if !ok || rest >= least {
			continue
		}
		least = rest
		clear(best)
		for i, c := range chosen {
			best[c] = x[i]
		}
	}
	return best
}

// leastSquares fits b by the chosen columns with Gram-Schmidt and returns the
// coefficients and the squared residual; ok is false if a coefficient is negative
// or the columns are dependent.
func leastSquares(columns [][]float64, chosen []int, b []float64) (x []float64, rest float64, ok bool) {
	n := len(chosen)
	q := make([][]float64, n)
	r := make([][]float64, n) // r[i][j], j >= i: upper triangle
	left := append([]float64(nil), b...)
	x = make([]float64, n)
	for j, c := range chosen {
		q[j] = append([]float64(nil), columns[c]...)
		r[j] = make([]float64, n)
		whole := math.Sqrt(norm2(q[j]))
		for i := range j {
			r[i][j] = dot(q[i], q[j])
			axpy(-r[i][j], q[i], q[j])
		}
		r[j][j] = math.Sqrt(norm2(q[j]))
		if r[j][j] <= 1e-9*whole {
			return nil, 0, false
		}
		axpy(1/r[j][j]-1, q[j], q[j])
		x[j] = dot(q[j], left)
		axpy(-x[j], q[j], left)
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			x[i] -= r[i][j] * x[j]
		}
		x[i] /= r[i][i]
		if x[i] < 0 {
			return nil, 0, false
		}
	}
	return x, norm2(left), true
}

func dot(a, b []float64) (s float64) {
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

func norm2(a []float64) float64 { return dot(a, a) }

// axpy adds f*x to y.
func axpy(f float64, x, y []float64) {
	for i := range y {
		y[i] += f * x[i]
	}
}
