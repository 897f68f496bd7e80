package lut

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"fbnas/internal/fault"
	"fbnas/latency"
)

// Profile measures the plan's blocks into the table at path, then calibrates
// and validates it. Each finished round is in the file before the next one
// begins; a profile that was interrupted goes on there when its provenance is
// the same, and is refused, the field named, when it is not (Options.Force
// overwrites), unless nothing was measured yet. A finished table gets what the
// plan asks for and it lacks.
//
// Errors: fault.Interrupted when ctx ends and fault.Unstable when the device
// does not settle, both with nothing lost; the meter's own.
func Profile(ctx context.Context, meter latency.Meter, plan Plan, path string, opts Options, progress func(Progress)) (Report, error) {
	opts.Measure = opts.Measure.WithDefaults()
	p := &profile{meter: meter, plan: plan, opts: opts, progress: progress}
	if err := CheckRows(plan.Blocks, plan.MaxRows); err != nil {
		return Report{}, fmt.Errorf("profile: %w", err)
	}
	if err := p.open(ctx, path); err != nil {
		return Report{}, fmt.Errorf("profile: %w", err)
	}
	defer p.close()
	for _, stage := range []func(context.Context) error{p.blocks, p.networks, p.modes} {
		if err := stage(ctx); err != nil {
			return Report{}, p.explain(ctx, err)
		}
	}
	return p.finish()
}

// profile is one call of Profile.
type profile struct {
	meter    latency.Meter
	plan     Plan
	opts     Options
	progress func(Progress)

	table  *Table
	file   *file
	report Report
	fresh  bool // rows were measured: the old calibration no longer holds

	reference *latency.Model // that networks were timed beside; nil: none were
}

// open finds out what is measured and makes or takes up its table.
func (p *profile) open(ctx context.Context, path string) error {
	device, cond, err := p.meter.Identity(ctx, p.opts.Measure)
	if err != nil {
		return err
	}
	if err := device.Model.Genuine(); err != nil && !p.opts.Force {
		return err
	}
	header := Header{
		Version: Version, Tool: p.opts.Tool, Device: device, Condition: cond, Space: p.plan.Space,
		Sentinel: Sentinel{Name: p.plan.Sentinel.Name, Digest: p.plan.Sentinel.Digest()},
		Protocol: protocolOf(p.opts.Measure),
	}
	t, err := Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), p.opts.Force:
		t, err = create(path, header)
	case err == nil && t.blank() && len(Provenance(t.Header, header)) > 0:
		t, err = replace(t, header)
	case err == nil:
		err = p.takeUp(t, header)
	}
	if err != nil {
		return err
	}
	p.table = t
	p.report.ResumedRounds = len(t.journal.rounds)
	return p.reopen()
}

// takeUp checks that what t holds and what is about to be measured belong
// together.
func (p *profile) takeUp(t *Table, now Header) error {
	if ds := Provenance(t.Header, now); len(ds) > 0 {
		return fault.New(fault.Usage, "Choose another file with -o, or overwrite this one with --force.",
			"%s was measured otherwise: %s differs (table, now)", t.Path, list(ds))
	}
	for _, d := range differences(
		map[string]string{"device.os": t.Header.Device.OS, "device.unit": t.Header.Device.Unit, "tool": t.Header.Tool},
		map[string]string{"device.os": now.Device.OS, "device.unit": now.Device.Unit, "tool": now.Tool}) {
		p.report.Warnings = append(p.report.Warnings, "the table was begun with another "+d.String())
	}
	if t.Cut > 0 {
		p.report.Warnings = append(p.report.Warnings,
			fmt.Sprintf("the last record was cut off (%d bytes); what it held is measured again", t.Cut))
	}
	return nil
}

func (p *profile) reopen() (err error) {
	p.close()
	p.file, err = appendTo(p.table)
	return err
}

func (p *profile) close() {
	if p.file != nil {
		p.file.close()
		p.file = nil
	}
}

func (p *profile) finish() (Report, error) {
	p.emptyJournal()
	if err := p.table.Save(); err != nil {
		return Report{}, fmt.Errorf("profile: %w", err)
	}
	p.report.Table = p.table
	p.report.Noisy = p.table.Header.Noisy
	if why := p.table.dear(); why != "" {
		p.report.Warnings = append(p.report.Warnings, why)
	}
	p.report.Rows = len(p.table.rows)
	for _, r := range p.table.rows {
		if r.Status == Failed {
			p.report.Failed++
		}
	}
	return p.report, nil
}

// emptyJournal leaves of the journal what is in no row.
func (p *profile) emptyJournal() {
	h := &p.table.Header
	if course := p.table.journal.course; course != (latency.Course{}) {
		if h.Course != nil {
			course = h.Course.Plus(course)
		}
		h.Course = &course
	}
	p.table.journal = newJournal()
}

// explain says of an error what it did not cost, and how to go on.
func (p *profile) explain(ctx context.Context, err error) error {
	again := "Give the same command again: it goes on where this one stopped."
	if p.opts.Command != "" {
		again = "Go on with: " + p.opts.Command
	}
	kept := fmt.Sprintf("%d rows and %d rounds are safe in %s", len(p.table.rows), len(p.table.journal.rounds), p.table.Path)
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
