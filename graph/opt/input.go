package opt

import "fbnas/graph"

// ReadBefore lets convolutions read raw instead of
//
//	image[n,c] = raw[n,c]·scale[c] + shift[c]
//
// which then need not be computed: the scale goes into their weights, the
// shift into their bias. Both are literals. Zero padding of image differs from
// zero padding of raw, so a convolution with padding needs a nil shift. A
// grouped one is left as it is: its weights do not say which channel they read.
func ReadBefore(image, raw *graph.Node, scale, shift []float64) Rule {
	return func(g *graph.Graph, n *graph.Node, _ func(*graph.Node) bool) *graph.Node {
		if n.Op != graph.Conv || n.In[0] != image || n.Attr.Groups != 1 || n.Attr.Pad > 0 && shift != nil {
			return nil
		}
		name, channels := g.Label(n), len(scale)
		w := g.Mul(n.In[1], g.Const(scale, 1, channels, 1, 1))
		label(g, w, nameOf(g, n.In[1]))
		in := append([]*graph.Node{raw, w}, n.In[2:]...)
		if shift != nil {
			bias := g.Sum(g.Mul(n.In[1], g.Const(shift, 1, channels, 1, 1)), 1, 2, 3)
			if len(n.In) == 3 {
				bias = g.Add(n.In[2], bias)
				label(g, bias, nameOf(g, n.In[2]))
			} else if name != "" {
				label(g, bias, name+".bias")
			}
			in = append(in[:2], bias)
		}
		y := g.Apply(graph.Conv, n.Attr, in...)
		label(g, y, name)
		return y
	}
}
