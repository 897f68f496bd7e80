package search

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/models"
)

// Summary is what a search found: the content of its summary.json. Costs are in
// the cost's unit, microseconds for latencies.
type Summary struct {
	Results            []Found   `json:"results"`
	Candidates         []Derived `json:"candidates"` // for the first target, the likeliest first
	Unit               string    `json:"unit"`
	Log10Architectures float64   `json:"log10_architectures"`
	Smallest           float64   `json:"smallest_us"`
	Largest            float64   `json:"largest_us"`
	Start              float64   `json:"uniform_us"`  // expected at the start
	Expected           float64   `json:"expected_us"` // expected at the end
	OneHotTop1         float64   `json:"one_hot_top1"`
	Choices            []Decided `json:"choices"`
	Excluded           int       `json:"excluded_blocks"` // blocks that failed on the device
	// Table says how well costs are known; its origin is "" in runs of older
	// versions.
	Table        lut.Certainty `json:"certainty"`
	Epochs       int           `json:"epochs"`
	Steps        int           `json:"steps"`
	ChoiceSteps  int           `json:"choice_steps"`
	Seconds      float64       `json:"seconds"`
	WaitFraction float64       `json:"wait_fraction"`
	Seed         uint64        `json:"seed"`
	Data         string        `json:"data"`
	Warnings     []string      `json:"warnings"`
}

// Found is the architecture for one target.
type Found struct {
	Target float64 `json:"target_us"`
	Limit  float64 `json:"limit_us"` // the target less the margin
	lut.Estimate
	File   string `json:"arch"` // file name in the run's folder
	MACs   int64  `json:"macs"`
	Params int64  `json:"params"`

	Arch models.Arch `json:"-"`
}

// Derived is a judged candidate.
type Derived struct {
	lut.Estimate
	LogP       float64 `json:"log_p"`
	OneHotTop1 float64 `json:"one_hot_top1"`
	Rejected   bool    `json:"rejected"`
}

// Decided is one choice at the end of a search.
type Decided struct {
	Name          string            `json:"name"`
	Kind          models.ChoiceKind `json:"kind"`
	Options       []models.Option   `json:"options"`
	Probabilities []float64         `json:"probabilities"`
	Entropy       float64           `json:"entropy"` // as a fraction of the largest possible
	Chosen        models.Option     `json:"chosen"`  // the option in the first result
}

// lowEnd is the part of a space's range of costs, above the smallest network,
// that leaves few choices free.
const lowEnd = 0.05

// CheckTarget refuses a target that cannot be met, with the code fault.Target,
// and warns of one that leaves little to find.
func (c *Costs) CheckTarget(target, margin float64) (warning string, err error) {
	smallest, largest := c.Bounds()
	limit := Limit(target, margin)
	unit := unitText(c.Cost)
	switch {
	case limit < smallest:
		return "", fault.New(fault.Target, fmt.Sprintf("Give a target of at least %s %s, or a space with smaller options.", Least(smallest, margin), unit),
			"the target %.6g %s is below the smallest network of space %s: %s to %.6g %s are possible, and the margin is %.2g %%",
			target, unit, c.Space.Name, Least(smallest, margin), Worst(largest, margin), unit, 100*margin)
	case limit > largest:
		return fmt.Sprintf("the target %.6g %s is above the largest network of space %s (%.6g %s): it has no effect", target, unit, c.Space.Name, largest, unit), nil
	case limit-smallest < lowEnd*(largest-smallest):
		return fmt.Sprintf("the target %.6g %s lies at the lower end of space %s (%.6g to %.6g %s): there is little left to choose from", target, unit, c.Space.Name, smallest, largest, unit), nil
	}
	return "", nil
}

// Summarise derives an architecture for every target and describes the search.
// The first target is the one that the search was run for, and gets the judged
// candidate; the others are derived from the same distribution.
func (j Job) Summarise(ctx context.Context, r Result, targets []float64, margin float64) (Summary, error) {
	s := Summary{
		Unit: j.Costs.Cost.Unit(), Log10Architectures: j.Space.Log10(), Start: r.Start, Expected: r.Expected,
		OneHotTop1: r.Best().OneHot.Top1(), Epochs: j.Config.Train.Epochs, Steps: r.Steps, ChoiceSteps: r.ChoiceSteps,
		Table: j.Costs.Cost.Certainty(), Seconds: r.Timing.Total.Seconds(), WaitFraction: r.Timing.WaitFraction(), Seed: j.Config.Train.Seed,
	}
	s.Smallest, s.Largest = j.Costs.Bounds()
	for i, target := range targets {
		best := r.Best().Candidate
		if i > 0 {
			list, err := j.Costs.Derive(ctx, r.Probabilities, Limit(target, margin), 1, nil)
			if err != nil {
				return s, err
			}
			best = list[0]
		}
		found, err := j.found(best, target, margin)
		if err != nil {
			return s, err
		}
		s.Results = append(s.Results, found)
	}
	for _, c := range r.Judged {
		estimate, err := j.Costs.Estimate(c.Selection)
		if err != nil {
			return s, err
		}
		s.Candidates = append(s.Candidates, Derived{estimate, c.LogP, c.OneHot.Top1(), c.Rejected})
	}
	for i, c := range j.Space.Choices() {
		s.Choices = append(s.Choices, Decided{c.Name, c.Kind, c.Options, r.Probabilities[i], entropy(r.Probabilities[i]),
			c.Options[r.Best().Selection[i]]})
	}
	s.Excluded, s.Warnings = len(j.Costs.Excluded), j.warnings(r)
	return s, nil
}

func (j Job) found(c Candidate, target, margin float64) (Found, error) {
	arch, err := j.Space.Arch(c.Selection, len(j.Data.Classes))
	if err != nil {
		return Found{}, err
	}
	blocks, err := arch.Resolve()
	if err != nil {
		return Found{}, err
	}
	estimate, err := j.Costs.Estimate(c.Selection)
	if err != nil {
		return Found{}, err
	}
	counts := models.Count(blocks)
	return Found{Target: target, Limit: Limit(target, margin), Estimate: estimate,
		MACs: counts.MACs, Params: counts.Params, Arch: arch}, nil
}

// warnings lists what makes a search's result doubtful
// (docs/background/search.md, "Defaults").
func (j Job) warnings(r Result) []string {
	list := []string{}
	if n := len(j.Costs.Excluded); n > 0 {
		list = append(list, fmt.Sprintf("%s of the space failed on the device and could not be chosen", text.Plural(n, "block")))
	}
	if n, wanted := len(r.Judged), j.Config.Candidates; n < wanted {
		list = append(list, fmt.Sprintf("found only %s within the limit, instead of %d", text.Plural(n, "distinct network"), wanted))
	}
	limit := j.Config.Limit
	if _, largest := j.Costs.Bounds(); limit >= largest {
		return list // there was no limit
	}
	if ratio := r.Expected / limit; ratio < 0.95 || ratio > 1.05 {
		list = append(list, fmt.Sprintf("the expected cost ended at %.2f of the limit: more epochs may find a better network", ratio))
	}
	mode := make(models.Selection, len(r.Probabilities))
	for i, p := range r.Probabilities {
		for o := range p {
			if p[o] > p[mode[i]] {
				mode[i] = o
			}
		}
	}
	if ratio := j.Costs.Of(mode) / limit; !(ratio >= 0.9 && ratio <= 1) && !slices.Equal(j.Costs.Canonical(mode), r.Best().Selection) {
		list = append(list, fmt.Sprintf("the most likely options together cost %.2f of the limit: the derivation replaced some of them", ratio))
	}
	return list
}

// entropy of p as a fraction of the largest possible.
func entropy(p []float64) float64 {
	var h float64
	for _, v := range p {
		if v > 0 {
			h -= v * math.Log(v)
		}
	}
	return h / math.Log(float64(len(p)))
}
