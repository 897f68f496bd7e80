package predict

import "math"

// trendSweeps limits the coordinate descent, which ends earlier when nothing
// changes any more.
const trendSweeps = 2000

// negligible is the share of the latencies below which a feature is dropped.
const negligible = 1e-9

// fitTrend returns the non-negative coefficients of the features, by name, that
// minimise the sum of squared relative errors.
func fitTrend(samples []Sample, stairs Stairs) map[string]float64 {
	index := map[string]int{}
	var names []string
	rows := make([][]feature, len(samples))
	for i, s := range samples {
		rows[i] = features(s.Block, stairs)
		for _, f := range rows[i] {
			if _, ok := index[f.name]; !ok {
				index[f.name] = len(names)
				names = append(names, f.name)
			}
		}
	}
	n := len(names)
	gram, target := make([][]float64, n), make([]float64, n)
	for i := range gram {
		gram[i] = make([]float64, n)
	}
	row := make([]float64, n)
	for i, s := range samples {
		clear(row)
		for _, f := range rows[i] {
			row[index[f.name]] += f.amount / s.US
		}
		for a, x := range row {
			if x == 0 {
				continue
			}
			target[a] += x
			for b, y := range row {
				gram[a][b] += x * y
			}
		}
	}
	scale := normalise(gram, target)
	x := descend(gram, target)
	out := map[string]float64{}
	for i, name := range names {
		if x[i] > negligible {
			out[name] = x[i] / scale[i]
		}
	}
	return out
}

// normalise scales gram to a diagonal of ones, and returns the divisor for each
// unknown.
func normalise(gram [][]float64, target []float64) []float64 {
	scale := make([]float64, len(gram))
	for a := range gram {
		scale[a] = math.Sqrt(gram[a][a])
	}
	for a := range gram {
		target[a] /= scale[a]
		for b := range gram {
			gram[a][b] /= scale[a] * scale[b]
		}
	}
	return scale
}

// descend minimises x'Gx/2 - t'x over x >= 0, for a G with a diagonal of ones,
// one coordinate at a time; it converges for every Gram matrix G.
func descend(gram [][]float64, target []float64) []float64 {
	x := make([]float64, len(target))
	slope := make([]float64, len(target)) // Gx - t
	for i, t := range target {
		slope[i] = -t
	}
	for range trendSweeps {
		moved := 0.0
		for i := range x {
			to := math.Max(0, x[i]-slope[i])
			by := to - x[i]
			if by == 0 {
				continue
			}
			x[i] = to
			for j := range slope {
				slope[j] += by * gram[i][j]
			}
			moved = math.Max(moved, math.Abs(by))
		}
		if moved < 1e-9 {
			break
		}
	}
	return x
}
