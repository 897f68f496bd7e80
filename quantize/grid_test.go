package quantize

import (
	"math"
	"testing"

	"fbnas/internal/random"
	"fbnas/onnx"
)

// TestGrids: 0 has a code that means exactly 0, scales are positive and
// normal, and every value inside the range is at most half a code away.
func TestGrids(t *testing.T) {
	r := random.New(1, "grids")
	ranges := []Range{{0, 0}, {-1, -1}, {3, 3}, {0, 6}, {-3, 0}, {-0.375, 10}, {1e-30, 2e-30}, {-1e-12, 1e-3}, {-1e30, 1e30}, {5, 6}, {-6, -5}}
	for range 500 {
		a, b := r.NormFloat64()*math.Exp(4*r.NormFloat64()), r.NormFloat64()
		ranges = append(ranges, Range{math.Min(a, b), math.Max(a, b)})
	}
	for _, v := range ranges {
		for _, dtype := range []onnx.DType{onnx.Int8, onnx.Uint8} {
			g, err := GridOf(v, dtype)
			if err != nil {
				t.Fatalf("%v: %v", v, err)
			}
			least, most := codes(dtype)
			if !(g.Scale >= leastScale) || math.IsInf(float64(g.Scale), 0) || g.Zero < least || g.Zero > most {
				t.Errorf("%v as %v: %+v", v, dtype, g)
			}
			if c := g.Code(0); c != g.Zero || value(g, c) != 0 {
				t.Errorf("%v as %v: 0 has the code %d, which stands for %v", v, dtype, c, value(g, c))
			}
			for range 20 {
				x := v.Low + (v.High-v.Low)*r.Float64()
				if d := math.Abs(value(g, g.Code(x)) - x); d > float64(g.Scale)*1.001 && d > leastScale*255 {
					t.Fatalf("%v as %v: %v becomes %v, by codes of %v", v, dtype, x, value(g, g.Code(x)), g.Scale)
				}
			}
			if v.Low >= 0 && g.Code(-1e30) != g.Zero {
				t.Errorf("%v as %v does not end at 0: a Relu could not be left out", v, dtype)
			}
		}
	}
}

func TestGridsThatCannotBe(t *testing.T) {
	for _, v := range []Range{{math.NaN(), 1}, {0, math.Inf(1)}, {math.Inf(-1), 0}, {1, 0}, {0, 1e300}} {
		if g, err := GridOf(v, onnx.Int8); err == nil {
			t.Errorf("%v gave %+v", v, g)
		}
	}
}

// TestWeights: every weight is at most half a code away, whatever the sizes of
// the others; a channel without weights keeps its bias, and biases fit in int32.
func TestWeights(t *testing.T) {
	const channels, each = 5, 7
	for _, limit := range []int{weightCodes, reducedWeightCodes} {
		r := random.New(2, "weights")
		w, bias := make([]float64, channels*each), []float64{1, -2, 0.5, 1e6, 0}
		for i := range w {
			w[i] = r.NormFloat64() * math.Pow(10, float64(i/each)-2)
		}
		clear(w[each : 2*each]) // all zeros
		for i := 3 * each; i < 4*each; i++ {
			w[i] *= 1e-9 // next to a huge bias
		}
		const input = 0.02
		q := quantizeWeights(w, bias, channelOf([]int64{channels, each}, 0), input, limit)
		for i, code := range q.codes {
			scale := float64(q.scales[i/each])
			if d := math.Abs(float64(code)*scale - w[i]); d > scale*0.5001 || int(code) > limit || int(code) < -limit {
				t.Errorf("weight %v became %d of %v", w[i], code, scale)
			}
		}
		for c, b := range bias {
			unit := input * float64(q.scales[c])
			if d := math.Abs(float64(q.biases[c])*unit - b); d > 1e-3*math.Max(1, math.Abs(b)) {
				t.Errorf("bias %v became %d of %v", b, q.biases[c], unit)
			}
			if !(q.scales[c] > 0) {
				t.Errorf("channel %d has the scale %v", c, q.scales[c])
			}
		}
	}
}

func TestChannelOf(t *testing.T) {
	rows, columns := channelOf([]int64{2, 3}, 0), channelOf([]int64{2, 3}, 1)
	for i, want := range [][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}} {
		if rows(i) != want[0] || columns(i) != want[1] {
			t.Errorf("element %d: row %d, column %d, want %v", i, rows(i), columns(i), want)
		}
	}
}

// value is what a code stands for, as DequantizeLinear has it.
func value(g Grid, code int) float64 { return float64(g.Scale) * float64(code-g.Zero) }
