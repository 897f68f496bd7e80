package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func lutCheckVerb(a *app) *cobra.Command {
	var f measureFlags
	var o job.CheckOptions
	cmd := &cobra.Command{
		Use:   "check X.lut --device D",
		Short: "Measure some rows again: does this table fit this unit?",
		Long: "Measure some of a table's rows again, spread over their latencies. A table holds for\n" +
			"every unit of a device model; a unit whose rows differ by more than 3 % (median) or 5 %\n" +
			"(90 % of the rows) needs one of its own, and ends the command with exit status 1.",
		Example: "  fbnas lut check local.lut --device local",
		Args:    cobra.ExactArgs(1),
	}
	f.add(cmd)
	cmd.Flags().IntVar(&o.Rows, "rows", 40, "rows to measure")
	cmd.RunE = a.action(func(ctx context.Context, args []string) (result, error) {
		var err error
		if o.MeasureOptions, err = f.options(cmd); err != nil {
			return nil, err
		}
		if err := zeroGiven(cmd, "rows"); err != nil {
			return nil, err
		}
		o.Table = args[0]
		r, err := job.CheckTable(ctx, a.env, o)
		return view(r, checkText), err
	})
	return cmd
}

func checkText(w io.Writer, r *job.CheckResult) error {
	return writeFacts(w,
		fact{"measured / table", fmt.Sprintf("median %.3f of %s; 90 %% within %s, all within %s",
			r.Median, text.Plural(r.Rows, "row"), text.Percent(r.P90), text.Percent(r.Max)) + notSteady(r.Noisy)},
		fact{"warnings", text.List(r.Warnings)})
}
