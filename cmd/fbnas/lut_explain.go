package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/search"
)

func lutExplainVerb(a *app) *cobra.Command {
	var o job.ExplainOptions
	var gain string
	cmd := &cobra.Command{
		Use:   "explain RUN",
		Short: "Say where the time of a found network goes, and what would save some",
		Long: "Say what each layer has of the predicted latency of the network that a search found,\n" +
			"the single change of a choice that saves enough and gives up the fewest MACs, and the\n" +
			"options that lie just above a step of the device's latency.",
		Example: "  fbnas lut explain runs/search-1\n  fbnas lut explain runs/search-1 --gain 1ms --lut other.lut",
		Args:    cobra.ExactArgs(1),
		RunE: a.action(func(ctx context.Context, args []string) (result, error) {
			var err error
			if o.Gain, err = limitOf(gain); err != nil {
				return nil, err
			}
			o.Run = args[0]
			r, err := job.Explain(ctx, a.env, o)
			return view(r, explainText), err
		}),
	}
	cmd.Flags().StringVar(&o.Table, "lut", "", "latency `table` (default: the search's)")
	cmd.Flags().StringVar(&gain, "gain", "5%", "what a change has to save, such as 1ms, or a share of the latency")
	return cmd
}

func explainText(w io.Writer, r *job.ExplainResult) error {
	fmt.Fprintf(w, "%s by %s: %s %s, of which %s lie beside the layers; rows predicted: %s\ncertainty: %s\n\n", r.Run, r.Table,
		text.Latency(r.Cost), plusMinus(r.Error), text.Latency(r.BaseUS), text.PredictedRows(r.PredictedRows, r.Rows, r.PredictedCost), r.Known)
	layers := text.NewTable(text.Left("layer"), text.Right("latency"), text.Right("share"), text.Left("row"), text.Right("MACs"))
	for _, l := range r.Layers {
		layers.Row(l.Layer, text.Latency(l.Cost), text.Percent(l.Cost/r.Cost), rowText(l), text.Count(l.MACs))
	}
	if err := layers.WriteText(w); err != nil {
		return err
	}
	if r.Cheapest == nil {
		fmt.Fprintf(w, "\nNo single change saves %s.\n", text.Latency(r.GainUS))
	} else {
		fmt.Fprintf(w, "\nThe cheapest change that saves %s: %s\n", text.Latency(r.GainUS), changeText(*r.Cheapest))
	}
	for _, c := range r.Steps {
		fmt.Fprintf(w, "Just above a step: %s\n", changeText(c))
	}
	return nil
}

// rowText says where a layer's row comes from, and its standard error.
func rowText(l search.Share) string {
	from := "measured"
	switch {
	case l.Predicted:
		from = "predicted"
	case l.Error == 0:
		return "none"
	}
	return from + " ± " + text.Latency(l.Error)
}

func changeText(c search.Change) string {
	return fmt.Sprintf("%s from %v to %v saves %s and gives up %s MACs", c.Choice, c.From, c.To, text.Latency(c.Gain), text.Count(c.MACs))
}
