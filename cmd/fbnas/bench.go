package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"fbnas/job"
)

func benchVerb(a *app) *cobra.Command {
	var f measureFlags
	var o job.BenchOptions
	var target time.Duration
	cmd := &cobra.Command{
		Use:   "bench MODEL.onnx... --device D",
		Short: "Time ONNX models on a device, and hold them against a target",
		Long: "Time ONNX models side by side with the sentinel, a small fixed network. With a table,\n" +
			"they are timed beside its reference network too: latencies are normalised as those\n" +
			"of the table's networks are, and stand beside its predictions for models that\n" +
			"fbnas has exported. Several models are compared with the first one round by round\n" +
			"(Wilcoxon's signed-rank test). A model that is slower than the target ends with exit status 3.\n\n" +
			"Files of any origin are timed, on numbers that are drawn: normal ones for floats, any\n" +
			"byte, 0 or 1 for longer integers. A batch that a file leaves open is 1. Other open\n" +
			"sizes are given with --input, once for each input; the file is then timed as if it\n" +
			"were fixed at them. Tensors that a file keeps in another one beside it travel with it.",
		Example: "  fbnas bench model.onnx --device local\n  fbnas bench model.onnx --device local --lut local.lut --target 15ms\n" +
			"  fbnas bench detector.onnx --device pixel --input images:1x3x320x320",
		Args: cobra.MinimumNArgs(1),
	}
	f.add(cmd)
	cmd.Flags().Lookup("default-mode").Usage += ", as without a table"
	cmd.Flags().Var((*latencyFlag)(&target), "target", "the latency that each model must meet, such as 15ms")
	cmd.Flags().StringVar(&o.Table, "lut", "", "the `table` to normalise by and to predict from")
	cmd.Flags().BoolVar(&o.Shares, "shares", false, "run each model under the runtime's profiler too, and show what each operator has of its time")
	cmd.Flags().StringArrayVar(&o.Inputs, "input", nil, "the shape of an input, `NAME:1x3x320x320`, of every model that has it (default: as declared, one example)")
	cmd.Flags().BoolVar(&o.Force, "force", false, "time them on an emulator, too, and mark the result")
	cmd.RunE = a.action(func(ctx context.Context, args []string) (result, error) {
		var err error
		if o.MeasureOptions, err = f.options(cmd); err != nil {
			return nil, err
		}
		if cmd.Flags().Changed("target") {
			o.Target = &target
		}
		o.Models = args
		r, err := job.Bench(ctx, a.env, o)
		return view(r, benchText), err
	})
	return cmd
}
