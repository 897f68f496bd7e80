package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func lutShowVerb(a *app) *cobra.Command {
	var csv bool
	cmd := &cobra.Command{
		Use:     "show X.lut",
		Short:   "Show what a table holds and where it comes from",
		Example: "  fbnas lut show local.lut\n  fbnas lut show local.lut --csv > rows.csv",
		Args:    cobra.ExactArgs(1),
		RunE: a.action(func(ctx context.Context, args []string) (result, error) {
			r, err := job.ShowTable(ctx, a.env, args[0], csv)
			return view(r, tableText), err
		}),
	}
	cmd.Flags().BoolVar(&csv, "csv", false, "print the rows as comma-separated values")
	return cmd
}

func tableText(w io.Writer, r *job.TableInfo) error {
	if r.CSV != nil {
		_, err := io.WriteString(w, *r.CSV)
		return err
	}
	if err := writeFacts(w, tableFacts(r)...); err != nil {
		return err
	}
	t := text.NewTable(text.Left("rows"), text.Right("ok"), text.Right("failed"), text.Right("predicted"),
		text.Right("fastest"), text.Right("slowest"), text.Right("standard error"))
	for _, k := range r.Kinds {
		t.Row(k.Kind, fmt.Sprint(k.OK), fmt.Sprint(k.Failed), fmt.Sprint(k.Predicted),
			text.Latency(k.MinUS), text.Latency(k.MaxUS), text.Percent(k.Error))
	}
	fmt.Fprintln(w)
	if err := t.WriteText(w); err != nil {
		return err
	}
	return writePredictions(w, r.Predictions)
}

func tableFacts(r *job.TableInfo) []fact {
	c := r.Condition
	var reference, agent, unfinished string
	if ref := r.Reference; ref != nil {
		reference = fmt.Sprintf("%s, %s", ref.Name, text.Latency(ref.TimeUS))
	}
	if cost := r.Device.CallCostUS; cost > 0 {
		agent = fmt.Sprintf("%.2f µs of each run, %s of the median row", cost, text.Percent(r.CallShare))
	}
	if !r.Finished {
		unfinished = "the same fbnas profile command resumes it"
	}
	return []fact{
		{"table", r.Path},
		{"space", fmt.Sprintf("%s (%.12s)", r.Space.Name, r.Space.Digest)},
		{"device", fmt.Sprintf("%s, %s, %s, %s", r.Device.Model.SoC, text.Plural(r.Device.Model.Cores, "core"), text.Bytes(r.Device.Model.MemoryBytes), r.Device.OS)},
		{"runtime", fmt.Sprintf("%s, %s", c.Runtime, c.Provider)},
		{"condition", fmt.Sprintf("%s, batch %d, %s on core %s", c.Precision, c.Batch, text.Plural(c.Threads, "thread"), c.CoreSet)},
		{"protocol", fmt.Sprintf("%s, %d to %d runs a group, seed %d", text.Plural(r.Protocol.Rounds, "round"), r.Protocol.MinRuns, r.Protocol.MaxRuns, r.Protocol.Seed)},
		{"sentinel", fmt.Sprintf("%s, %s", r.Sentinel.Name, text.Latency(r.Sentinel.TimeUS))},
		{"reference", reference},
		{"agent", agent},
		{"mode", modeOf(c.FixedPerformance, r.DefaultMode)},
		{"course", courseText(r.Course)},
		{"unfinished", unfinished},
		{"not steady", orEmpty(r.Noisy)},
		{"network", calibrationText(r.Calibration)},
		{"validation", validationText(r.Validation)},
		{"certainty", r.Certainty},
		{"stale", staleText(r.Age)},
	}
}
