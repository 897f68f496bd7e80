package train

import (
	"fmt"
	"math"

	"fbnas/dataset"
	"fbnas/internal/chw"
	"fbnas/internal/fault"
	"fbnas/models"
)

// CheckData compares a network's first and last blocks with a data set: the
// shape of its images and the number of its classes.
func CheckData(blocks []models.Block, set *dataset.Set) error {
	first, last := blocks[0], blocks[len(blocks)-1]
	if got, want := set.Train.Shape(), (chw.Shape{Channels: first.In, Height: first.Height, Width: first.Width}); got != want {
		return fault.New(fault.Usage, "Open the data set with the network's input size.",
			"the network takes images of %v (channels, height, width), the data set %s gives %v", want, set.Name, got)
	}
	if last.Out != len(set.Classes) {
		return fault.New(fault.Usage, "Change the architecture's classes.",
			"the network has %d classes, the data set %s has %d", last.Out, set.Name, len(set.Classes))
	}
	return nil
}

// CheckLoss returns an error for a training whose loss is not finite: its results
// could not be trusted.
func CheckLoss(loss float64) error {
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return diverged(fmt.Sprintf("the loss is %g", loss))
	}
	return nil
}

func diverged(how string) error {
	return fault.New(fault.Failure, "Lower the learning rate.", "training diverged: %s", how)
}
