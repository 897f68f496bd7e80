package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/lut"
	"fbnas/profile"
)

func lutValidateVerb(a *app) *cobra.Command {
	o := networkOptions{purpose: profile.Validation}
	cmd := &cobra.Command{
		Use:   "validate X.lut --device D",
		Short: "Time networks and compare them with the table's predictions",
		Long: "Time networks that are spread over the latency range, none of them used in the\n" +
			"calibration, and compare them with the table's predictions. The table keeps the result.",
		Example: "  fbnas lut validate local.lut --device local\n  fbnas lut validate local.lut --device local --networks 50 --seed 7",
		Args:    cobra.ExactArgs(1),
	}
	o.add(cmd)
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) {
		t, warnings, err := o.measure(ctx, a, cmd, args[0])
		if err != nil {
			return nil, err
		}
		return validateResult{args[0], *job.ValidationOf(t.Validation), t.Certainty(), warnings}, t.Save()
	})
	return cmd
}

func lutCalibrateVerb(a *app) *cobra.Command {
	o := networkOptions{purpose: profile.Calibration}
	cmd := &cobra.Command{
		Use:   "calibrate X.lut --device D",
		Short: "Time networks and fit how rows add up to a network",
		Long: "Time networks that are spread over the latency range and fit how the rows of blocks\n" +
			"add up to a network's latency. The table keeps the result; an earlier validation no\n" +
			"longer holds and is removed.",
		Example: "  fbnas lut calibrate local.lut --device local",
		Args:    cobra.ExactArgs(1),
	}
	o.add(cmd)
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) {
		t, warnings, err := o.measure(ctx, a, cmd, args[0])
		if err != nil {
			return nil, err
		}
		r := calibrateResult{args[0], *job.CalibrationOf(t.Calibration), t.Certainty(), o.removed, warnings}
		if o.removed {
			a.log.Warn("the validation was of the calibration before, and is removed; find out how good this one is with: fbnas lut validate " + text.Quoted(args[0]) + " --device " + text.Quoted(o.device))
		}
		return r, t.Save()
	})
	return cmd
}

// networkOptions are those of verbs that time a space's networks.
type networkOptions struct {
	measureFlags
	purpose  profile.Purpose
	networks int
	space    string
	classes  int
	removed  bool // the calibration took a validation with it
}

func (o *networkOptions) add(cmd *cobra.Command) {
	o.measureFlags.add(cmd)
	cmd.Flags().IntVar(&o.networks, "networks", profile.PerProfile[o.purpose], "networks to time, a multiple of 10")
	cmd.Flags().StringVar(&o.space, "space", "", "built-in `space` or space.yaml (default: the table's)")
	classesFlag(cmd, &o.classes)
}

// measure times networks for the purpose and puts the outcome into the table.
func (o *networkOptions) measure(ctx context.Context, a *app, cmd *cobra.Command, path string) (*lut.Table, []string, error) {
	if err := job.CheckOutputs(path, o.record); err != nil {
		return nil, nil, err
	}
	t, err := job.OpenTable(ctx, path, profile.Whole)
	if err != nil {
		return nil, nil, err
	}
	space, err := job.SpaceFor(t, o.space)
	if err != nil {
		return nil, nil, err
	}
	opts, err := o.options(cmd, t)
	if err != nil {
		return nil, nil, err
	}
	meter, err := o.open(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	defer meter.Close()
	shown := a.progress()
	defer shown.close()
	had := t.Validation != nil
	s := profile.Session{Table: t, Meter: meter, Options: opts, Progress: func(p profile.Progress) { shown.at(p.Stage, p.Done, p.Total) }}
	m, err := s.Remeasure(ctx, profile.Draw{Space: space, Classes: o.classes, Purpose: o.purpose, Count: o.networks, Seed: o.seed})
	o.removed = had && t.Validation == nil
	return t, append([]string{}, m.Warnings...), err
}

type validateResult struct {
	Table string `json:"table"`
	job.ValidationInfo
	Certainty lut.Certainty `json:"certainty"`
	Warnings  []string      `json:"warnings"`
}

func (r validateResult) Text(w io.Writer) error {
	return writeFacts(w, fact{"validation", validationText(&r.ValidationInfo)}, fact{"warnings", text.List(r.Warnings)})
}

type calibrateResult struct {
	Table string `json:"table"`
	job.CalibrationInfo
	Certainty lut.Certainty `json:"certainty"`
	Removed   bool          `json:"validation_removed"`
	Warnings  []string      `json:"warnings"`
}

func (r calibrateResult) Text(w io.Writer) error {
	return writeFacts(w, fact{"network", calibrationText(&r.CalibrationInfo)}, fact{"certainty", r.Certainty}, fact{"warnings", text.List(r.Warnings)})
}
