package quantize

import (
	"context"
	"fmt"
	"math"

	"fbnas/onnxexport"
)

// atATime bounds the images that Logits holds.
const atATime = 64

// Logits are a model's outputs for each image of the calibration.
func (c Calibration) Logits(ctx context.Context, run onnxexport.Logits) ([][]float64, error) {
	var logits [][]float64
	for from := 0; from < c.Images; from += atATime {
		var images [][]float32
		for i := from; i < min(from+atATime, c.Images); i++ {
			image, err := c.Image(i)
			if err != nil {
				return nil, fmt.Errorf("image %d: %w", i, err)
			}
			images = append(images, image)
		}
		next, err := run(ctx, images)
		if err != nil {
			return nil, err
		}
		logits = append(logits, next...)
	}
	return logits, nil
}

// SaturationOf compares the logits of a model with those of its Exact twin, both
// run on the same processor: if they differ, sums have saturated, since everything else
// is equal to the last bit.
func SaturationOf(exact, got [][]float64) (onnxexport.Saturation, error) {
	if len(got) != len(exact) {
		return onnxexport.Saturation{}, fmt.Errorf("%d and %d images are compared", len(exact), len(got))
	}
	s := onnxexport.Saturation{Images: len(got)}
	for i, want := range exact {
		if len(got[i]) != len(want) {
			return s, fmt.Errorf("%d and %d logits are compared", len(want), len(got[i]))
		}
		changed := false
		for k, w := range want {
			changed = changed || got[i][k] != w
			s.MaxAbsDiff = math.Max(s.MaxAbsDiff, math.Abs(got[i][k]-w))
		}
		if changed {
			s.Changed++
		}
	}
	s.Saturates = s.Changed > 0
	return s, nil
}
