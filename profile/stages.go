package profile

import (
	"context"
	"fmt"
	"slices"

	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

// blocks measures every row of the plan, or as many as it allows.
func (p *profile) blocks(ctx context.Context) error {
	all := lut.Rows(p.plan.Blocks)
	if p.plan.MaxRows == 0 || len(all) <= p.plan.MaxRows {
		return p.rows(ctx, all)
	}
	return p.sparse(ctx, all)
}

// rows measures those blocks that the table lacks, or has with another graph.
func (p *profile) rows(ctx context.Context, blocks []models.Block) error {
	todo, err := p.pendingRows(ctx, blocks)
	if err != nil || len(todo) == 0 {
		return err
	}
	var wanted []latency.Model
	for _, r := range todo {
		wanted = append(wanted, r.model)
	}
	res, err := p.measure(ctx, "blocks", wanted, nil)
	if err != nil {
		return err
	}
	t := p.draft.Table()
	sentinel := &t.Header.Sentinel
	if sentinel.TimeUS == 0 {
		sentinel.TimeUS = latency.SentinelUS(res.rounds)
	}
	for _, r := range todo {
		if why, failed := res.failure(r.model.Digest()); failed {
			p.draft.Put(failedRow(r.key, r.graph, why))
			continue
		}
		p.report.Measured++
		p.draft.Put(measuredRow(r.key, r.graph, res.figures[r.model.Digest()], sentinel.TimeUS))
	}
	p.fresh = true
	t.Calibration, t.Validation, t.Predictions = nil, nil, nil
	return p.draft.Checkpoint()
}

// pendingRow is a row that is to be measured.
type pendingRow struct {
	key   lut.Key
	graph string
	model latency.Model
}

func (p *profile) pendingRows(ctx context.Context, blocks []models.Block) ([]pendingRow, error) {
	t := p.draft.Table()
	var todo []pendingRow
	for _, b := range blocks {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		model, graph, err := p.plan.Export(b)
		if err != nil {
			return nil, fmt.Errorf("export %s block: %w", b.Kind, err)
		}
		if row, ok := t.Row(b); ok && !row.Stale(graph) && row.Status != lut.Predicted {
			p.report.Reused++
			continue
		}
		todo = append(todo, pendingRow{t.Key(b), graph, model})
	}
	return todo, nil
}

// networks calibrates and validates the table if it is not yet.
func (p *profile) networks(ctx context.Context) error {
	t := p.draft.Table()
	if p.plan.Networks == nil || !p.fresh && t.Calibration != nil {
		return nil
	}
	calibration, validation, err := p.plan.Networks(t)
	if err != nil {
		return fmt.Errorf("networks: %w", err)
	}
	var wanted []latency.Model
	for _, n := range slices.Concat(calibration, validation) {
		wanted = append(wanted, n.Model)
	}
	if len(wanted) == 0 {
		return nil
	}
	reference := slices.Concat(calibration, validation)[len(calibration)/2]
	p.reference = &reference.Model
	res, err := p.measure(ctx, "networks", wanted, p.reference)
	if err != nil {
		return err
	}
	setReference(t, reference, res)
	for _, part := range []struct {
		networks []Network
		store    func(lut.Measured) error
	}{{calibration, t.Calibrate}, {validation, t.Validate}} {
		timed, err := timedBeside(t, part.networks, res)
		p.report.Warnings = append(p.report.Warnings, timed.Warnings...)
		if err != nil {
			return err
		}
		if len(timed.Networks) == 0 {
			continue
		}
		if err := part.store(timed); err != nil {
			return err
		}
	}
	return nil
}

// measure runs one stage, and marks the table if it was not steady.
func (p *profile) measure(ctx context.Context, stage string, wanted []latency.Model, reference *latency.Model) (results, error) {
	m := &measurement{
		meter: p.meter, beside: Yardsticks{p.plan.Sentinel, reference}, options: p.opts.Measure,
		stage: stage, models: distinct(wanted), journal: p.draft.Journal(), progress: p.opts.Progress,
	}
	res, err := m.run(ctx)
	if err != nil {
		return res, err
	}
	for _, f := range res.figures {
		p.report.DroppedGroups += f.Dropped
	}
	if res.noisy != "" {
		p.draft.Table().Header.Noisy = res.noisy
	}
	return res, nil
}

// distinct drops models with the same bytes as an earlier one: blocks that differ
// only in name, networks chosen twice.
func distinct(wanted []latency.Model) []latency.Model {
	seen := map[string]bool{}
	var out []latency.Model
	for _, m := range wanted {
		if d := m.Digest(); !seen[d] {
			seen[d] = true
			out = append(out, m)
		}
	}
	return out
}
