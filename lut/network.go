package lut

import (
	"context"
	"fmt"

	"fbnas/internal/fault"
	"fbnas/latency"
)

// timed sets measured networks beside their blocks' rows; those that failed on
// the device are left out with a warning.
func (t *Table) timed(networks []Network, res results) (out []Timed, warnings []string, err error) {
	for _, n := range networks {
		d := n.Model.Digest()
		if why, failed := res.failures[d]; failed {
			warnings = append(warnings, fmt.Sprintf("network %s: %s: %s", n.Name, why.Kind, why.Detail))
			continue
		}
		line, err := t.network(n.Blocks)
		if err != nil {
			return nil, warnings, fmt.Errorf("network %s: %w", n.Name, err)
		}
		line.Name, line.Model, line.MACs = n.Name, d, n.MACs
		line.MeasuredUS = res.figures[d].Ratio * t.Header.Sentinel.TimeUS
		out = append(out, line)
	}
	return out, warnings, nil
}

// Measure times networks on the table's device, normalised by its sentinel,
// for Calibrate and Validate. A device, a condition or a sentinel other than
// the table's is refused. Networks that the device cannot run are left out and
// named in warnings.
func (t *Table) Measure(ctx context.Context, meter latency.Meter, sentinel latency.Model, networks []Network,
	opts latency.Options, progress func(Progress)) (timed []Timed, warnings []string, err error) {
	opts = opts.WithDefaults()
	device, cond, err := meter.Identity(ctx, opts)
	if err != nil {
		return nil, nil, fmt.Errorf("measure networks: %w", err)
	}
	if err := t.CheckDevice(device, cond); err != nil {
		return nil, nil, err
	}
	if d := sentinel.Digest(); d != t.Header.Sentinel.Digest {
		return nil, nil, fault.New(fault.Failure, "Make the table anew with: fbnas profile --device DEVICE --force -o "+t.Path,
			"table %s: sentinel.digest differs (table %.12s, this fbnas %.12s)", t.Path, t.Header.Sentinel.Digest, d)
	}
	j := newJournal()
	var wanted []latency.Model
	for _, n := range networks {
		wanted = append(wanted, n.Model)
	}
	m := &measuring{meter: meter, sentinel: sentinel, options: opts, stage: "networks",
		models: distinct(wanted), journal: &j, progress: progress}
	res, err := m.run(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("measure networks: %w", err)
	}
	return t.timed(networks, res)
}
