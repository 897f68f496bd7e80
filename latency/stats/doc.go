// Package stats holds the statistics of measured latencies as small pure
// functions: middles and spreads that outliers do not move, rank correlation,
// errors of predictions, and the judge of drift.
package stats
