package profile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/latency"
	"fbnas/lut"
)

// Run measures the plan's blocks into the table at path, then calibrates and
// validates it. Each finished round is in the file before the next one begins. An
// interrupted profile is resumed if its provenance is the same; otherwise it is
// refused, naming the field, unless nothing was measured yet (Options.Force
// overwrites). A finished table gets what it lacks of the plan.
//
// Errors: fault.Interrupted when ctx ends and fault.Unstable when the device does
// not settle, both with nothing lost; and the meter's own.
func Run(ctx context.Context, meter latency.Meter, plan Plan, path string, opts Options) (Report, error) {
	opts.Measure = opts.Measure.WithDefaults()
	p := &profile{meter: meter, plan: plan, opts: opts}
	if err := CheckRows(plan.Blocks, plan.MaxRows); err != nil {
		return Report{}, fmt.Errorf("profile: %w", err)
	}
	if err := p.open(ctx, path); err != nil {
		return Report{}, fmt.Errorf("profile: %w", err)
	}
	defer p.draft.Close()
	for _, stage := range []func(context.Context) error{p.blocks, p.networks, p.modes} {
		if err := stage(ctx); err != nil {
			return Report{}, p.explain(ctx, err)
		}
	}
	return p.finish()
}

// profile is one call of Run.
type profile struct {
	meter latency.Meter
	plan  Plan
	opts  Options

	draft  *lut.Draft
	report Report
	fresh  bool // rows were measured, so the old calibration no longer applies

	reference *latency.Model // beside which networks were timed; nil: none
}

// open determines what is measured, and creates or resumes its table.
func (p *profile) open(ctx context.Context, path string) error {
	device, cond, err := p.meter.Identity(ctx, p.opts.Measure)
	if err != nil {
		return err
	}
	if err := device.Model.Genuine(); err != nil && !p.opts.Force {
		return err
	}
	header := lut.Header{
		Version: lut.Version, Tool: p.opts.Tool, Device: device, Condition: cond, Space: p.plan.Space,
		Sentinel: lut.Sentinel{Name: p.plan.Sentinel.Name, Digest: p.plan.Sentinel.Digest()},
		Protocol: protocolOf(p.opts.Measure),
	}
	t, err := lut.Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), p.opts.Force:
		p.draft, err = lut.Create(path, header)
	case err == nil && t.Blank() && len(lut.Provenance(t.Header, header)) > 0:
		p.draft, err = replace(t, header)
	case err == nil:
		err = p.resume(t, header)
	}
	if err != nil {
		return err
	}
	p.report.ResumedRounds = p.draft.Journal().Len()
	return nil
}

// replace starts a blank table anew, unless another profile is writing it.
func replace(t *lut.Table, h lut.Header) (*lut.Draft, error) {
	held, err := lut.Resume(t)
	if err != nil {
		return nil, err
	}
	defer held.Close()
	return lut.Create(t.Path, h)
}

// resume continues t, after checking that what it has and what is about to be
// measured belong together.
func (p *profile) resume(t *lut.Table, now lut.Header) (err error) {
	if ds := lut.Provenance(t.Header, now); len(ds) > 0 {
		return fault.New(fault.Usage, "Choose another file with -o, or overwrite this one with --force.",
			"%s was measured under other conditions: %s differs (table, now)", t.Path, ds)
	}
	for _, d := range lut.Incidental(t.Header, now) {
		p.report.Warnings = append(p.report.Warnings, "the table was started with another "+d.String())
	}
	if t.Cut > 0 {
		p.report.Warnings = append(p.report.Warnings,
			fmt.Sprintf("the last record was cut off (%d bytes); what it held is measured again", t.Cut))
	}
	p.draft, err = lut.Resume(t)
	return err
}

func (p *profile) finish() (Report, error) {
	if err := p.draft.Finish(); err != nil {
		return Report{}, fmt.Errorf("profile: %w", err)
	}
	t := p.draft.Table()
	p.report.Table = t
	p.report.Noisy = t.Header.Noisy
	if why := overheadWarning(t); why != "" {
		p.report.Warnings = append(p.report.Warnings, why)
	}
	rows := t.Rows()
	p.report.Rows = len(rows)
	for _, r := range rows {
		if r.Status == lut.Failed {
			p.report.Failed++
		}
	}
	return p.report, nil
}

// explain adds to an error what is safe in spite of it, and how to resume.
func (p *profile) explain(ctx context.Context, err error) error {
	again := "Run the same command again: it continues where this one stopped."
	if p.opts.Command != "" {
		again = "Resume with: " + p.opts.Command
	}
	t := p.draft.Table()
	kept := fmt.Sprintf("%s and %s are safe in %s", text.Plural(len(t.Rows()), "row"), text.Plural(p.draft.Journal().Len(), "round"), t.Path)
	code, hint := fault.CodeOf(err), fault.HintOf(err)
	switch {
	case ctx.Err() != nil:
		code, hint = fault.Interrupted, again
	case code == fault.Unstable:
		hint = "Let the device cool down and stop other programs, then measure again with --force; or accept the figures as they are with --allow-noisy. " + again
	case hint == "":
		hint = again
	default:
		hint += " " + again
	}
	return fault.New(code, hint, "profile: %w; %s", err, kept)
}
