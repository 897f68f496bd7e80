package search

import (
	"errors"
	"fmt"
	"math"

	"fbnas/internal/fault"
	"fbnas/train"
)

// Config is the configuration of a search: the training of the weights, and the
// search itself.
type Config struct {
	Train train.Config `yaml:"train"`
	// HoldOut is the part of the training images on which the choices are trained
	// and candidates are judged; the weights are trained on the rest.
	HoldOut float64 `yaml:"hold_out"`
	// WarmUp is the part of the steps before the first choice step.
	WarmUp float64 `yaml:"choice_warm_up"`
	// Sampling is how the networks are drawn that the weights learn from.
	Sampling Sampling `yaml:"sampling,omitempty"`
	// Every is the number of weight steps for each choice step.
	Every int `yaml:"choice_every"`
	// Rate of Adam on the choices; 0 means 30 / choice steps, limited to
	// 0.01..0.1.
	Rate float64 `yaml:"choice_rate"`
	// Temperature falls geometrically from Hot to Cold after the warm-up.
	Hot  float64 `yaml:"temperature_start"`
	Cold float64 `yaml:"temperature_end"`
	// Gains of the multiplier's control; an Integral of 0 means 10 / choice
	// steps.
	Proportional float64 `yaml:"lambda_proportional"`
	Integral     float64 `yaml:"lambda_integral"`
	// Ramp is the part of the choice steps over which the limit moves from the
	// initial cost to its final value.
	Ramp float64 `yaml:"limit_ramp"`
	// Limit is what the search aims at, in the cost's unit.
	Limit float64 `yaml:"limit"`
	// Candidates is the number of derived networks that are judged on held-out
	// images.
	Candidates int `yaml:"candidates"`
}

// Sampling is how the networks are drawn that a supernet's weights learn from.
type Sampling string

// The ways to draw. Gumbel mixes the options by the choices' distribution, as the
// paper does. Sandwich takes single networks in turn: the largest, one drawn with all
// options equally likely, the smallest, and one drawn again (BigNAS, 2003.11142).
const (
	Gumbel   Sampling = ""
	Sandwich Sampling = "sandwich"
)

// DefaultConfig has the defaults for short searches (docs/background/search.md,
// "Defaults").
func DefaultConfig() Config {
	c := Config{
		Train: train.DefaultConfig(), HoldOut: 0.2, WarmUp: 0.12, Every: 2,
		Hot: 5, Cold: 0.0871, Proportional: 1, Ramp: 0.3, Candidates: 5,
	}
	c.Train.Epochs = 3
	return c
}

// Validate reports everything that is out of range; the code is fault.Usage.
func (c Config) Validate() error {
	if err := errors.Join(c.Train.Validate(), c.problems()); err != nil {
		return fault.New(fault.Usage, "", "search configuration: %w", err)
	}
	return nil
}

func (c Config) problems() error {
	var problems []error
	check := func(ok bool, format string, v any) {
		if x, float := v.(float64); !ok || float && math.IsInf(x, 0) {
			problems = append(problems, fmt.Errorf(format, v))
		}
	}
	check(c.HoldOut > 0 && c.HoldOut < 1, "hold_out: %v, want a fraction between 0 and 1", c.HoldOut)
	check(c.WarmUp >= 0 && c.WarmUp < 1, "choice_warm_up: %v, want 0 to below 1", c.WarmUp)
	check(c.Sampling == Gumbel || c.Sampling == Sandwich, "sampling: %v, want sandwich or none", c.Sampling)
	check(c.Every >= 1, "choice_every: %v, want at least 1", c.Every)
	check(c.Rate >= 0, "choice_rate: %v, want 0 or more", c.Rate)
	check(c.Hot >= c.Cold && c.Cold > 0, "temperature_end: %v, want more than 0 and at most temperature_start", c.Cold)
	check(c.Proportional >= 0, "lambda_proportional: %v, want 0 or more", c.Proportional)
	check(c.Integral >= 0, "lambda_integral: %v, want 0 or more", c.Integral)
	check(c.Ramp >= 0 && c.Ramp <= 1, "limit_ramp: %v, want a fraction from 0 to 1", c.Ramp)
	check(c.Limit > 0, "limit: %v, want more than 0", c.Limit)
	check(c.Candidates >= 1, "candidates: %v, want at least 1", c.Candidates)
	check(c.Train.Techniques == train.Techniques{}, "techniques: %+v, want none: they are for a training", c.Train.Techniques)
	return errors.Join(problems...)
}

// schedule is a configuration applied to a number of steps. Everything in it is a
// function of the step.
type schedule struct {
	Config
	steps int // weight steps
	warm  int // weight steps before the first choice step
	start float64
}

func (c Config) schedule(steps int, startCost float64) schedule {
	return schedule{c, steps, int(math.Ceil(c.WarmUp * float64(steps))), startCost}
}

// choiceStep reports whether a choice step follows weight step `step`.
func (s schedule) choiceStep(step int) bool {
	return step >= s.warm && (step-s.warm+1)%s.Every == 0
}

// choicesBefore counts the choice steps before weight step `step`.
func (s schedule) choicesBefore(step int) int { return max(step-s.warm, 0) / s.Every }

func (s schedule) choiceSteps() int { return s.choicesBefore(s.steps) }

func (s schedule) temperature(step int) float64 {
	if step < s.warm {
		return s.Hot
	}
	part := float64(step-s.warm) / float64(max(s.steps-s.warm-1, 1))
	return s.Hot * math.Pow(s.Cold/s.Hot, part)
}

// limit moves geometrically from the initial cost, if that is higher, to the
// final limit: with the whole distance at once, the multiplier would wind up
// before the loss has had any influence (docs/background/search.md, "The limit").
func (s schedule) limit(choice int) float64 {
	part := 1.0
	if ramp := s.Ramp * float64(s.choiceSteps()); float64(choice) < ramp {
		part = float64(choice) / ramp
	}
	from := max(s.start, s.Limit)
	return from * math.Pow(s.Limit/from, part)
}

// adam scales the rate so that a short search can still decide
// (docs/background/search.md, "The limit").
func (s schedule) adam() train.Adam {
	rate := s.Rate
	if rate == 0 {
		rate = min(max(30/float64(max(s.choiceSteps(), 1)), 0.01), 0.1)
	}
	return train.Adam{Rate: rate, Beta1: 0.9, Beta2: 0.999}
}

func (s schedule) control() Control {
	integral := s.Integral
	if integral == 0 {
		integral = 10 / float64(max(s.choiceSteps(), 1))
	}
	return Control{s.Proportional, integral}
}
