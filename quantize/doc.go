// Package quantize turns an exported float model into one that computes in int8:
// post-training quantisation in QDQ form (ONNX QuantizeLinear and DequantizeLinear
// around each quantised value), which runtimes turn into integer kernels.
//
// [Tensors] names the tensors of a model whose ranges are needed. A [Calibration]
// runs the float model on images and finds them, by minimum and maximum, by a
// percentile, or by entropy. [Quantise] rewrites the model: weights become int8
// with a scale for each output channel, activations int8 or uint8 with one scale.
// docs/int8.md says which to choose for a device.
//
// [Agree] compares the result with the float model, as the file
// states it ([onnxexport.Agreement]). On x86 without VNNI sums of 8-bit products can
// saturate; [Exact] gives a model that cannot, and [SaturationOf] counts where the
// two differ. [Timed] and [Inner] give models for profiling, which need no images,
// since latency does not depend on the values.
package quantize
