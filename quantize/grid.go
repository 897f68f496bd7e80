package quantize

import (
	"fmt"
	"math"

	"fbnas/onnx"
)

// Range is the interval in which the values of a tensor are quantised. Values
// outside are moved to its ends.
type Range struct{ Low, High float64 }

// Grid says how a tensor's values are stored: x = Scale · (code − Zero), codes of
// Type (ONNX QuantizeLinear).
type Grid struct {
	Type  onnx.DType // Int8 or Uint8
	Scale float32    // positive, a normal number
	Zero  int        // the code of 0, which is represented exactly
}

// codes are the smallest and the largest code of a type.
func codes(t onnx.DType) (low, high int) {
	if t == onnx.Uint8 {
		return 0, math.MaxUint8
	}
	return math.MinInt8, math.MaxInt8
}

// GridOf spreads the codes of t evenly over r, widened to include 0. A
// range of only 0 gets a grid up to 1.
func GridOf(r Range, t onnx.DType) (Grid, error) {
	if !(r.Low <= r.High) || math.IsInf(r.Low, 0) || math.IsInf(r.High, 0) {
		return Grid{}, fmt.Errorf("values from %v to %v cannot be quantised", r.Low, r.High)
	}
	low, high := math.Min(r.Low, 0), math.Max(r.High, 0)
	least, most := codes(t)
	scale := float32((high - low) / float64(most-least))
	if scale < leastScale {
		scale, low = 1/float32(most-least), 0
	}
	if math.IsInf(float64(scale), 0) {
		return Grid{}, fmt.Errorf("values from %v to %v cannot be quantised", r.Low, r.High)
	}
	zero := least + int(math.Round(-low/float64(scale)))
	return Grid{t, scale, min(max(zero, least), most)}, nil
}

// leastScale keeps scales, and the products of two scales that biases have,
// normal numbers of float32.
const leastScale = 1e-18

// Code is the code nearest to x, the even one of two, as in QuantizeLinear.
func (g Grid) Code(x float64) int {
	least, most := codes(g.Type)
	q := math.RoundToEven(x/float64(g.Scale)) + float64(g.Zero)
	return int(math.Min(math.Max(q, float64(least)), float64(most)))
}

// Largest codes of weights: symmetric around 0, and of one bit less where the
// processor adds two products of 8 bits in 16 (x86 without VNNI), which would
// saturate.
const (
	weightCodes        = 127
	reducedWeightCodes = 63
)

// biasCodes leaves room in int32 for the sum that a bias is added to.
const biasCodes = 1 << 30

// weights are the codes of a layer's weights and biases, with a scale for each
// output channel.
type weights struct {
	codes  []int8
	scales []float32
	biases []int32 // of scale input·scales[c]
}

// quantizeWeights rounds w, whose element i belongs to output channel
// channel(i), to codes of at most limit; input is the scale of the value that it
// multiplies. Channels without weights keep their bias.
func quantizeWeights(w, bias []float64, channel func(i int) int, input float32, limit int) weights {
	q := weights{codes: make([]int8, len(w)), scales: make([]float32, len(bias)), biases: make([]int32, len(bias))}
	largest := make([]float64, len(bias))
	for i, v := range w {
		c := channel(i)
		largest[c] = math.Max(largest[c], math.Abs(v))
	}
	for c, b := range bias {
		if largest[c] == 0 {
			largest[c] = 1
		}
		scale := math.Max(largest[c]/float64(limit), math.Abs(b)/(float64(input)*biasCodes))
		q.scales[c] = float32(math.Max(scale, leastScale))
		q.biases[c] = int32(math.Round(b / (float64(input) * float64(q.scales[c]))))
	}
	for i, v := range w {
		code := math.RoundToEven(v / float64(q.scales[channel(i)]))
		q.codes[i] = int8(math.Min(math.Max(code, -float64(limit)), float64(limit)))
	}
	return q
}
