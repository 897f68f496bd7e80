// Package quantize turns an exported float model into one that computes in
// int8: post-training quantisation in QDQ form (ONNX QuantizeLinear and
// DequantizeLinear around what is quantised), calibrated on images.
package quantize
