package lower

import (
	"fmt"

	"fbnas/graph"
	"fbnas/onnx"
)

// BlockedVersion changes whenever the blocked dialect computes in another way, so
// that the cached result of the probe is no longer used.
const BlockedVersion = 4

// nativeDomain is that of our own operators, engine/ort/native.
const nativeDomain = "fbnas"

// nchwc is the domain of ONNX Runtime's operators on blocks of channels.
const nchwc = "com.microsoft.nchwc"

// Blocked lowers to ONNX Runtime's own CPU kernels for blocks of channels,
// nchwc_schema_defs.cc. A map [N,C,H,W] is stored as [C, N/block, H, W, block]: for
// those kernels it is one image with C*N channels, for a matrix product it has
// a row for each channel. block is the processor's: with any other value the
// kernels compute wrong numbers without an error. The outputs must fit it.
func Blocked(outputs []Output, block int, o Options) (*onnx.Model, error) {
	if !Fits(outputs, block) {
		return nil, fmt.Errorf("lower %s: a map's batch is no multiple of the block %d, or there is no map", o.Name, block)
	}
	d := dialect{emitter: blockedEmitter, layout: &layout{fromNCHW: toBlocks, toNCHW: fromBlocks}, block: block, fuse: fuseBlocked}
	return lowerWith(&d, outputs, o)
}

// fuseBlocked fuses by several patterns; a node claimed by one is left alone by the next.
func fuseBlocked(l *lowering, order, outputs []*graph.Node) {
	fuseSeparables(l, order, outputs)
	fuseMoments(l, order)
	fuseElementwise(l, order)
}

// Fits reports whether Blocked can lower the outputs: they need maps, and every
// map's batch has to be a multiple of the block.
func Fits(outputs []Output, block int) bool {
	maps := 0
	for _, n := range graph.Reachable(nodesOf(outputs)...) {
		if !n.Map {
			continue
		}
		if maps++; block < 1 || n.Shape[0]%block != 0 {
			return false
		}
	}
	return maps > 0
}

func blockedEmitter(n *graph.Node) emitter {
	r := table[n.Op]
	if r.blocked == nil || !touchesMap(n) {
		return r.std
	}
	return r.blocked
}

func touchesMap(n *graph.Node) bool {
	for _, x := range n.In {
		if x.Map {
			return true
		}
	}
	return n.Map
}

// unblocked writes n on maps stored as [N,C,H,W]: for rare or small operations.
func unblocked(e emitter) emitter {
	return func(l *lowering, n *graph.Node, in []string) {
		plain := make([]string, len(in))
		for i, x := range n.In {
			if plain[i] = in[i]; x.Map {
				plain[i] = fromBlocks(l, x, in[i])
			}
		}
		e(l, n, plain)
		if n.Map {
			l.values[n] = toBlocks(l, n, l.values[n])
		}
	}
}

// toBlocks: [N,C,H,W] to blocks.
func toBlocks(l *lowering, n *graph.Node, value string) string {
	s := n.Shape
	v := l.op("Reshape", []string{value, l.ints(s[0]/l.block, l.block, s[1], s[2], s[3])})
	v = l.op("Transpose", []string{v}, onnx.Ints("perm", 2, 0, 3, 4, 1))
	return l.image(v, s, s[1], s[0]/l.block, s[2], s[3], l.block)
}

func fromBlocks(l *lowering, n *graph.Node, value string) string {
	s := n.Shape
	v := l.op("Transpose", []string{l.blocks(value, s)}, onnx.Ints("perm", 1, 4, 0, 2, 3))
	return l.op("Reshape", []string{v, l.ints(s...)})
}

// The value of a map is its image [1, C*N, H, W]; image makes it from a value
// of another shape, which from then on is one of its views.
func (l *lowering) image(value string, s graph.Shape, shape ...int) string {
	image := l.op("Reshape", []string{value, l.ints(1, s[1]*s[0], s[2], s[3])})
	l.views[viewKey(image, shape)] = value
	return image
}

// rows: [C, N*H*W].
func (l *lowering) rows(image string, s graph.Shape) string {
	return l.view(image, s[1], s[0]*s[2]*s[3])
}

// lines: [1, C*N, 1, H*W]. 1x1 kernels are faster on long lines.
func (l *lowering) lines(image string, s graph.Shape) string {
	return l.view(image, 1, s[1]*s[0], 1, s[2]*s[3])
}

// blocks: [C, N/block, H, W, block].
func (l *lowering) blocks(image string, s graph.Shape) string {
	return l.view(image, s[1], s[0]/l.block, s[2], s[3], l.block)
}

// spread repeats a vector [C] for each image: [C,N].
func (l *lowering) spread(vector string, channels, images int) string {
	return l.once(fmt.Sprint(vector, "spread", images), func() string {
		return l.op("Expand", []string{l.view(vector, channels, 1), l.ints(channels, images)})
	})
}

// filled is v for each channel of each image: [C,N].
func (l *lowering) filled(v float64, s graph.Shape) string {
	return l.once(fmt.Sprint("filled", v, s[:2]), func() string {
		return l.op("Expand", []string{l.scalar(v), l.ints(s[1], s[0])})
	})
}

// window describes an nchwc operator on an image; zero fields mean 1x1
// pixels, no stride, no dilation, no padding.
type window struct {
	kernel, begin, end [2]int
	stride, dilation   int
}

// depthwise is nchwc.Conv with a group for each channel of each image: x is
// [1, C*N, ...], in are weight, bias and sum; the last ones may be missing. The
// result may reuse the memory of sum.
func (l *lowering) depthwise(planes int, w window, x string, in []string, attrs ...onnx.Attr) string {
	at := func(v int) int { return max(v, 1) }
	attrs = append([]onnx.Attr{
		onnx.Int("group", planes),
		onnx.Ints("kernel_shape", at(w.kernel[0]), at(w.kernel[1])),
		onnx.Ints("pads", w.begin[0], w.begin[1], w.end[0], w.end[1]),
		onnx.Ints("strides", at(w.stride), at(w.stride)),
		onnx.Ints("dilations", at(w.dilation), at(w.dilation)),
	}, attrs...)
	y := l.b.Fresh("Conv")
	l.b.Node("Conv", append([]string{x}, in...), []string{y}, attrs...).In(nchwc)
	return y
}

// affine is x*scale + shift + sum of a map x: scale and shift are [C,N], sum is
// another map. shift and sum are "" for none.
type affine struct{ scale, shift, sum string }

// scaled is a in one pass over map x of shape s.
func (l *lowering) scaled(x string, s graph.Shape, a affine, attrs ...onnx.Attr) string {
	planes := s[1] * s[0]
	in := []string{l.view(a.scale, planes, 1, 1, 1)}
	if a.shift != "" || a.sum != "" {
		in = append(in, "")
	}
	if a.shift != "" {
		in[1] = l.view(a.shift, planes)
	}
	if a.sum != "" {
		in = append(in, l.lines(a.sum, s))
	}
	y := l.depthwise(planes, window{}, l.lines(x, s), in, attrs...)
	return l.image(y, s, 1, planes, 1, s[2]*s[3])
}
