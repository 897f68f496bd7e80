package enginetest

import (
	"fbnas/internal/random"
)

// RandomConvolution draws a convolution that every engine has to know, and
// gives it and its gradients as cases: channels 1 to 40, kernels 1, 3, 5 and
// 7, pads up to half the kernel, strides 1 and 2, without groups, with some,
// or depthwise.
func RandomConvolution(seed uint64, unit int) []Case {
	r := random.New(seed, "convolution")
	c := convolution{name: "random", n: 1 + r.IntN(2), in: 1 + r.IntN(40), out: 1 + r.IntN(40),
		k: 1 + 2*r.IntN(4), stride: 1 + r.IntN(2), groups: 1, bias: r.IntN(2) == 0}
	c.pad = r.IntN(c.k/2 + 1)
	c.h, c.w = c.k+r.IntN(6), c.k+r.IntN(6)
	switch r.IntN(4) {
	case 0, 1:
		c.out, c.groups = c.in, c.in
	case 2:
		c.groups = 1 + r.IntN(4)
		c.in, c.out = c.groups*(1+c.in/8), c.groups*(1+c.out/8)
	}
	return c.cases(unit)
}
