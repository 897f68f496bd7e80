package job

import (
	"context"
	"fmt"

	"fbnas/lut"
	"fbnas/profile"
	"fbnas/search"
)

// RangeOptions are the options of TableRange.
type RangeOptions struct {
	Table   string // a file
	Space   string // built-in, or a space.yaml; "": the table's
	Classes int
}

// RangeResult is the document of fbnas lut range.
type RangeResult struct {
	Table      string        `json:"table"`
	Space      string        `json:"space"`
	Classes    int           `json:"classes"`
	SmallestUS float64       `json:"smallest_us"`
	LargestUS  float64       `json:"largest_us"`
	Error      *float64      `json:"expected_error"` // the 95th percentile
	Certainty  lut.Certainty `json:"certainty"`
	Age        profile.Age   `json:"stale_rows"`
}

// TableRange predicts the fastest and the slowest network of a space.
func TableRange(ctx context.Context, env *Env, o RangeOptions) (*RangeResult, error) {
	if err := checkClassCount(o.Classes); err != nil {
		return nil, err
	}
	t, age, err := lookAtTable(ctx, env, o.Table, lut.Load)
	if err != nil {
		return nil, err
	}
	space, err := spaceFor(t, o.Space)
	if err != nil {
		return nil, err
	}
	costs, err := search.NewCosts(space, o.Classes, search.Latency{Table: t})
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", o.Table, err)
	}
	r := &RangeResult{Table: o.Table, Space: space.Name, Classes: o.Classes, Certainty: t.Certainty(), Age: age}
	if r.Certainty.Known() {
		r.Error = &r.Certainty.P95Error
	}
	r.SmallestUS, r.LargestUS = costs.Bounds()
	return r, nil
}
