package predict

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"fbnas/models"
)

// The simulated device computes channels in steps of 8, falls to a third of its
// speed where a width is not a multiple of 4, reads weights beyond its cache at a
// fifth of the speed, and has a fixed cost per convolution.
const deviceStep = 8

func deviceUS(b models.Block) float64 {
	up := func(n int) float64 { return float64((n + deviceStep - 1) / deviceStep * deviceStep) }
	us := 2 + 0.00008*float64(b.In*b.Height*b.Width)
	read := up(b.In) * float64(b.Height*b.Width)
	for _, c := range b.Convolutions() {
		pixels := float64(c.Height * c.Width)
		weights := up(c.In) * up(c.Out) * float64(c.Kernel*c.Kernel)
		speed := 30000.0
		if c.Groups > 1 {
			weights, speed = weights/up(c.In), 9000
		}
		if c.In%4 != 0 || c.Out%4 != 0 {
			speed /= 3
		}
		stall := 4 * math.Max(0, weights-20000) / 40000
		us += 0.8 + weights*pixels/speed + stall + 0.00005*(read+up(c.Out)*pixels)
		if c.Act == "hswish" {
			us += 0.00012 * up(c.Out) * pixels
		}
		read = up(c.Out) * pixels
	}
	return us
}

// measured is the block's row: with half a percent of noise, the same each time.
func measured(b models.Block) Sample {
	h := fnv.New64a()
	fmt.Fprint(h, b)
	us := deviceUS(b)
	return Sample{b, us * (1 + 0.005*rand.New(rand.NewPCG(h.Sum64(), 2)).NormFloat64()), 0.005 * us}
}

// bigSpace has every inverted residual of two map sizes, with kernels, strides,
// activations and gates to choose: more than anybody would measure.
func bigSpace() []models.Block {
	var all []models.Block
	for _, size := range []int{28, 14} {
		for _, kernel := range []int{3, 5} {
			for _, stride := range []int{1, 2} {
				for _, act := range []string{"relu", "hswish"} {
					for _, gate := range []bool{false, true} {
						all = append(all, family8(size, kernel, stride, act, gate)...)
					}
				}
			}
		}
	}
	return all
}

// family8 has the blocks of one family: 8 widths in, 14 hidden, 8 out.
func family8(size, kernel, stride int, act string, gate bool) []models.Block {
	var all []models.Block
	for in := 24; in <= 80; in += 8 {
		for x := 1.0; x <= 4.25; x += 0.25 {
			for out := 24; out <= 80; out += 8 {
				b := models.Block{Kind: models.IR, Kernel: kernel, Stride: stride, Pad: kernel / 2, Act: act, SE: "none", SEAct: "none",
					Groups: 1, OutGroups: 1, BatchNorm: true, Height: size, Width: size, In: in, Mid: int(float64(in) * x), Out: out, ExpandConv: true}
				if gate {
					b.SE, b.SEAct, b.Squeeze = "hsigmoid", "relu", (b.Mid/4+7)/8*8
				}
				all = append(all, b)
			}
		}
	}
	return all
}

func measure(blocks []models.Block) []Sample {
	var list []Sample
	for _, b := range blocks {
		list = append(list, measured(b))
	}
	return list
}
