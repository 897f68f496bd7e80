package profile

import (
	"context"
	"fmt"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
)

// setReference makes a network that was timed in the sentinel's batches the
// table's reference; none if the device cannot run it.
func setReference(t *lut.Table, n Network, res results) {
	t.Header.Reference = nil
	if res.networks != nil {
		d := n.Model.Digest()
		t.Header.Reference = &lut.Reference{Name: n.Name, Digest: d, TimeUS: res.figures[d].Ratio * t.Header.Sentinel.TimeUS, Blocks: n.Blocks}
	}
}

// timedBeside combines measured networks with their blocks' rows; it leaves out
// those that failed on the device, with a warning.
func timedBeside(t *lut.Table, networks []Network, res results) (out lut.Measured, err error) {
	out.Noisy = res.noisy
	figures, unitUS := res.figures, t.Header.Sentinel.TimeUS
	if res.networks != nil {
		figures, unitUS = res.networks, t.Header.Reference.TimeUS
	}
	for _, n := range networks {
		d := n.Model.Digest()
		if why, failed := res.failure(d); failed {
			out.Warnings = append(out.Warnings, fmt.Sprintf("network %s: %s: %s", n.Name, why.Kind, why.Detail))
			continue
		}
		line, err := t.AddUp(n.Blocks)
		if err != nil {
			return out, fmt.Errorf("network %s: %w", n.Name, err)
		}
		line.Name, line.Model, line.MACs = n.Name, d, n.MACs
		line.MeasuredUS = figures[d].Ratio * unitUS
		out.Networks = append(out.Networks, line)
	}
	return out, nil
}

// Session measures for an existing table, on its device.
type Session struct {
	Table    *lut.Table
	Meter    latency.Meter
	Options  latency.Options
	Progress func(Progress) // nil: not reported
}

// Measure times networks on the table's device for Calibrate and Validate, beside
// its reference if that is given, and otherwise beside its sentinel. It refuses a
// device, a condition, a sentinel or a reference other than the table's, and,
// unless the options allow it, an unsteady measurement (fault.Unstable). It
// leaves out networks that the device cannot run, and names them in warnings.
func (s Session) Measure(ctx context.Context, beside Yardsticks, networks []Network) (lut.Measured, error) {
	t, opts := s.Table, s.Options.WithDefaults()
	device, cond, err := s.Meter.Identity(ctx, opts)
	if err != nil {
		return lut.Measured{}, fmt.Errorf("measure networks: %w", err)
	}
	if err := t.CheckDevice(device, cond); err != nil {
		return lut.Measured{}, err
	}
	if err := checkYardsticks(t, beside); err != nil {
		return lut.Measured{}, err
	}
	var wanted []latency.Model
	for _, n := range networks {
		wanted = append(wanted, n.Model)
	}
	m := &measurement{meter: s.Meter, beside: beside, options: opts, stage: "networks",
		models: distinct(wanted), journal: lut.NewJournal(), progress: s.Progress}
	res, err := m.run(ctx)
	if err != nil {
		return lut.Measured{}, fmt.Errorf("measure networks: %w", err)
	}
	if beside.Reference != nil && res.networks == nil {
		return lut.Measured{}, fault.New(fault.Failure, remake(t), "table %s: the device no longer runs its reference network", t.Path)
	}
	return timedBeside(t, networks, res)
}

// checkYardsticks fails if the models are not those to which the table's figures
// are ratios.
func checkYardsticks(t *lut.Table, beside Yardsticks) error {
	type yardstick struct {
		field, table string
		model        *latency.Model
	}
	all := []yardstick{{"sentinel", t.Header.Sentinel.Digest, &beside.Sentinel}}
	if r := t.Header.Reference; r != nil && beside.Reference != nil {
		all = append(all, yardstick{"reference", r.Digest, beside.Reference})
	}
	for _, y := range all {
		if d := y.model.Digest(); d != y.table {
			return fault.New(fault.Failure, remake(t), "table %s: %s.digest differs (table %.12s, this fbnas %.12s)", t.Path, y.field, y.table, d)
		}
	}
	return nil
}

func remake(t *lut.Table) string {
	return "Measure the table again with: fbnas profile --device DEVICE --force -o " + t.Path
}
