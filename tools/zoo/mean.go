package main

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// mean is a geometric mean of ratios with its 95 % interval.
type mean struct{ Ratio, Low, High float64 }

// geometricMean is the mean over the networks. Each is one observation, so that
// the interval covers both the measurement error and the differences between
// networks.
func geometricMean(ratios []float64) mean {
	n := float64(len(ratios))
	sum := 0.0
	for _, r := range ratios {
		sum += math.Log(r)
	}
	centre, squares := sum/n, 0.0
	for _, r := range ratios {
		squares += (math.Log(r) - centre) * (math.Log(r) - centre)
	}
	quantile := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975)
	half := quantile * math.Sqrt(squares/(n-1)/n)
	return mean{math.Exp(centre), math.Exp(centre - half), math.Exp(centre + half)}
}
