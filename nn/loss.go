package nn

import "fbnas/graph"

// CrossEntropy is the mean over the batch of the cross-entropy between
// softmax(logits [N,K]) and the labels [N], smoothed to 1 - smoothing +
// smoothing/K at the label and smoothing/K elsewhere. The result has shape [1].
func CrossEntropy(g *graph.Graph, logits, labels *graph.Node, smoothing float64) *graph.Node {
	batch, classes := logits.Shape[0], logits.Shape[1]
	target := g.OneHot(labels, classes)
	if smoothing > 0 {
		target = g.Add(g.Scale(target, 1-smoothing), g.Scalar(smoothing/float64(classes)))
	}
	logp := g.Unary(graph.LogSoftmax, logits)
	return g.Scale(g.Dot(target, logp, 0, 1), -1/float64(batch))
}
