package search

// A margin m bounds the errors of predictions, which are relative to what is
// measured: |predicted/measured - 1| <= m. At worst a network takes its
// prediction divided by 1 - m. Limit and Worst are the only places that know.

// Limit is the largest prediction with which a target holds under the margin,
// a fraction below 1, in the target's unit.
func Limit(target, margin float64) float64 { return target * (1 - margin) }

// Worst is the inverse of Limit: the cost that a prediction may turn out to be,
// and so the least target that it is allowed for.
func Worst(predicted, margin float64) float64 { return predicted / (1 - margin) }
