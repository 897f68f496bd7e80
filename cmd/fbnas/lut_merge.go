package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func lutMergeVerb(a *app) *cobra.Command {
	var o job.MergeOptions
	cmd := &cobra.Command{
		Use:     "merge A.lut B.lut -o C.lut",
		Short:   "Put the rows of two tables of one device model and condition together",
		Example: "  fbnas lut merge small.lut large.lut -o both.lut",
		Args:    cobra.ExactArgs(2),
		RunE: a.action(func(_ context.Context, args []string) (result, error) {
			o.First, o.Second = args[0], args[1]
			r, err := job.MergeTables(a.env, o)
			return view(r, mergeText), err
		}),
	}
	cmd.Flags().StringVarP(&o.Output, "output", "o", "", "the `table` to write")
	cmd.Flags().BoolVar(&o.Force, "force", false, "overwrite it where it exists")
	return cmd
}

func mergeText(w io.Writer, r *job.MergeResult) error {
	_, err := fmt.Fprintf(w, "%s: %s, %d of them from the second table\n", r.Path, text.Plural(r.Rows, "row"), r.Added)
	return err
}
