package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/search"
)

func searchVerb(a *app) *cobra.Command {
	var f runFlags
	o := job.SearchOptions{Config: search.DefaultConfig()}
	var targets []string
	var margin string
	cmd := &cobra.Command{
		Use:   "search --lut X.lut --data DATA --target 15ms",
		Short: "Search the architecture for a latency (DMaskingNAS)",
		Long: "Train one supernet with masks over a space, its choices steered by the table's\n" +
			"latencies towards the target, and derive the best architecture inside it exactly.\n" +
			"With several targets the search aims at the first; the others are derived from\n" +
			"the same distribution. --margin auto aims below a target by the 95th percentile\n" +
			"of the table's error, validated or by leaving networks out of its calibration.",
		Example: "  fbnas search --lut pixel.lut --data photos/ --target 15ms\n" +
			"  fbnas search --lut local.lut --data fashion-mnist --target 25us --epochs 5 -o runs/mine\n" +
			"  fbnas search --resume -o runs/mine",
		Args: cobra.NoArgs,
	}
	f.add(cmd)
	trainFlags(cmd, &o.Config.Train)
	flags := cmd.Flags()
	flags.StringVar(&o.Table, "lut", "", "latency `table` of the device")
	flags.StringVar(&o.Space, "space", "", "built-in `space` or space.yaml (default: the table's)")
	flags.StringSliceVar(&targets, "target", nil, "latency that must hold, such as 15ms or 40% of the slowest network; several with commas")
	flags.StringVar(&margin, "margin", "auto", "aim below the target: auto, or a part such as 2% or 0")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) (result, error) {
		var err error
		if o.RunOptions, err = f.options(cmd); err != nil {
			return nil, err
		}
		if o.Targets, err = limits(targets); err != nil {
			return nil, err
		}
		if o.Margin, err = marginOf(cmd, margin); err != nil {
			return nil, err
		}
		o.ExactBatch = cmd.Flags().Changed("batch")
		o.Given = given(cmd)
		r, err := job.Search(ctx, a.env, o)
		return view(r, searchText), err
	})
	return cmd
}

func searchText(w io.Writer, r *job.SearchResult) error {
	t := text.NewTable(text.Right("target"), text.Right("predicted"), text.Right("error"),
		text.Right("rows predicted"), text.Right("MACs"), text.Right("params"), text.Left("architecture"))
	for _, f := range r.Results {
		t.Row(text.Latency(f.Target), text.Latency(f.Cost), plusMinus(f.Error),
			text.PredictedRows(f.PredictedRows, f.Rows, f.PredictedCost), text.Count(f.MACs), text.Count(f.Params), filepath.Join(r.Run, f.File))
	}
	if err := t.WriteText(w); err != nil {
		return err
	}
	return writeFacts(w,
		fact{"space", fmt.Sprintf("10^%.1f architectures, %s to %s", r.Log10Architectures, text.Latency(r.Smallest), text.Latency(r.Largest))},
		fact{"expected", fmt.Sprintf("%s at the end, %s at the start", text.Latency(r.Expected), text.Latency(r.Start))},
		fact{"time", fmt.Sprintf("%s for %d epochs (%d steps, %d choice steps), %s of it waiting for images",
			text.Seconds(r.Seconds), r.Epochs, r.Steps, r.ChoiceSteps, text.Percent(r.WaitFraction))},
		fact{"certainty", r.Table},
		fact{"excluded", excluded(r)},
		fact{"default mode", inDefaultMode(r.DefaultMode, r.Results[0].Target)},
		fact{"next", "fbnas train " + text.Quoted(job.Located(r.Run)) + " --data " + text.Quoted(job.Located(r.Data))},
		fact{"to be sure", timing(r)},
	)
}

func excluded(r *job.SearchResult) string {
	if r.Excluded == 0 {
		return ""
	}
	return text.Plural(r.Excluded, "block") + ", which failed on the device"
}

// timing says how to time the found network, if some of its rows were predicted;
// without training it is equally fast.
func timing(r *job.SearchResult) string {
	if len(r.Results) == 0 || r.Results[0].PredictedRows == 0 {
		return ""
	}
	arch := job.Located(filepath.Join(r.Run, r.Results[0].File))
	return "fbnas export timing.onnx --from " + text.Quoted(arch) +
		" && fbnas bench timing.onnx --device DEVICE --lut " + text.Quoted(job.Located(r.TablePath))
}
