// Package devices is where to measure and how to get there: one interface for
// putting files on a device and starting programs there, and a table of the
// transports that implement it. It knows nothing of ONNX.
package devices
