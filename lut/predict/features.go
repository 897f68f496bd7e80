package predict

import (
	"fmt"
	"math"

	"fbnas/models"
)

// Stairs says at which widths a device's kernels step. Both numbers are
// determined from its rows, among `stairs`.
type Stairs struct {
	Step  int `json:"step"`  // channels are computed in multiples of Step
	Align int `json:"align"` // a convolution whose widths are not multiples of Align uses other kernels
}

var stairs = []int{1, 2, 4, 8, 16, 32}

func ceil(n, step int) float64 { return float64((n + step - 1) / step * step) }

// feature is an amount of work of the kind `name`; the trend has one coefficient
// per name.
type feature struct {
	name   string
	amount float64
}

// features lists what a block does, with channels rounded up to the step: for
// each convolution its multiply-accumulates, its values read and written, and its
// weights; besides these, the passes over whole maps.
func features(b models.Block, s Stairs) []feature {
	step := s.Step
	h, w := b.OutSize()
	in, out := float64(b.Height*b.Width), float64(h*w)
	list := []feature{
		{"border", float64(b.In)*in + float64(b.Out)*out},
		{"call", 1},
	}
	if b.Residual {
		list = append(list, feature{"residual", ceil(b.Out, step) * out})
	}
	if b.Squeeze > 0 {
		list = append(list, feature{"gate", ceil(b.Mid, step) * out})
	}
	from := in
	for _, c := range b.Convolutions() {
		part, to := c.Name, float64(c.Height*c.Width)
		i, o := ceil(c.In, step), ceil(c.Out, step)
		weights := i * o * float64(c.Kernel*c.Kernel)
		if c.Groups > 1 {
			weights /= math.Max(1, ceil(c.Groups, step))
			part = fmt.Sprintf("%s/%dx%d/%d", part, c.Kernel, c.Kernel, c.Stride)
		}
		if c.In%s.Align != 0 || c.Out%s.Align != 0 {
			part += " ragged"
		}
		if c.Act != "none" {
			list = append(list, feature{c.Act, o * to})
		}
		list = append(list,
			feature{part + " macs", weights * to}, feature{part + " read", i * from},
			feature{part + " written", o * to}, feature{part + " weights", weights})
		from = to
	}
	return list
}

// Axis is one property by which blocks are near to each other or far apart.
type Axis string

// axes are: the channels (in, mid, out), as they are, rounded up to the device's
// step (…_step), and by the largest power of two that divides them (…_align), all
// on a logarithmic scale; the size of the map, likewise; and properties that are
// equal or not.
var axes = [...]struct {
	name Axis
	at   func(b models.Block, step int) float64
}{
	{"in", func(b models.Block, _ int) float64 { return log2(b.In) }},
	{"mid", func(b models.Block, _ int) float64 { return log2(b.Mid) }},
	{"out", func(b models.Block, _ int) float64 { return log2(b.Out) }},
	{"in_step", func(b models.Block, s int) float64 { return math.Log2(ceil(b.In, s)) }},
	{"mid_step", func(b models.Block, s int) float64 { return math.Log2(math.Max(1, ceil(b.Mid, s))) }},
	{"out_step", func(b models.Block, s int) float64 { return math.Log2(ceil(b.Out, s)) }},
	{"in_align", func(b models.Block, _ int) float64 { return align(b.In) }},
	{"mid_align", func(b models.Block, _ int) float64 { return align(b.Mid) }},
	{"out_align", func(b models.Block, _ int) float64 { return align(b.Out) }},
	{"size", func(b models.Block, _ int) float64 { return log2(b.Height * b.Width) }},
	{"kernel", func(b models.Block, _ int) float64 { return float64(b.Kernel) / 2 }},
	{"stride", func(b models.Block, _ int) float64 { return float64(b.Stride) }},
	{"squeeze", func(b models.Block, _ int) float64 { return log2(b.Squeeze) }},
	{"residual", func(b models.Block, _ int) float64 { return flag(b.Residual) }},
	{"expand", func(b models.Block, _ int) float64 { return flag(b.ExpandConv) }},
	{"act", func(b models.Block, _ int) float64 { return flag(b.Act == "hswish") }},
	{"groups", func(b models.Block, _ int) float64 { return log2(b.Groups) + log2(b.OutGroups) }},
}

func log2(n int) float64 { return math.Log2(float64(max(1, n))) }

// align is the exponent of the largest power of two that divides n, at most 5.
func align(n int) float64 {
	e := 0
	for ; e < 5 && n > 0 && n%2 == 0; n /= 2 {
		e++
	}
	return float64(e)
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// place is a block's position on every axis.
type place [len(axes)]float64

func placeOf(b models.Block, step int) (p place) {
	for i, a := range axes {
		p[i] = a.at(b, step)
	}
	return p
}
