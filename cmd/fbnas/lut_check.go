package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/lut"
	"fbnas/profile"
)

type checkOptions struct {
	measureFlags
	rows int
}

func lutCheckVerb(a *app) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check X.lut --device D",
		Short: "Measure some rows again: does this table fit this unit?",
		Long: "Measure some of a table's rows again, spread over their latencies. A table holds for\n" +
			"every unit of a device model; a unit whose rows differ by more than 3 % (median) or 5 %\n" +
			"(90 % of the rows) needs one of its own, and ends the command with exit status 1.",
		Example: "  fbnas lut check local.lut --device local",
		Args:    cobra.ExactArgs(1),
	}
	o.add(cmd)
	cmd.Flags().IntVar(&o.rows, "rows", 40, "rows to measure")
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) { return o.check(ctx, a, cmd, args[0]) })
	return cmd
}

type checkResult struct {
	Table    string   `json:"table"`
	Rows     int      `json:"rows"`
	Median   float64  `json:"median_ratio"` // of measured/table
	P90      float64  `json:"p90_difference"`
	Max      float64  `json:"max_difference"`
	Fits     bool     `json:"fits"`
	Noisy    *string  `json:"noisy"` // why the measurement was not steady
	Warnings []string `json:"warnings"`
}

func (o checkOptions) check(ctx context.Context, a *app, cmd *cobra.Command, path string) (result, error) {
	if o.rows < 1 {
		return nil, fault.New(fault.Usage, "Give --rows 1 or more.", "%d rows", o.rows)
	}
	if err := job.CheckOutputs(o.record); err != nil {
		return nil, err
	}
	t, err := lut.Load(path)
	if err != nil {
		return nil, err
	}
	opts, err := o.options(cmd, t)
	if err != nil {
		return nil, err
	}
	meter, err := o.open(ctx, a)
	if err != nil {
		return nil, err
	}
	defer meter.Close()
	shown := a.progress()
	defer shown.close()
	s := profile.Session{Table: t, Meter: meter, Options: opts, Progress: func(p profile.Progress) { shown.at("rows", p.Done, p.Total) }}
	fit, warnings, err := s.Check(ctx, o.rows)
	if err != nil {
		return nil, err
	}
	r := checkResult{path, fit.Rows, fit.Median, fit.P90, fit.Max, fit.Fits(), orNull(fit.Noisy), append([]string{}, warnings...)}
	if !r.Fits {
		err = fault.New(fault.Failure, "Let the device cool down and check again, or profile this unit: fbnas profile --device "+o.device+" -o OTHER.lut",
			"table %s does not fit %s", path, o.device)
	}
	return r, err
}

func (r checkResult) Text(w io.Writer) error {
	return writeFacts(w,
		fact{"measured / table", fmt.Sprintf("median %.3f of %d rows; 90 %% within %s, all within %s",
			r.Median, r.Rows, text.Percent(r.P90), text.Percent(r.Max)) + notSteady(r.Noisy)},
		fact{"warnings", text.List(r.Warnings)})
}
