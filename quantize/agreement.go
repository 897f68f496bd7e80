package quantize

import (
	"context"
	"fmt"
	"math"

	"fbnas/engine"
	"fbnas/onnxexport"
)

// Agree compares the logits of the quantised model with the float model's.
// There is no limit: the result is for people to judge. Logits that are
// NaN are an error.
func Agree(ctx context.Context, float, quantised onnxexport.Logits, images [][]float32) (onnxexport.Agreement, error) {
	want, err := float(ctx, images)
	if err != nil {
		return onnxexport.Agreement{}, fmt.Errorf("run the float model: %w", err)
	}
	got, err := quantised(ctx, images)
	if err != nil {
		return onnxexport.Agreement{}, fmt.Errorf("run the int8 model: %w", err)
	}
	a, signal, noise := onnxexport.Agreement{}, 0.0, 0.0
	for i := range want {
		if len(got[i]) != len(want[i]) {
			return onnxexport.Agreement{}, fmt.Errorf("%d logits in int8, %d in float", len(got[i]), len(want[i]))
		}
		for k, w := range want[i] {
			d := got[i][k] - w
			signal, noise = signal+w*w, noise+d*d
			a.MaxAbsDiff = math.Max(a.MaxAbsDiff, math.Abs(d))
		}
		if engine.Argmax(got[i]) == engine.Argmax(want[i]) {
			a.SameClass++
		}
	}
	if math.IsNaN(noise) || math.IsInf(noise, 0) {
		return a, fmt.Errorf("the int8 model gives logits that are not finite")
	}
	a.SQNR = 10 * math.Log10(math.Max(signal, math.SmallestNonzeroFloat32)/math.Max(noise, math.SmallestNonzeroFloat32))
	return a, nil
}
