package job

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/latency"
	"fbnas/models"
	"fbnas/profile"
)

// ProfileOptions are the options of Profile.
type ProfileOptions struct {
	MeasureOptions
	Output    string         // the table to write or to resume
	Space     string         // built-in, or a space.yaml; "": fbnetv2-f
	Classes   int            // of the networks for calibration and validation; 0: 10
	Budget    *time.Duration // measure fewer rounds, then fewer rows, if the usual ones take longer; nil: unlimited
	MaxRows   *int           // most rows to measure, the others are predicted; nil: 2000; 0: measure all
	Precision string         // of the models, one of latency.Precisions; "": latency.FP32
	Provider  string         // execution provider; "": cpu
	Force     bool           // overwrite an existing table
	DryRun    bool           // only plan
	Again     string         // the command that resumes after an interruption, for the table; "": unknown
}

// withDefaults replaces zero values by the defaults.
func (o ProfileOptions) withDefaults() ProfileOptions {
	o.Space = cmp.Or(o.Space, "fbnetv2-f")
	o.Classes = cmp.Or(o.Classes, 10)
	o.MaxRows = cmp.Or(o.MaxRows, new(2000))
	o.Precision = cmp.Or(o.Precision, latency.FP32)
	o.Provider = cmp.Or(o.Provider, "cpu")
	return o
}

// check refuses options that this version does not support, before anything is
// measured.
func (o ProfileOptions) check() error {
	switch {
	case !slices.Contains(latency.Precisions, o.Precision):
		return fault.New(fault.Usage, "Give --precision fp32 or int8.", "unknown precision %q", o.Precision)
	case o.Provider != "cpu":
		return fault.New(fault.Usage, "Leave out --ep: cpu is what this version measures.", "unknown execution provider %q", o.Provider)
	case o.Budget != nil && o.Rounds != 0:
		return fault.New(fault.Usage, "Leave out one of them.", "--budget and --rounds do not go together")
	case o.Budget != nil && *o.Budget <= 0:
		return fault.New(fault.Usage, "Give a time such as --budget 10m.", "a budget of %v", *o.Budget)
	case *o.MaxRows < 0:
		return fault.New(fault.Usage, "Give --max-rows 0 to measure all.", "%s", text.Plural(*o.MaxRows, "row"))
	case o.Classes < 2 || o.Classes > 1000:
		return fault.New(fault.Usage, "Give --classes between 2 and 1000.", "%s", text.Plural(o.Classes, "class"))
	case o.Output == "" && !o.DryRun:
		return fault.New(fault.Usage, "Give -o X.lut.", "no table is given to write to")
	}
	if err := CheckOutputs(o.Output, o.Device.Record); err != nil {
		return err
	}
	return KeepInputs(o.Output, o.Space)
}

// Profile measures every block that a space can ask for on a device, as exported
// ONNX models, into a table, and calibrates and validates it with whole networks.
// Called again after an interruption, it resumes where it stopped.
func Profile(ctx context.Context, env *Env, o ProfileOptions) (*ProfileResult, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	space, err := loadSpace(o.Space)
	if err != nil {
		return nil, err
	}
	opts, err := o.plan(space)
	if err != nil {
		return nil, err
	}
	r := newProfileResult(space, profile.NewEstimate(profile.WorkOf(space, o.Classes), *o.MaxRows, opts))
	if r.DryRun = o.DryRun; o.DryRun {
		return r, nil
	}
	env.log().Info(r.Plan.String())
	began := time.Now()
	report, err := o.measure(ctx, env, space, opts)
	if err != nil {
		return nil, err
	}
	r.addReport(report, time.Since(began), o.Device.Name)
	for _, w := range report.Warnings {
		env.log().Warn(w)
	}
	return r, nil
}

// plan decides how to measure, and sets MaxRows to what the budget allows.
func (o *ProfileOptions) plan(space models.Space) (latency.Options, error) {
	opts, err := o.options(nil)
	if err != nil {
		return opts, err
	}
	opts.Precision = o.Precision
	work := profile.WorkOf(space, o.Classes)
	if err := profile.CheckRows(work.Blocks, *o.MaxRows); err != nil || o.Budget == nil {
		return opts, err
	}
	if opts.CoolDown == nil {
		opts.CoolDown = new(min(*opts.WithDefaults().CoolDown, *o.Budget))
	}
	opts, rows, err := profile.WithinBudget(work, *o.MaxRows, opts, *o.Budget)
	o.MaxRows = &rows
	return opts, err
}

func (o ProfileOptions) measure(ctx context.Context, env *Env, space models.Space, opts latency.Options) (profile.Report, error) {
	meter, err := o.Device.open(ctx, env)
	if err != nil {
		return profile.Report{}, err
	}
	defer meter.Close()
	format := profile.Format{Precision: o.Precision}
	if o.Precision == latency.Int8 {
		device, _, err := meter.Identity(ctx, opts)
		if err != nil {
			return profile.Report{}, err
		}
		format.Arch = device.Model.Arch
	}
	plan := profile.NewPlan(space, o.Classes, o.Seed, format)
	plan.MaxRows = *o.MaxRows
	return profile.Run(ctx, meter, plan, o.Output, profile.Options{
		Measure: opts, Tool: env.Tool, Command: o.Again, Force: o.Force, Progress: env.profileProgress,
	})
}
