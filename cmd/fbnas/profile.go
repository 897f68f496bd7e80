package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

type profileOptions struct {
	measureFlags
	space     string
	classes   int
	out       string
	budget    time.Duration
	maxRows   int
	precision string
	provider  string
	force     bool
	dryRun    bool
}

func profileVerb(a *app) *cobra.Command {
	var o profileOptions
	cmd := &cobra.Command{
		Use:   "profile --device D -o X.lut",
		Short: "Measure a space's blocks on a device into a latency table",
		Long: "Measure every block that a space can ask for on a device, as exported ONNX models,\n" +
			"then calibrate and validate the table with whole networks. Of a space that asks for\n" +
			"more than --max-rows blocks, those that tell most are measured and the others\n" +
			"predicted from them; fbnas lut show says how well. An interrupted profile goes on\n" +
			"where it stopped when the same command is given again.",
		Example: "  fbnas profile --device local --dry-run\n" +
			"  fbnas profile --device local -o local.lut\n" +
			"  fbnas profile --device local --space my-space.yaml --budget 10m -o mine.lut\n" +
			"  fbnas profile --device pixel --precision int8 -o pixel-int8.lut",
		Args: cobra.NoArgs,
	}
	o.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.space, "space", "fbnetv2-f", "built-in `space` or space.yaml")
	f.IntVar(&o.classes, "classes", 10, "classes of the networks that calibrate and validate")
	f.StringVarP(&o.out, "output", "o", "", "the `table` to write or go on with")
	f.DurationVar(&o.budget, "budget", 0, "measure fewer rounds, then fewer rows, where the default takes longer than this")
	f.IntVar(&o.maxRows, "max-rows", 2000, "most rows to measure; the others are predicted (0: measure all)")
	f.StringVar(&o.precision, "precision", latency.FP32, "number format of the models: fp32, or int8, with tables of its own")
	f.StringVar(&o.provider, "ep", "cpu", "execution provider: cpu")
	f.BoolVar(&o.force, "force", false, "overwrite the table, whatever it is")
	f.BoolVar(&o.dryRun, "dry-run", false, "only print the plan")
	cmd.RunE = a.does(func(ctx context.Context, _ []string) (result, error) { return runProfile(ctx, a, cmd, o) })
	return cmd
}

// check refuses what this version cannot do, before anything is measured.
func (o profileOptions) check(flags *pflag.FlagSet) error {
	switch {
	case !slices.Contains(latency.Precisions, o.precision):
		return fault.New(fault.Usage, "Give --precision fp32 or int8.", "unknown precision %q", o.precision)
	case o.provider != "cpu":
		return fault.New(fault.Usage, "Leave out --ep: cpu is what this version measures.", "unknown execution provider %q", o.provider)
	case flags.Changed("budget") && flags.Changed("rounds"):
		return fault.New(fault.Usage, "Leave out one of them.", "--budget and --rounds do not go together")
	case flags.Changed("budget") && o.budget <= 0:
		return fault.New(fault.Usage, "Give a time such as --budget 10m.", "a budget of %v", o.budget)
	case o.maxRows < 0:
		return fault.New(fault.Usage, "Give --max-rows 0 to measure all.", "%d rows", o.maxRows)
	case o.classes < 2 || o.classes > 1000:
		return fault.New(fault.Usage, "Give --classes between 2 and 1000.", "%d classes", o.classes)
	case o.out == "" && !o.dryRun:
		return fault.New(fault.Usage, "Give -o X.lut.", "no table is given to write to")
	}
	if err := job.CheckOutputs(o.out, o.record); err != nil {
		return err
	}
	return job.KeepInputs(o.out, o.space)
}

// profileResult is a profile's plan, and what came of it unless it was a dry
// run.
type profileResult struct {
	Plan          planInfo            `json:"plan"`
	DryRun        bool                `json:"dry_run"`
	Path          *string             `json:"path"`
	Rows          *int                `json:"rows"`
	Measured      *int                `json:"measured"`
	Reused        *int                `json:"reused"`
	Failed        *int                `json:"failed"`
	Predicted     *int                `json:"predicted"`
	ResumedRounds *int                `json:"resumed_rounds"`
	DroppedGroups *int                `json:"dropped_groups"`
	Noisy         *string             `json:"noisy"`
	Warnings      []string            `json:"warnings"`
	Seconds       *float64            `json:"seconds"`
	Device        *job.DeviceInfo     `json:"device"`
	Runtime       *string             `json:"runtime"`
	Validation    *job.ValidationInfo `json:"validation"`
	Certainty     *lut.Certainty      `json:"certainty"`

	FixedPerformance *string          `json:"fixed_performance"` // on | off | unsupported
	DefaultMode      *lut.DefaultMode `json:"default_mode"`
	Course           *latency.Course  `json:"course"`
}

type planInfo struct {
	Space            string  `json:"space"`
	Rows             int     `json:"rows"`      // measured
	Predicted        int     `json:"predicted"` // asked for by the space and not measured
	Networks         int     `json:"networks"`
	Rounds           int     `json:"rounds"`
	EstimatedSeconds float64 `json:"estimated_seconds"`
	ExpectedError    float64 `json:"expected_error"`
	// CertaintyOrigin is what the table's certainty will be from.
	CertaintyOrigin lut.Origin `json:"certainty_origin"`
}

func (p planInfo) String() string {
	text := fmt.Sprintf("space %s: %d rows and %d networks, %d rounds each; about %s; rows repeat to about %s",
		p.Space, p.Rows, p.Networks, p.Rounds, text.Seconds(p.EstimatedSeconds), text.Percent(p.ExpectedError))
	if p.Predicted > 0 {
		text += fmt.Sprintf("; %d blocks are predicted from the rows, their error is measured with them", p.Predicted)
	}
	switch p.CertaintyOrigin {
	case lut.LeaveOneOut:
		text += fmt.Sprintf("; the space has %d networks in all, too few to keep some for a validation: the table's error is that of each when it is left out of the calibration", p.Networks)
	case lut.None:
		text += "; the space has one network: it is measured, and nothing tells how far predictions are off"
	}
	return text
}

func runProfile(ctx context.Context, a *app, cmd *cobra.Command, o profileOptions) (result, error) {
	if err := o.check(cmd.Flags()); err != nil {
		return nil, err
	}
	space, err := job.LoadSpace(o.space)
	if err != nil {
		return nil, err
	}
	opts, err := o.options(cmd, nil)
	if err != nil {
		return nil, err
	}
	opts.Precision = o.precision
	if o.budget > 0 && !cmd.Flags().Changed("cool-down") {
		opts.CoolDown = new(min(*opts.CoolDown, o.budget))
	}
	work := profile.WorkOf(space, o.classes)
	if err := profile.CheckRows(work.Blocks, o.maxRows); err != nil {
		return nil, err
	}
	if o.budget > 0 {
		if opts, o.maxRows, err = profile.WithinBudget(work, o.maxRows, opts, o.budget); err != nil {
			return nil, err
		}
	}
	e := profile.NewEstimate(work, o.maxRows, opts)
	r := profileResult{
		Plan:     planInfo{space.Name, e.Rows, e.Asked - e.Rows, e.Networks, e.Rounds, e.Time.Seconds(), e.RowError, e.Origin},
		DryRun:   o.dryRun,
		Warnings: []string{},
	}
	if o.dryRun {
		return r, nil
	}
	a.log.Info(r.Plan.String())
	began := time.Now()
	rep, err := o.measure(ctx, a, space, profile.Options{
		Measure: opts, Tool: "fbnas " + version, Command: again(cmd), Force: o.force,
	})
	if err != nil {
		return nil, err
	}
	r.take(rep, time.Since(began).Seconds(), o.device)
	for _, w := range rep.Warnings {
		a.log.Warn(w)
	}
	return r, nil
}

func (o profileOptions) measure(ctx context.Context, a *app, space models.Space, opts profile.Options) (profile.Report, error) {
	meter, err := o.open(ctx, a)
	if err != nil {
		return profile.Report{}, err
	}
	defer meter.Close()
	format := profile.Format{Precision: o.precision}
	if o.precision == latency.Int8 {
		device, _, err := meter.Identity(ctx, opts.Measure)
		if err != nil {
			return profile.Report{}, err
		}
		format.Arch = device.Model.Arch
	}
	plan := profile.NewPlan(space, o.classes, o.seed, format)
	plan.MaxRows = o.maxRows
	shown := a.progress()
	defer shown.close()
	opts.Progress = func(p profile.Progress) { shown.at(p.Stage, p.Done, p.Total) }
	return profile.Run(ctx, meter, plan, o.out, opts)
}

// again is the command line that goes on after an interruption.
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

func (r *profileResult) take(rep profile.Report, seconds float64, device string) {
	d := job.DeviceOf(device, rep.Table.Header.Device)
	r.Path, r.Rows, r.Measured, r.Reused, r.Failed = &rep.Table.Path, &rep.Rows, &rep.Measured, &rep.Reused, &rep.Failed
	r.Predicted = &rep.Predicted
	r.ResumedRounds, r.DroppedGroups, r.Noisy = &rep.ResumedRounds, &rep.DroppedGroups, orNull(rep.Noisy)
	r.Warnings = append(r.Warnings, rep.Warnings...)
	r.Seconds, r.Device, r.Runtime = &seconds, &d, &rep.Table.Header.Condition.Runtime
	r.Validation = job.ValidationOf(rep.Table.Validation)
	certainty := rep.Table.Certainty()
	r.Certainty = &certainty
	h := rep.Table.Header
	r.FixedPerformance, r.DefaultMode, r.Course = &h.Condition.FixedPerformance, h.DefaultMode, h.Course
}

func (r profileResult) Text(w io.Writer) error {
	if r.DryRun {
		_, err := fmt.Fprintln(w, r.Plan)
		return err
	}
	facts := []fact{
		{"table", *r.Path},
		{"rows", fmt.Sprintf("%d (%d measured, %d there before, %d failed)", *r.Rows, *r.Measured, *r.Reused, *r.Failed)},
		{"predicted", fmt.Sprintf("%d blocks", *r.Predicted)},
		{"dropped groups", *r.DroppedGroups},
		{"time", text.Seconds(*r.Seconds)},
		{"device", fmt.Sprintf("%s (%s)", r.Device.Name, r.Device.SoC)},
		{"runtime", *r.Runtime},
	}
	facts = append(facts, fact{"mode", modeOf(latency.Condition{FixedPerformance: *r.FixedPerformance}, r.DefaultMode)},
		fact{"course", courseText(r.Course)})
	if r.Noisy != nil {
		facts = append(facts, fact{"not steady", *r.Noisy})
	}
	facts = append(facts, fact{"validation", validationText(r.Validation)}, fact{"certainty", *r.Certainty})
	return writeFacts(w, facts...)
}
