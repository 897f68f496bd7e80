package lut

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"fbnas/models"
)

// KindSummary describes the rows of one kind of block.
type KindSummary struct {
	Kind                  models.Kind
	OK, Failed, Predicted int
	MinUS, MaxUS          float64 // over rows that have a latency
	Error                 float64 // mean of ErrorUS/LatencyUS
}

// Kinds summarises the table's rows by kind of block, in the order of the kinds'
// names.
func (t *Table) Kinds() []KindSummary {
	at := map[models.Kind]*KindSummary{}
	for _, r := range t.rows {
		s := at[r.Key.Kind]
		if s == nil {
			s = &KindSummary{Kind: r.Key.Kind}
			at[r.Key.Kind] = s
		}
		*map[Status]*int{OK: &s.OK, Failed: &s.Failed, Predicted: &s.Predicted}[r.Status]++
		if r.Status == Failed {
			continue
		}
		if s.MinUS == 0 || r.LatencyUS < s.MinUS {
			s.MinUS = r.LatencyUS
		}
		s.MaxUS = max(s.MaxUS, r.LatencyUS)
		s.Error += r.ErrorUS / r.LatencyUS
	}
	var out []KindSummary
	for _, s := range at {
		if n := s.OK + s.Predicted; n > 0 {
			s.Error /= float64(n)
		}
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b KindSummary) int { return cmp.Compare(a.Kind, b.Kind) })
	return out
}

// columns of the CSV view.
var columns = []struct {
	name  string
	value func(Row) any
}{
	{"kind", func(r Row) any { return r.Key.Kind }},
	{"kernel", func(r Row) any { return r.Key.Kernel }},
	{"stride", func(r Row) any { return r.Key.Stride }},
	{"act", func(r Row) any { return r.Key.Act }},
	{"se", func(r Row) any { return r.Key.SE }},
	{"sq", func(r Row) any { return r.Key.Squeeze }},
	{"groups", func(r Row) any { return r.Key.Groups }},
	{"h", func(r Row) any { return r.Key.Height }},
	{"w", func(r Row) any { return r.Key.Width }},
	{"cin", func(r Row) any { return r.Key.In }},
	{"mid", func(r Row) any { return r.Key.Mid }},
	{"cout", func(r Row) any { return r.Key.Out }},
	{"expand_conv", func(r Row) any { return r.Key.ExpandConv }},
	{"residual", func(r Row) any { return r.Key.Residual }},
	{"dtype", func(r Row) any { return r.Key.DType }},
	{"batch", func(r Row) any { return r.Key.Batch }},
	{"status", func(r Row) any { return r.Status }},
	{"latency_us", func(r Row) any { return r.LatencyUS }},
	{"spread_us", func(r Row) any { return r.SpreadUS }},
	{"error_us", func(r Row) any { return r.ErrorUS }},
	{"min_us", func(r Row) any { return r.MinUS }},
	{"rounds", func(r Row) any { return len(r.Raw) }},
	{"dropped_groups", func(r Row) any { return r.Dropped }},
	{"reason", func(r Row) any { return r.Reason }},
	{"key_sha256", func(r Row) any { return r.KeyDigest }},
}

// WriteCSV writes the table's rows below a line of column names.
func (t *Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = c.name
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for _, r := range t.rows {
		for i, c := range columns {
			switch v := c.value(r).(type) {
			case float64:
				line[i] = strconv.FormatFloat(v, 'f', 3, 64)
			default:
				line[i] = fmt.Sprint(v)
			}
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
