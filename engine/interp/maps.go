package interp

import "fbnas/graph"

// eachTap calls f for every multiply-accumulate of a convolution of a map of
// shape x by weights of shape w to a map of shape y, with the flat indices of
// the three elements; taps in the padding are left out.
func eachTap(x, w, y graph.Shape, a graph.Attr, f func(ix, iw, iy int)) {
	inner, perGroup := w[1], w[0]/a.Groups
	for n := range y[0] {
		for o := range w[0] {
			first := o / perGroup * inner
			for c := range inner {
				xPlane := (n*x[1] + first + c) * x[2] * x[3]
				wPlane := (o*inner + c) * w[2] * w[3]
				yPlane := (n*w[0] + o) * y[2] * y[3]
				for oy := range y[2] {
					for ky := range w[2] {
						iy := oy*a.Stride + ky - a.Pad
						if iy < 0 || iy >= x[2] {
							continue
						}
						for kx := range w[3] {
							for ox := range y[3] {
								ix := ox*a.Stride + kx - a.Pad
								if ix >= 0 && ix < x[3] {
									f(xPlane+iy*x[3]+ix, wPlane+ky*w[3]+kx, yPlane+oy*y[3]+ox)
								}
							}
						}
					}
				}
			}
		}
	}
}

func conv(n *graph.Node, in [][]float64) []float64 {
	x, w := in[0], in[1]
	y := make([]float64, n.Shape.Len())
	if len(in) == 3 {
		plane := n.Shape[2] * n.Shape[3]
		for i := range y {
			y[i] = in[2][i/plane%n.Shape[1]]
		}
	}
	eachTap(n.In[0].Shape, n.In[1].Shape, n.Shape, n.Attr, func(ix, iw, iy int) { y[iy] += x[ix] * w[iw] })
	return y
}

func convGradX(n *graph.Node, in [][]float64) []float64 {
	dy, w := in[0], in[1]
	dx := make([]float64, n.Shape.Len())
	eachTap(n.Shape, n.In[1].Shape, n.In[0].Shape, n.Attr, func(ix, iw, iy int) { dx[ix] += dy[iy] * w[iw] })
	return dx
}

func convGradW(n *graph.Node, in [][]float64) []float64 {
	x, dy := in[0], in[1]
	dw := make([]float64, n.Shape.Len())
	eachTap(n.In[0].Shape, n.Shape, n.In[1].Shape, n.Attr, func(ix, iw, iy int) { dw[iw] += x[ix] * dy[iy] })
	return dw
}

func affine(n *graph.Node, in [][]float64) []float64 {
	y := make([]float64, len(in[0]))
	plane := n.Shape[2] * n.Shape[3]
	for i, x := range in[0] {
		c := i / plane % n.Shape[1]
		y[i] = x*in[1][c] + in[2][c]
		if len(in) == 4 {
			y[i] += in[3][i]
		}
	}
	return y
}

func variance(n *graph.Node, in [][]float64) []float64 {
	shape := n.In[0].Shape
	channels, plane := shape[1], shape[2]*shape[3]
	count := float64(len(in[0]) / channels)
	v := make([]float64, channels)
	for i, x := range in[0] {
		c := i / plane % channels
		v[c] += (x - in[1][c]) * (x - in[1][c]) / count
	}
	return v
}

func shuffle(n *graph.Node, in [][]float64) []float64 {
	y := make([]float64, len(in[0]))
	channels, plane := n.Shape[1], n.Shape[2]*n.Shape[3]
	perGroup := channels / n.Attr.Groups
	for at := 0; at < len(y); at += channels * plane {
		for c := range channels {
			from := c%n.Attr.Groups*perGroup + c/n.Attr.Groups
			copy(y[at+c*plane:at+(c+1)*plane], in[0][at+from*plane:])
		}
	}
	return y
}
