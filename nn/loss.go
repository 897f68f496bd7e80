package nn

import "fbnas/graph"

// CrossEntropy is the mean over the batch of the cross-entropy between
// softmax(logits [N,K]) and the labels [N], smoothed to 1 - smoothing +
// smoothing/K at the label and smoothing/K elsewhere. The result has shape [1].
func CrossEntropy(g *graph.Graph, logits, labels *graph.Node, smoothing float64) *graph.Node {
	return crossEntropy(g, logits, g.OneHot(labels, logits.Shape[1]), smoothing)
}

// Mixed are the labels of images that are mixed of two: Share [N,1] is the part
// of the one with the label in Labels [N], the rest is of the one with the label
// in Others [N].
type Mixed struct{ Labels, Others, Share *graph.Node }

// MixedCrossEntropy is CrossEntropy for images that are mixed of two.
func MixedCrossEntropy(g *graph.Graph, logits *graph.Node, m Mixed, smoothing float64) *graph.Node {
	classes := logits.Shape[1]
	rest := g.Mul(g.OneHot(m.Others, classes), g.Sub(g.Scalar(1), m.Share))
	return crossEntropy(g, logits, g.Add(g.Mul(g.OneHot(m.Labels, classes), m.Share), rest), smoothing)
}

// crossEntropy takes targets [N,K], rows of probabilities.
func crossEntropy(g *graph.Graph, logits, target *graph.Node, smoothing float64) *graph.Node {
	batch, classes := logits.Shape[0], logits.Shape[1]
	if smoothing > 0 {
		target = g.Add(g.Scale(target, 1-smoothing), g.Scalar(smoothing/float64(classes)))
	}
	logp := g.Unary(graph.LogSoftmax, logits)
	return g.Scale(g.Dot(target, logp, 0, 1), -1/float64(batch))
}
