package job

import (
	"cmp"
	"context"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/profile"
)

// CheckOptions are the options of CheckTable.
type CheckOptions struct {
	MeasureOptions
	Table string // a file
	Rows  int    // to measure; 0: 40
}

// CheckResult is the document of fbnas lut check.
type CheckResult struct {
	Table    string   `json:"table"`
	Rows     int      `json:"rows"`
	Median   float64  `json:"median_ratio"` // of measured/table
	P90      float64  `json:"p90_difference"`
	Max      float64  `json:"max_difference"`
	Fits     bool     `json:"fits"`
	Noisy    *string  `json:"noisy"` // why the measurement was not steady
	Warnings []string `json:"warnings"`
}

// CheckTable measures some of a table's rows again, spread over their latencies.
// If the table does not fit this unit, it returns an error beside the result.
func CheckTable(ctx context.Context, env *Env, o CheckOptions) (*CheckResult, error) {
	if o.Rows < 0 {
		return nil, fault.New(fault.Usage, "Give --rows 1 or more.", "%s", text.Plural(o.Rows, "row"))
	}
	if err := CheckOutputs(o.Device.Record); err != nil {
		return nil, err
	}
	t, err := lut.Load(o.Table)
	if err != nil {
		return nil, err
	}
	s, err := o.session(ctx, env, t)
	if err != nil {
		return nil, err
	}
	defer s.host.Close()
	s.Progress = func(p profile.Progress) { env.progress("rows", p.Done, p.Total) }
	fit, warnings, err := s.Check(ctx, cmp.Or(o.Rows, 40))
	if err != nil {
		return nil, err
	}
	r := &CheckResult{o.Table, fit.Rows, fit.Median, fit.P90, fit.Max, fit.Fits(), orNull(fit.Noisy), append([]string{}, warnings...)}
	if !r.Fits {
		err = fault.New(fault.Failure, "Let the device cool down and check again, or profile this unit: fbnas profile --device "+text.Quoted(o.Device.Name)+" -o OTHER.lut",
			"table %s does not fit %s", o.Table, o.Device.Name)
	}
	return r, err
}
