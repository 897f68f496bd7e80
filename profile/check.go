package profile

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"fbnas/internal/evenly"
	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/latency/stats"
	"fbnas/lut"
	"fbnas/models"
)

// How much a table may differ from a device that it fits. Rows repeat to 1.5 %
// (90th percentile) on one device (docs/background/measuring.md, "The protocol").
const (
	fitMedian = 0.03
	fitP90    = 0.05
)

// Fit says how much rows that were measured again differ from the table's.
type Fit struct {
	Rows   int
	Median float64 // of measured/table
	P90    float64 // of |measured/table - 1|
	Max    float64 // likewise
	Noisy  string  // why the measurement was not steady, "" when it was
}

// Fits reports whether the table can be used for the device.
func (f Fit) Fits() bool { return math.Abs(f.Median-1) <= fitMedian && f.P90 <= fitP90 }

// Check measures up to n rows of a table again, spread over their latencies. The
// device and the condition must be the table's; the result says whether this
// unit, in its present state, is as fast.
func (s Session) Check(ctx context.Context, n int) (Fit, []string, error) {
	t := s.Table
	var alone []Network
	for _, row := range byLatency(t.Rows(), n) {
		block := row.Key.Block
		if err := block.Check(); err != nil {
			return Fit{}, nil, fmt.Errorf("table %s: row %.12s: %w", t.Path, row.KeyDigest, err)
		}
		sample, err := formatOf(t).block(block)
		if err != nil {
			return Fit{}, nil, err
		}
		if sample.Graph != row.Graph {
			return Fit{}, nil, fault.New(fault.Failure, remake(t),
				"table %s is stale: this version of fbnas exports its blocks differently", t.Path)
		}
		alone = append(alone, Network{Name: sample.Name, Blocks: []models.Block{block}, Model: latency.Model{Name: sample.Name, Bytes: sample.Bytes}})
	}
	if len(alone) == 0 {
		return Fit{}, nil, fault.New(fault.Failure, "", "table %s has no measured row", t.Path)
	}
	m, err := s.Measure(ctx, Yardsticks{Sentinel: Sentinel()}, alone)
	if err != nil {
		return Fit{}, m.Warnings, err
	}
	fit := fitOf(m.Networks)
	fit.Noisy = m.Noisy
	return fit, m.Warnings, nil
}

func fitOf(timed []lut.Timed) Fit {
	var ratios, off []float64
	for _, row := range timed {
		ratio := row.MeasuredUS / row.SumUS
		ratios, off = append(ratios, ratio), append(off, math.Abs(ratio-1))
	}
	return Fit{Rows: len(timed), Median: stats.Median(ratios), P90: stats.Percentile(off, 0.9), Max: stats.Percentile(off, 1)}
}

// byLatency picks n of the measured rows at equal distances in the order of their
// latencies.
func byLatency(rows []lut.Row, n int) []lut.Row {
	rows = slices.DeleteFunc(rows, func(r lut.Row) bool { return r.Status != lut.OK })
	slices.SortStableFunc(rows, func(a, b lut.Row) int { return cmp.Compare(a.LatencyUS, b.LatencyUS) })
	return evenly.Span(rows, n)
}
