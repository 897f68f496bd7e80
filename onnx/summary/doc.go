// Package summary counts what any ONNX file asks for, node by node:
// parameters, multiply-accumulates and activations.
package summary
