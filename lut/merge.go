package lut

import (
	"cmp"
	"math"
	"slices"

	"fbnas/internal/fault"
	"fbnas/latency/measured"
	"fbnas/latency/stats"
)

// Merge returns a's rows and those of b that a lacks or for which a has a
// failure; b's are scaled to a's sentinel time. It fails, naming the field,
// unless condition, device model and sentinel are equal. a's calibration and
// validation were made with a's rows: they are kept if b adds neither a row nor a
// space, and otherwise dropped, which `dropped` reports.
func Merge(a, b *Table) (m *Table, dropped bool, err error) {
	if ds := append(Comparable(a.Header, b.Header), otherSentinel(a, b)...); len(ds) > 0 {
		return nil, false, fault.New(fault.Usage, "Only tables measured on the same device model, under the same condition, can be merged.",
			"merge %s and %s: %s differs", a.Path, b.Path, ds)
	}
	for _, t := range []*Table{a, b} {
		if !t.finished {
			return nil, false, unfinished(t)
		}
	}
	m = newTable()
	m.finished = true
	m.Header, m.Calibration, m.Validation, m.Predictions = a.Header, a.Calibration, a.Validation, a.Predictions
	m.others = slices.Concat(a.others, b.others)
	for _, s := range append([]SpaceID{b.Header.Space}, b.Header.Also...) {
		if s.Digest != a.Header.Space.Digest {
			m.Header.Also = append(slices.Clone(m.Header.Also), s)
		}
	}
	if m.Header.Noisy == "" {
		m.Header.Noisy = b.Header.Noisy
	}
	if m.Header.DefaultMode == nil {
		m.Header.DefaultMode = b.Header.DefaultMode
	}
	m.Header.Course = sumCourses(a.Header.Course, b.Header.Course)
	for _, r := range a.rows {
		m.put(r)
	}
	added := false
	scale := a.Header.Sentinel.TimeUS / b.Header.Sentinel.TimeUS
	for _, r := range b.rows {
		if i, ok := m.index[r.Key]; ok && m.rows[i].Status == OK || ok && r.Status != OK {
			continue
		}
		r.LatencyUS *= scale
		r.SpreadUS *= scale
		r.ErrorUS *= scale
		m.put(r)
		added = true
	}
	if added || len(m.Header.Also) > len(a.Header.Also) {
		dropped = m.Calibration != nil || m.Validation != nil
		m.Calibration, m.Validation = nil, nil
	}
	return m, dropped, nil
}

// sumCourses is the combined course of two tables; nil where neither has one.
func sumCourses(a, b *measured.Course) *measured.Course {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	sum := a.Plus(*b)
	return &sum
}

func otherSentinel(a, b *Table) Differences {
	x, y := a.Header.Sentinel.Digest, b.Header.Sentinel.Digest
	if x == y {
		return nil
	}
	return Differences{{"sentinel.digest", x, y}}
}

// Diff compares the normalised rows of two tables: each row as a multiple of its
// own table's sentinel time.
type Diff struct {
	Fields       Differences // conditions and devices that differ
	Rows         []RowDiff   // in both tables, the largest difference first
	OnlyA, OnlyB int
	Median       float64 // of B/A
	P90, Max     float64 // of |B/A − 1|
}

// RowDiff is one row of a Diff.
type RowDiff struct {
	Key      Key
	AUS, BUS float64
	Ratio    float64 // B/A, normalised
}

// Compare returns how b's rows differ from a's. It refuses tables with different
// sentinels, which cannot be normalised.
func Compare(a, b *Table) (Diff, error) {
	if ds := otherSentinel(a, b); len(ds) > 0 {
		return Diff{}, fault.New(fault.Usage, "Profile both with the same version of fbnas.",
			"compare %s and %s: %s differs", a.Path, b.Path, ds)
	}
	d := Diff{Fields: Comparable(a.Header, b.Header)}
	var ratios, sizes []float64
	for _, r := range a.rows {
		i, ok := b.index[r.Key]
		if !ok {
			d.OnlyA++
			continue
		}
		s := b.rows[i]
		if r.Status == Failed || s.Status == Failed {
			continue
		}
		ratio := (s.LatencyUS / b.Header.Sentinel.TimeUS) / (r.LatencyUS / a.Header.Sentinel.TimeUS)
		d.Rows = append(d.Rows, RowDiff{r.Key, r.LatencyUS, s.LatencyUS, ratio})
		ratios, sizes = append(ratios, ratio), append(sizes, math.Abs(ratio-1))
	}
	for _, r := range b.rows {
		if _, ok := a.index[r.Key]; !ok {
			d.OnlyB++
		}
	}
	if len(ratios) > 0 {
		d.Median, d.P90, d.Max = stats.Median(ratios), stats.Percentile(sizes, 0.9), stats.Percentile(sizes, 1)
	}
	slices.SortStableFunc(d.Rows, func(x, y RowDiff) int {
		return cmp.Compare(math.Abs(y.Ratio-1), math.Abs(x.Ratio-1))
	})
	return d, nil
}
