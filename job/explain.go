package job

import (
	"context"
	"fmt"

	"fbnas/lut"
	"fbnas/profile"
	"fbnas/search"
)

// ExplainOptions are the options of Explain.
type ExplainOptions struct {
	Run   string // of a finished search
	Table string // a file; "": the search's
	Gain  Limit  // what a change must save: a time, or a part of the latency
}

// ExplainResult is the document of fbnas lut explain.
type ExplainResult struct {
	Run   string `json:"run"`
	Table string `json:"table"`
	lut.Estimate
	BaseUS   float64         `json:"base_us"`   // what the network takes besides its layers
	Known    lut.Certainty   `json:"certainty"` // of the table
	Age      profile.Age     `json:"stale_rows"`
	Layers   []search.Share  `json:"layers"`
	GainUS   float64         `json:"gain_us"` // the gain asked for
	Cheapest *search.Change  `json:"cheapest"`
	Steps    []search.Change `json:"steps"`
	Changes  []search.Change `json:"changes"`
}

// Explain shows where the network that a search found spends its time, and which
// changes would save some.
func Explain(ctx context.Context, env *Env, o ExplainOptions) (*ExplainResult, error) {
	run, err := OpenSearch(o.Run)
	if err != nil {
		return nil, err
	}
	if o.Table == "" {
		o.Table = run.Config.Table
	}
	table, age, err := lookAtTable(ctx, env, o.Table, lut.Load)
	if err != nil {
		return nil, err
	}
	space, err := run.Space()
	if err != nil {
		return nil, err
	}
	sel, err := run.Summary.Chosen(space)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", o.Run, err)
	}
	arch, err := run.Arch(0)
	if err != nil {
		return nil, err
	}
	costs, err := search.NewCosts(space, arch.Classes, search.Latency{Table: table})
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", o.Table, err)
	}
	r := &ExplainResult{Run: o.Run, Table: o.Table, BaseUS: costs.Cost.Base(),
		Known: table.Certainty(), Age: age, Steps: []search.Change{}, Changes: costs.Changes(sel)}
	if r.Layers, err = costs.Shares(sel); err != nil {
		return nil, fmt.Errorf("table %s: %w", o.Table, err)
	}
	if r.Estimate, err = costs.Estimate(sel); err != nil {
		return nil, fmt.Errorf("table %s: %w", o.Table, err)
	}
	if r.GainUS, err = o.Gain.of(r.Cost); err != nil {
		return nil, err
	}
	for i, c := range r.Changes {
		if c.Step {
			r.Steps = append(r.Steps, c)
		}
		if r.Cheapest == nil && c.Gain >= r.GainUS {
			r.Cheapest = &r.Changes[i]
		}
	}
	return r, nil
}
