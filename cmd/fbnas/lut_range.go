package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func lutRangeVerb(a *app) *cobra.Command {
	var o job.RangeOptions
	cmd := &cobra.Command{
		Use:     "range X.lut",
		Short:   "Predict the fastest and the slowest network of a space",
		Example: "  fbnas lut range local.lut\n  fbnas lut range local.lut --space mine.yaml --classes 100",
		Args:    cobra.ExactArgs(1),
		RunE: a.action(func(ctx context.Context, args []string) (result, error) {
			o.Table = args[0]
			r, err := job.TableRange(ctx, a.env, o)
			return view(r, rangeText), err
		}),
	}
	cmd.Flags().StringVar(&o.Space, "space", "", "built-in `space` or space.yaml (default: the table's)")
	classesFlag(cmd, &o.Classes)
	return cmd
}

func rangeText(w io.Writer, r *job.RangeResult) error {
	_, err := fmt.Fprintf(w, "space %s at %s: %s to %s\ncertainty: %s\n",
		r.Space, text.Plural(r.Classes, "class"), text.Latency(r.SmallestUS), text.Latency(r.LargestUS), r.Certainty)
	if stale := staleText(r.Age); stale != "" && err == nil {
		_, err = fmt.Fprintf(w, "stale: %s\n", stale)
	}
	return err
}
