// Package nn builds layers into a graph: convolution, batch norm, activations,
// squeeze-and-excite, the classifier and the loss.
//
// A [Builder] has a graph and makes or finds parameters by name; models.Block
// is built with it. Batch norms use the statistics of the batch in training, and
// running ones in evaluation ([Statistics]).
//
// The search's masks are here too: [GumbelSoftmax] gives the weights of options,
// [PrefixMask] turns them into a mask over channels and [TapMask] into one over the taps of
// a kernel. A mask is multiplied into small tensors (a batch norm's scale and shift,
// a convolution's weights), never into feature maps.
package nn
