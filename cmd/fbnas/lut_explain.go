package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
	"fbnas/search"
)

type explainOptions struct{ table, gain string }

func lutExplainVerb(a *app) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain RUN",
		Short: "Say where the time of a found network goes, and what would save some",
		Long: "Say what each layer has of the predicted latency of the network that a search found,\n" +
			"the single change of a choice that saves enough and gives up the fewest MACs, and the\n" +
			"options that lie just above a step of the device's latency.",
		Example: "  fbnas lut explain runs/search-1\n  fbnas lut explain runs/search-1 --gain 1ms --lut other.lut",
		Args:    cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) (result, error) {
			return o.explain(ctx, a, args[0])
		}),
	}
	cmd.Flags().StringVar(&o.table, "lut", "", "latency `table` (default: the search's)")
	cmd.Flags().StringVar(&o.gain, "gain", "5%", "what a change has to save, such as 1ms, or a share of the latency")
	return cmd
}

type explainResult struct {
	Run         string  `json:"run"`
	Table       string  `json:"table"`
	PredictedUS float64 `json:"predicted_us"`
	BaseUS      float64 `json:"base_us"` // beside the layers
	search.Evidence
	Known    lut.Certainty   `json:"certainty"` // of the table
	Age      profile.Age     `json:"stale_rows"`
	Layers   []search.Share  `json:"layers"`
	GainUS   float64         `json:"gain_us"` // asked for
	Cheapest *search.Change  `json:"cheapest"`
	Steps    []search.Change `json:"steps"`
	Changes  []search.Change `json:"changes"`
}

func (o explainOptions) explain(ctx context.Context, a *app, run string) (result, error) {
	config, summary, err := finishedSearch(run)
	if err != nil {
		return nil, err
	}
	if o.table == "" {
		o.table = config.Table
	}
	table, age, err := lookAtTable(ctx, a, o.table, lut.Load)
	if err != nil {
		return nil, err
	}
	space, err := models.ParseSpace([]byte(config.Space))
	if err != nil {
		return nil, fmt.Errorf("space of run %s: %w", run, err)
	}
	sel, err := summary.Chosen(space)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", run, err)
	}
	arch, err := models.ReadArch(filepath.Join(run, filepath.Base(summary.Results[0].Arch)))
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", run, err)
	}
	costs, err := search.NewCosts(space, arch.Classes, search.Latency{Table: table})
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", o.table, err)
	}
	r := explainResult{Run: run, Table: o.table, PredictedUS: costs.Of(sel), BaseUS: costs.Cost.Base(),
		Known: table.Certainty(), Age: age, Steps: []search.Change{}, Changes: costs.Changes(sel)}
	if r.Layers, err = costs.Shares(sel); err != nil {
		return nil, fmt.Errorf("table %s: %w", o.table, err)
	}
	if r.Evidence, err = costs.Evidence(sel); err != nil {
		return nil, fmt.Errorf("table %s: %w", o.table, err)
	}
	gain, err := latencies([]string{o.gain}, r.PredictedUS)
	if err != nil {
		return nil, err
	}
	r.GainUS = gain[0]
	for i, c := range r.Changes {
		if c.Step {
			r.Steps = append(r.Steps, c)
		}
		if r.Cheapest == nil && c.Gain >= r.GainUS {
			r.Cheapest = &r.Changes[i]
		}
	}
	return r, nil
}

// finishedSearch is what a search was run with and found.
func finishedSearch(run string) (searchConfig, search.Summary, error) {
	var summary search.Summary
	info, err := rundir.Stat(run)
	if err != nil {
		return searchConfig{}, summary, err
	}
	if info.Verb != "search" || !info.Finished() {
		return searchConfig{}, summary, fault.New(fault.Usage, "Give the folder of a finished search; fbnas runs lists them.",
			"%s is not a finished search", run)
	}
	config, err := rundir.ReadConfig[searchConfig](run)
	if err != nil {
		return config, summary, err
	}
	if err := json.Unmarshal(info.Summary, &summary); err != nil || len(summary.Results) == 0 {
		return config, summary, fmt.Errorf("the summary of run %s holds no result (%v)", run, err)
	}
	return config, summary, nil
}

func (r explainResult) Text(w io.Writer) error {
	fmt.Fprintf(w, "%s by %s: %s %s, of which %s lie beside the layers; rows predicted: %s\ncertainty: %s\n\n", r.Run, r.Table,
		text.Latency(r.PredictedUS), plusMinus(r.Error), text.Latency(r.BaseUS), text.PredictedRows(r.PredictedRows, r.Rows, r.PredictedCost), r.Known)
	layers := text.NewTable(text.Left("layer"), text.Right("latency"), text.Right("share"), text.Left("row"), text.Right("MACs"))
	for _, l := range r.Layers {
		layers.Row(l.Layer, text.Latency(l.Cost), text.Percent(l.Cost/r.PredictedUS), rowText(l), text.Count(l.MACs))
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

// rowText says where a layer's row is from, and its standard error.
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
	return fmt.Sprintf("%s from %g to %g saves %s and gives up %s MACs", c.Choice, c.From, c.To, text.Latency(c.Gain), text.Count(c.MACs))
}
