package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/latency"
)

func profileVerb(a *app) *cobra.Command {
	var f measureFlags
	var o job.ProfileOptions
	var budget time.Duration
	var maxRows int
	cmd := &cobra.Command{
		Use:   "profile --device D -o X.lut",
		Short: "Measure a space's blocks on a device into a latency table",
		Long: "Measure every block that a space can ask for on a device, as exported ONNX models,\n" +
			"then calibrate and validate the table with whole networks. Of a space that asks for\n" +
			"more than --max-rows blocks, those that tell most are measured and the others\n" +
			"predicted from them; fbnas lut show says how well. An interrupted profile resumes\n" +
			"where it stopped when the same command is given again.",
		Example: "  fbnas profile --device local --dry-run\n" +
			"  fbnas profile --device local -o local.lut\n" +
			"  fbnas profile --device local --space my-space.yaml --budget 10m -o mine.lut\n" +
			"  fbnas profile --device pixel --precision int8 -o pixel-int8.lut",
		Args: cobra.NoArgs,
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.Space, "space", "fbnetv2-f", "built-in `space` or space.yaml")
	flags.IntVar(&o.Classes, "classes", 10, "classes of the networks that calibrate and validate")
	flags.StringVarP(&o.Output, "output", "o", "", "the `table` to write or to resume")
	flags.DurationVar(&budget, "budget", 0, "measure fewer rounds, then fewer rows, where the default takes longer than this")
	flags.IntVar(&maxRows, "max-rows", 2000, "most rows to measure; the others are predicted (0: measure all)")
	flags.StringVar(&o.Precision, "precision", latency.FP32, "number format of the models: fp32, or int8, with tables of its own")
	flags.StringVar(&o.Provider, "ep", "cpu", "execution provider: cpu")
	flags.BoolVar(&o.Force, "force", false, "overwrite the table, whatever it is")
	flags.BoolVar(&o.DryRun, "dry-run", false, "only print the plan")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) (result, error) {
		var err error
		if o.MeasureOptions, err = f.options(cmd); err != nil {
			return nil, err
		}
		if o.MaxRows = &maxRows; flags.Changed("budget") {
			o.Budget = &budget
		}
		if err := zeroGiven(cmd, "classes"); err != nil {
			return nil, err
		}
		o.Again = again(cmd)
		r, err := job.Profile(ctx, a.env, o)
		return view(r, profileText), err
	})
	return cmd
}

// again is the command line that resumes after an interruption.
func again(cmd *cobra.Command) string {
	words := []string{cmd.CommandPath()}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch {
		case f.Name == "force":
		case f.Value.Type() == "bool":
			words = append(words, "--"+f.Name+"="+f.Value.String())
		default:
			words = append(words, "--"+f.Name, text.Quoted(f.Value.String()))
		}
	})
	return strings.Join(words, " ")
}

func profileText(w io.Writer, r *job.ProfileResult) error {
	if r.DryRun {
		_, err := fmt.Fprintln(w, r.Plan)
		return err
	}
	return writeFacts(w,
		fact{"table", *r.Path},
		fact{"rows", fmt.Sprintf("%d (%d measured, %d there before, %d failed)", *r.Rows, *r.Measured, *r.Reused, *r.Failed)},
		fact{"predicted", text.Plural(*r.Predicted, "block")},
		fact{"dropped groups", *r.DroppedGroups},
		fact{"time", text.Seconds(*r.Seconds)},
		fact{"device", fmt.Sprintf("%s (%s)", r.Device.Name, r.Device.SoC)},
		fact{"runtime", *r.Runtime},
		fact{"mode", modeOf(*r.FixedPerformance, r.DefaultMode)},
		fact{"course", courseText(r.Course)},
		fact{"not steady", orEmpty(r.Noisy)},
		fact{"validation", validationText(r.Validation)},
		fact{"certainty", *r.Certainty},
	)
}
