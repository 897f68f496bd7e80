package search

import (
	"fmt"
	"math"

	"fbnas/dataset"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/models"
)

// fewChoiceSteps is what a search needs to decide anything: at the largest rate
// of schedule.adam, this many steps that all agree move a logit by 3, and the
// odds of two options by a factor of 20.
const fewChoiceSteps = 30

// FitHoldOut holds out more of the images, up to a half, if the held-out ones
// would not fill a batch.
func (c Config) FitHoldOut(images *dataset.Split) Config {
	for try := c; try.HoldOut <= 0.5; try.HoldOut = math.Round(100*try.HoldOut+1) / 100 {
		held, rest := images.Partition(try.HoldOut, c.Train.Seed)
		if held.Len() >= c.Train.Batch && rest.Len() >= c.Train.Batch {
			return try
		}
	}
	return c
}

// CheckSpace refuses a space with nothing to choose; the code is fault.Usage. It
// needs neither data nor costs.
func CheckSpace(space models.Space) error {
	if len(space.Choices()) > 0 {
		return nil
	}
	return fault.New(fault.Usage, "Give a space with more than one option somewhere, or train the network: fbnas train ARCH.yaml.",
		"space %s is a single network: there is nothing to search", space.Name)
}

// Check finds, before anything is opened, what would spoil the search: warnings
// say what makes the result doubtful, the error (code fault.Usage) what makes it
// worthless.
func (j Job) Check() (warnings []string, err error) {
	c := j.Config
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := CheckSpace(j.Space); err != nil {
		return nil, err
	}
	held, rest := j.Data.Train.Partition(c.HoldOut, c.Train.Seed)
	if n := min(held.Len(), rest.Len()); n < c.Train.Batch {
		return nil, fault.New(fault.Usage, fmt.Sprintf("Give --batch %d or less, or more images.", max(n, 1)),
			"%d training images are too few: the %d for the weights and the %d for the choices must each fill a batch of %d",
			j.Data.Train.Len(), rest.Len(), held.Len(), c.Train.Batch)
	}
	perEpoch := rest.Len() / c.Train.Batch
	choiceSteps := func(epochs int) int { return c.schedule(epochs*perEpoch, j.Costs.Start()).choiceSteps() }
	switch n := choiceSteps(c.Train.Epochs); {
	case n == 0:
		enough := c.Train.Epochs
		for choiceSteps(enough) == 0 {
			enough++
		}
		return nil, fault.New(fault.Usage, fmt.Sprintf("Give --epochs %d or more (a good network needs many times that), or a smaller --batch.", enough),
			"%s of %s are too few for the choices to learn: the first %.0f %% of the steps train only the weights",
			text.Plural(c.Train.Epochs, "epoch"), text.Plural(perEpoch, "step"), 100*c.WarmUp)
	case n < fewChoiceSteps:
		warnings = append(warnings, fmt.Sprintf("the choices learn in only %s; with fewer than %d the result is hardly better than chance: give more --epochs or a smaller --batch", text.Plural(n, "step"), fewChoiceSteps))
	}
	return warnings, nil
}
