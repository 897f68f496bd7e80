package search

import (
	"fmt"
	"math"

	"fbnas/engine"
	"fbnas/internal/fault"
	"fbnas/train"
)

// Kinds of lines in a search's metrics.jsonl, whose steps count from 1: "weights"
// has loss, top1, lr and temperature; "choices" has loss, cost, limit, lambda and
// temperature; "probabilities" has one number for each option, "choice/option
// index".
const (
	metricWeights       = "weights"
	metricChoices       = "choices"
	metricProbabilities = "probabilities"
)

// probabilityLines is about how often a run logs all probabilities.
const probabilityLines = 200

// choiceMetrics are the figures of one choice step.
type choiceMetrics struct {
	loss, cost, limit, lambda, temperature float64
	probabilities                          map[string]float64 // nil where they are not logged
}

func (m *choiceMetrics) values() map[string]float64 {
	return map[string]float64{"loss": m.loss, "cost": m.cost, "limit": m.limit, "lambda": m.lambda, "temperature": m.temperature}
}

// recordChoices reads the figures of choice step n, counted from 1.
func (r *runner) recordChoices(results engine.Results, n int, m *choiceMetrics) error {
	m.loss, m.cost, m.lambda = results[train.Loss][0], results[costResult][0], results[multiplierResult][0]
	r.choiceMetrics = m
	if every := max(r.schedule.choiceSteps()/probabilityLines, 1); n%every == 0 || n == r.schedule.choiceSteps() {
		m.probabilities = map[string]float64{}
		for _, c := range r.super.choices {
			for i, p := range results[probability+c.Name] {
				m.probabilities[fmt.Sprintf("%s/%d", c.Name, i)] = p
			}
		}
	}
	if !(m.cost > 0) || math.IsInf(m.cost, 0) {
		return fault.New(fault.Failure, "Calibrate the table again: fbnas lut calibrate.", "the expected cost became %g %s", m.cost, unitText(r.Costs.Cost))
	}
	return train.CheckLoss(m.loss)
}

// afterStep logs a finished step and reports progress.
func (r *runner) afterStep(step int) error {
	values := r.weightMetrics.Values()
	values["temperature"] = r.schedule.temperature(step)
	if err := r.Dir.Log(step+1, metricWeights, values); err != nil {
		return err
	}
	progress := Progress{Stage: Searching, Done: step + 1, Steps: r.schedule.steps, Loss: r.weightMetrics.Loss, Top1: r.weightMetrics.Batch.Top1()}
	if m := r.choiceMetrics; m != nil {
		progress.Cost, progress.Limit = m.cost, m.limit
		if err := r.Dir.Log(step+1, metricChoices, m.values()); err != nil {
			return err
		}
		if m.probabilities != nil {
			if err := r.Dir.Log(step+1, metricProbabilities, m.probabilities); err != nil {
				return err
			}
		}
	}
	if r.Progress != nil {
		r.Progress(progress)
	}
	return nil
}
