package job

import (
	"context"

	"fbnas/internal/text"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/profile"
)

// NetworkOptions are the options of ValidateTable and CalibrateTable.
type NetworkOptions struct {
	MeasureOptions
	Table    string // a file
	Networks int    // to time, a multiple of 10; 0: as many as a profile times
	Space    string // built-in, or a space.yaml; "": the table's
	Classes  int    // of the networks
}

// ValidateResult is the document of fbnas lut validate.
type ValidateResult struct {
	Table string `json:"table"`
	ValidationInfo
	Certainty lut.Certainty `json:"certainty"`
	Warnings  []string      `json:"warnings"`
}

// ValidateTable times networks that were not used in the table's calibration, and
// compares them with its predictions. The result is kept in the table.
func ValidateTable(ctx context.Context, env *Env, o NetworkOptions) (*ValidateResult, error) {
	t, err := o.measure(ctx, env, profile.Validation)
	if err != nil {
		return nil, err
	}
	return &ValidateResult{o.Table, *validationOf(t.Validation), t.Certainty(), t.warnings}, t.Save()
}

// CalibrateResult is the document of fbnas lut calibrate.
type CalibrateResult struct {
	Table string `json:"table"`
	CalibrationInfo
	Certainty lut.Certainty `json:"certainty"`
	Removed   bool          `json:"validation_removed"`
	Warnings  []string      `json:"warnings"`
}

// CalibrateTable times networks and fits how the rows of blocks add up to a
// network's latency. The result is kept in the table; an earlier validation no
// longer applies and is removed.
func CalibrateTable(ctx context.Context, env *Env, o NetworkOptions) (*CalibrateResult, error) {
	t, err := o.measure(ctx, env, profile.Calibration)
	if err != nil {
		return nil, err
	}
	r := &CalibrateResult{o.Table, *calibrationOf(t.Calibration), t.Certainty(), t.removed, t.warnings}
	if r.Removed {
		env.log().Warn("the validation was of the earlier calibration, and is removed; validate the new one with: fbnas lut validate " +
			text.Quoted(o.Table) + " --device " + text.Quoted(o.Device.Name))
	}
	return r, t.Save()
}

// updatedTable is a table for which networks were timed.
type updatedTable struct {
	*lut.Table
	removed  bool     // the calibration replaced one that had a validation
	warnings []string // not nil
}

// measure times networks for the purpose and stores the outcome in the table.
func (o NetworkOptions) measure(ctx context.Context, env *Env, purpose profile.Purpose) (updatedTable, error) {
	if err := CheckOutputs(o.Table, o.Device.Record); err != nil {
		return updatedTable{}, err
	}
	t, err := openTable(ctx, o.Table, profile.Whole)
	if err != nil {
		return updatedTable{}, err
	}
	space, err := spaceFor(t, o.Space)
	if err != nil {
		return updatedTable{}, err
	}
	s, err := o.session(ctx, env, t)
	if err != nil {
		return updatedTable{}, err
	}
	defer s.host.Close()
	had := t.Validation != nil
	m, err := s.Remeasure(ctx, profile.Draw{Space: space, Classes: o.Classes, Purpose: purpose, Count: o.Networks, Seed: o.Seed})
	return updatedTable{t, had && t.Validation == nil, append([]string{}, m.Warnings...)}, err
}

// session measures for an existing table, until its host is closed.
type session struct {
	profile.Session
	host *latency.Host
}

func (m MeasureOptions) session(ctx context.Context, env *Env, t *lut.Table) (session, error) {
	opts, err := m.options(t)
	if err != nil {
		return session{}, err
	}
	host, err := m.Device.open(ctx, env)
	return session{profile.Session{Table: t, Meter: host, Options: opts, Progress: env.profileProgress}, host}, err
}
