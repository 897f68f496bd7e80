// Package nn holds layers as graph builders: convolution, batch norm,
// activations and the loss, each with the masks that a
// search lays on it.
package nn
