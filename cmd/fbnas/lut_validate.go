package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/profile"
)

func lutValidateVerb(a *app) *cobra.Command {
	var f networkFlags
	cmd := &cobra.Command{
		Use:   "validate X.lut --device D",
		Short: "Time networks and compare them with the table's predictions",
		Long: "Time networks that are spread over the latency range, none of them used in the\n" +
			"calibration, and compare them with the table's predictions. The table keeps the result.",
		Example: "  fbnas lut validate local.lut --device local\n  fbnas lut validate local.lut --device local --networks 50 --seed 7",
		Args:    cobra.ExactArgs(1),
	}
	f.add(cmd, profile.Validation)
	cmd.RunE = a.action(func(ctx context.Context, args []string) (result, error) {
		o, err := f.options(cmd, args[0])
		if err != nil {
			return nil, err
		}
		r, err := job.ValidateTable(ctx, a.env, o)
		return view(r, validateText), err
	})
	return cmd
}

func lutCalibrateVerb(a *app) *cobra.Command {
	var f networkFlags
	cmd := &cobra.Command{
		Use:   "calibrate X.lut --device D",
		Short: "Time networks and fit how rows add up to a network",
		Long: "Time networks that are spread over the latency range and fit how the rows of blocks\n" +
			"add up to a network's latency. The table keeps the result; an earlier validation no\n" +
			"longer holds and is removed.",
		Example: "  fbnas lut calibrate local.lut --device local",
		Args:    cobra.ExactArgs(1),
	}
	f.add(cmd, profile.Calibration)
	cmd.RunE = a.action(func(ctx context.Context, args []string) (result, error) {
		o, err := f.options(cmd, args[0])
		if err != nil {
			return nil, err
		}
		r, err := job.CalibrateTable(ctx, a.env, o)
		return view(r, calibrateText), err
	})
	return cmd
}

// networkFlags are the flags of verbs that time a space's networks.
type networkFlags struct {
	measureFlags
	networks job.NetworkOptions
}

func (f *networkFlags) add(cmd *cobra.Command, purpose profile.Purpose) {
	f.measureFlags.add(cmd)
	cmd.Flags().IntVar(&f.networks.Networks, "networks", profile.PerProfile[purpose], "networks to time, a multiple of 10")
	cmd.Flags().StringVar(&f.networks.Space, "space", "", "built-in `space` or space.yaml (default: the table's)")
	classesFlag(cmd, &f.networks.Classes)
}

func (f *networkFlags) options(cmd *cobra.Command, table string) (o job.NetworkOptions, err error) {
	o = f.networks
	o.Table = table
	if o.Networks == 0 { // which a job takes for what is not given
		return o, fault.New(fault.Usage, "Give --networks 10 or more, a multiple of 10.", "0 networks")
	}
	o.MeasureOptions, err = f.measureFlags.options(cmd)
	return o, err
}

func validateText(w io.Writer, r *job.ValidateResult) error {
	return writeFacts(w, fact{"validation", validationText(&r.ValidationInfo)}, fact{"warnings", text.List(r.Warnings)})
}

func calibrateText(w io.Writer, r *job.CalibrateResult) error {
	return writeFacts(w, fact{"network", calibrationText(&r.CalibrationInfo)}, fact{"certainty", r.Certainty}, fact{"warnings", text.List(r.Warnings)})
}
