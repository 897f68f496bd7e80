package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/lut"
	"fbnas/profile"
	"fbnas/search"
)

func lutRangeVerb(a *app) *cobra.Command {
	var name string
	var classes int
	cmd := &cobra.Command{
		Use:     "range X.lut",
		Short:   "Predict the fastest and the slowest network of a space",
		Example: "  fbnas lut range local.lut\n  fbnas lut range local.lut --space mine.yaml --classes 100",
		Args:    cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) (result, error) {
			return rangeOf(ctx, a, args[0], name, classes)
		}),
	}
	cmd.Flags().StringVar(&name, "space", "", "built-in `space` or space.yaml (default: the table's)")
	classesFlag(cmd, &classes)
	return cmd
}

type rangeResult struct {
	Table      string        `json:"table"`
	Space      string        `json:"space"`
	Classes    int           `json:"classes"`
	SmallestUS float64       `json:"smallest_us"`
	LargestUS  float64       `json:"largest_us"`
	Error      *float64      `json:"expected_error"` // the certainty's 95th percentile
	Certainty  lut.Certainty `json:"certainty"`
	Age        profile.Age   `json:"stale_rows"`
}

func rangeOf(ctx context.Context, a *app, path, name string, classes int) (result, error) {
	if err := job.CheckClassCount(classes); err != nil {
		return nil, err
	}
	t, age, err := job.LookAtTable(ctx, a.env, path, lut.Load)
	if err != nil {
		return nil, err
	}
	space, err := job.SpaceFor(t, name)
	if err != nil {
		return nil, err
	}
	costs, err := search.NewCosts(space, classes, search.Latency{Table: t})
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", path, err)
	}
	r := rangeResult{Table: path, Space: space.Name, Classes: classes, Certainty: t.Certainty(), Age: age}
	if r.Certainty.Known() {
		r.Error = &r.Certainty.P95Error
	}
	r.SmallestUS, r.LargestUS = costs.Bounds()
	return r, nil
}

func (r rangeResult) Text(w io.Writer) error {
	_, err := fmt.Fprintf(w, "space %s at %d classes: %s to %s\ncertainty: %s\n%s",
		r.Space, r.Classes, text.Latency(r.SmallestUS), text.Latency(r.LargestUS), r.Certainty, job.StaleLine(r.Age))
	return err
}
