// Package lower writes graphs as ONNX models.
//
// A dialect is one table: from each operator of the graph to the function that
// writes it as ONNX nodes. [Std] keeps feature maps as [N,C,H,W] and uses only
// standard operators, so its models run anywhere; exported files are written with
// it. [Blocked] stores maps in blocks of channels and uses ONNX Runtime's internal
// convolutions and operators of our own (engine/ort/native); training on a CPU
// uses it. It has two conversions at the model's border, so states and feeds keep
// their logical shapes.
//
// Some sequences of nodes become one operator if nothing else reads the values
// between them. Nothing above this package knows which dialect is used.
package lower
