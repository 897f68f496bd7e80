// Package predict predicts the latency of blocks that were not measured from
// measured blocks of their kind.
//
// A prediction is a trend, a non-negative sum over what the block's
// convolutions do, times a local correction: kriging of the logarithmic
// residuals of the nearest measured blocks, which also gives the error to be
// expected. What is particular to a device, the widths at which its kernels
// step and how far a residual reaches, is found from its own rows.
package predict
