package stats

import (
	"math"
	"slices"
)

// Paired is the result of Wilcoxon's signed-rank test for differences that would
// lie around 0 if nothing differed.
type Paired struct {
	Shift     float64 // Hodges-Lehmann estimate: the median of the means of all pairs
	Low, High float64 // its 95 % interval; infinite for fewer than six differences
	P         float64 // two-sided: the probability of a shift at least as large by chance
}

// SignedRank tests differences, which it only assumes to be symmetric around some
// number; exact for any count without ties. NaN for none.
func SignedRank(d []float64) Paired {
	n := len(d)
	if n == 0 {
		return Paired{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
	}
	var means []float64
	for i := range d {
		for j := i; j < n; j++ {
			means = append(means, (d[i]+d[j])/2)
		}
	}
	slices.Sort(means)
	p := Paired{Shift: Median(means), Low: math.Inf(-1), High: math.Inf(1)}
	// The statistic is the number of positive means; 0 counts half.
	var positive float64
	for _, m := range means {
		switch {
		case m > 0:
			positive++
		case m == 0:
			positive += 0.5
		}
	}
	below := tails(n)
	p.P = min(1, 2*below[int(math.Ceil(min(positive, float64(len(means))-positive)))])
	// Means further out than the k-th would be rejected.
	if k, found := slices.BinarySearchFunc(below, 0.025, compareAbove); !found && k > 0 {
		p.Low, p.High = means[k-1], means[len(means)-k]
	}
	return p
}

// compareAbove makes BinarySearchFunc find the first tail above a limit.
func compareAbove(tail, limit float64) int {
	if tail <= limit {
		return -1
	}
	return 1
}

// tails are, for k = 0, 1, ..., the probabilities that the sum of the ranks of
// positive differences among n is at most k, if both signs are equally likely.
func tails(n int) []float64 {
	most := n * (n + 1) / 2
	ways := make([]float64, most+1)
	ways[0] = 1
	for rank := 1; rank <= n; rank++ {
		for k := most; k >= rank; k-- {
			ways[k] = (ways[k] + ways[k-rank]) / 2
		}
		for k := range rank {
			ways[k] /= 2
		}
	}
	for k := 1; k <= most; k++ {
		ways[k] += ways[k-1]
	}
	return ways
}
