package profile

import (
	"context"
	"fmt"
	"slices"

	"fbnas/latency/stats"
	"fbnas/lut"
	"fbnas/lut/predict"
	"fbnas/models"
)

// sparse measures part of the blocks and fits the models that predict the others.
// What it measures depends only on the plan, the seed and the rows of the rounds
// before, so that an interrupted profile resumes with the same blocks.
func (p *profile) sparse(ctx context.Context, all []models.Block) error {
	wanted, parts := divide(all, p.plan.MaxRows, p.opts.Measure.Seed)
	for _, part := range parts {
		wanted = append(append(wanted, part.test...), predict.Lattice(part.blocks, part.goal(0))...)
		wanted = append(wanted, part.known(p.draft.Table())...)
	}
	if err := p.rows(ctx, distinctBlocks(wanted)); err != nil {
		return err
	}
	for round := 1; round < len(roundShares); round++ {
		wanted = nil
		for _, part := range parts {
			next, err := part.uncertain(p.draft.Table(), round)
			if err != nil {
				return err
			}
			wanted = append(wanted, next...)
		}
		if err := p.rows(ctx, wanted); err != nil {
			return err
		}
	}
	for _, part := range parts {
		if err := p.predict(part); err != nil {
			return err
		}
	}
	return nil
}

// known returns the blocks that have a row already; those whose graph has changed
// since are measured again.
func (p part) known(t *lut.Table) []models.Block {
	var list []models.Block
	for _, b := range p.blocks {
		if _, ok := t.Row(b); ok {
			list = append(list, b)
		}
	}
	return list
}

func distinctBlocks(blocks []models.Block) []models.Block {
	seen := map[models.Block]bool{}
	return slices.DeleteFunc(blocks, func(b models.Block) bool {
		again := seen[b]
		seen[b] = true
		return again
	})
}

// uncertain returns the blocks to measure in a round: those without a row, as
// many as the round's goal leaves.
func (p part) uncertain(t *lut.Table, round int) ([]models.Block, error) {
	var open []models.Block
	for _, b := range p.blocks {
		if _, ok := t.Row(b); !ok {
			open = append(open, b)
		}
	}
	want := p.goal(round) - (len(p.blocks) - len(open))
	if want <= 0 {
		return nil, nil
	}
	samples := t.Samples(p.kind, p.tested)
	m, err := p.fit(samples)
	if err != nil {
		return nil, fmt.Errorf("choose %s blocks to measure: %w", p.kind, err)
	}
	return predict.New(m, samples).Uncertain(open, want), nil
}

// predict fits the part's model, after testing the model that it would be without
// the rows held out.
func (p *profile) predict(part part) error {
	t := p.draft.Table()
	all := t.Samples(part.kind, nil)
	p.report.Predicted += len(part.blocks) + len(part.test) - len(all)
	for _, have := range t.Predictions {
		if have.Kind == part.kind {
			return nil
		}
	}
	made := lut.Prediction{Shapes: len(part.blocks) + len(part.test)}
	seen := t.Samples(part.kind, part.tested)
	for round := range roundShares {
		n := min(part.goal(round), len(seen))
		if round == len(roundShares)-1 {
			n = len(seen)
		}
		at, err := part.testedAt(seen[:n], t)
		if err != nil {
			return fmt.Errorf("test the predictions of %s blocks: %w", part.kind, err)
		}
		made.Curve = append(made.Curve, at)
		made.Tested = at
	}
	m, err := predict.Fit(all)
	if err != nil {
		return fmt.Errorf("predict %s blocks: %w", part.kind, err)
	}
	made.Model = *m
	p.draft.PutPrediction(made)
	return nil
}

// testedAt is the error of predictions from samples at the rows held out.
func (p part) testedAt(samples []predict.Sample, t *lut.Table) (lut.Point, error) {
	m, err := p.fit(samples)
	if err != nil {
		return lut.Point{}, err
	}
	predictor := predict.New(m, samples)
	var predicted, measured []float64
	for _, b := range p.test {
		if row, ok := t.Row(b); ok && row.Status == lut.OK {
			us, _ := predictor.Predict(b)
			predicted, measured = append(predicted, us), append(measured, row.LatencyUS)
		}
	}
	at := lut.Point{Rows: len(samples), HeldOut: len(measured)}
	if len(measured) > 0 {
		a := stats.Compare(predicted, measured)
		at.MAPE, at.P95Error, at.MaxError = a.MAPE, a.P95Error, a.MaxError
	}
	return at, nil
}
