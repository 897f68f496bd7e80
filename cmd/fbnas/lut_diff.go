package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/lut"
)

func lutDiffVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "diff A.lut B.lut",
		Short:   "Compare the rows of two tables",
		Long:    "Compare what each row is as a multiple of its own table's sentinel time: how far two\nprofiles repeat, or what another device or runtime changes.",
		Example: "  fbnas lut diff monday.lut tuesday.lut",
		Args:    cobra.ExactArgs(2),
		RunE: a.action(func(_ context.Context, args []string) (result, error) {
			r, err := job.DiffTables(args[0], args[1])
			return view(r, diffText), err
		}),
	}
}

func diffText(w io.Writer, r *job.DiffResult) error {
	for _, f := range r.Fields {
		fmt.Fprintf(w, "differs: %s (%s, %s)\n", f.Field, f.A, f.B)
	}
	if _, err := fmt.Fprintf(w, "%s in both tables, %d only in the first, %d only in the second\n", text.Plural(r.Rows, "row"), r.OnlyA, r.OnlyB); err != nil {
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

// blockText is a row's key in short.
func blockText(k lut.Key) string {
	return fmt.Sprintf("%s k%d s%d %dx%d %d-%d-%d %s", k.Kind, k.Kernel, k.Stride, k.Height, k.Width, k.In, k.Mid, k.Out, k.Act)
}
