// Package weights reads and writes files of weights. A [Network] is our own
// weights.safetensors, with all that is needed to use it. [Open] takes files of
// others too, in three formats, and [File.Match] gives what is in them the names
// of [models.Params]: by the publisher's names for safetensors and PyTorch, by
// the graph for ONNX. [File.Take] makes a Network of it, [File.Start] what a
// training goes on from.
package weights
