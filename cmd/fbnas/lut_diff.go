package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/lut"
)

func lutDiffVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "diff A.lut B.lut",
		Short:   "Compare the rows of two tables",
		Long:    "Compare what each row is as a multiple of its own table's sentinel time: how far two\nprofiles repeat, or what another device or runtime changes.",
		Example: "  fbnas lut diff monday.lut tuesday.lut",
		Args:    cobra.ExactArgs(2),
		RunE: a.does(func(_ context.Context, args []string) (result, error) {
			var tables [2]*lut.Table
			for i, path := range args {
				t, err := lut.Load(path)
				if err != nil {
					return nil, err
				}
				tables[i] = t
			}
			d, err := lut.Compare(tables[0], tables[1])
			if err != nil {
				return nil, err
			}
			return diffOf(d), nil
		}),
	}
}

type diffResult struct {
	Fields []fieldDiff `json:"fields"`
	Rows   int         `json:"rows"` // in both
	OnlyA  int         `json:"only_a"`
	OnlyB  int         `json:"only_b"`
	Median float64     `json:"median_ratio"` // of B/A
	P90    float64     `json:"p90_difference"`
	Max    float64     `json:"max_difference"`
	Worst  []rowDiff   `json:"largest"`
}

type fieldDiff struct {
	Field string `json:"field"`
	A     string `json:"a"`
	B     string `json:"b"`
}

type rowDiff struct {
	Key   lut.Key `json:"key"`
	AUS   float64 `json:"a_us"`
	BUS   float64 `json:"b_us"`
	Ratio float64 `json:"ratio"`
}

// worst is how many of the largest differences are shown.
const worst = 10

func diffOf(d lut.Diff) diffResult {
	r := diffResult{
		Fields: []fieldDiff{}, Rows: len(d.Rows), OnlyA: d.OnlyA, OnlyB: d.OnlyB,
		Median: d.Median, P90: d.P90, Max: d.Max, Worst: []rowDiff{},
	}
	for _, f := range d.Fields {
		r.Fields = append(r.Fields, fieldDiff(f))
	}
	for _, row := range d.Rows[:min(worst, len(d.Rows))] {
		r.Worst = append(r.Worst, rowDiff(row))
	}
	return r
}

func (r diffResult) Text(w io.Writer) error {
	for _, f := range r.Fields {
		fmt.Fprintf(w, "differs: %s (%s, %s)\n", f.Field, f.A, f.B)
	}
	if _, err := fmt.Fprintf(w, "%d rows in both tables, %d only in the first, %d only in the second\n", r.Rows, r.OnlyA, r.OnlyB); err != nil {
		return err
	}
	if r.Rows == 0 {
		return nil
	}
	fmt.Fprintf(w, "second / first, each by its sentinel: median %.3f; 90 %% of the rows within %s, all within %s\n\n",
		r.Median, text.Percent(r.P90), text.Percent(r.Max))
	t := text.NewTable(text.Left("block"), text.Right("first"), text.Right("second"), text.Right("difference"))
	for _, d := range r.Worst {
		t.Row(blockText(d.Key), text.Latency(d.AUS), text.Latency(d.BUS), text.Change(d.Ratio, 1))
	}
	return t.WriteText(w)
}

// blockText is a row's key in a few words.
func blockText(k lut.Key) string {
	return fmt.Sprintf("%s k%d s%d %dx%d %d-%d-%d %s", k.Kind, k.Kernel, k.Stride, k.Height, k.Width, k.In, k.Mid, k.Out, k.Act)
}
