// Package search is DMaskingNAS: it trains a supernet and its choices together,
// leads the expected cost to a limit, and derives the best architecture that
// meets the limit.
//
// A [Job] is one search. Its steps alternate. Weight steps train the supernet's
// weights under random masks (Gumbel softmax); choice steps train the logits of
// the choices on images held out for them, with the loss CE + λ·log(C/L). C is the
// expected cost of a network drawn from the choices, L the limit of the moment,
// and λ follows their ratio ([Control]). The first steps train only weights, and
// the temperature falls during the search. train.Loop runs the steps, so a search
// that is resumed from a checkpoint equals one that was never interrupted.
//
// [Costs] evaluates a [Cost] (latency from a table, MACs or parameters) once for
// every block of the space. The differentiable expectation, the bounds and the
// derivation all read these numbers, so they agree.
//
// The derivation (viterbi.go, best.go) is exact: it lists the most likely
// architectures within the limit, from the best on. The search judges a few of
// them with the supernet's weights on held-out images, and returns the best.
package search
