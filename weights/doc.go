// Package weights reads and writes files of weights.
//
// A [Network] is our own weights.safetensors, with all that is needed to use it:
// the architecture, the classes and the preprocessing. [Open] also reads files of
// others: safetensors, state dicts of torch.save (parsed, never executed) and ONNX.
//
// [File.Match] finds a network's tensors in such a file and gives them the names of
// models.Params. In safetensors and PyTorch files it knows the names of a few
// families (families.go); in an ONNX file it follows the graph and checks that every
// step computes what the network does. The result lists everything that is missing, left
// over or of another shape; nothing is ignored silently. [File.Take] makes a Network
// from it, and [File.Start] the weights that a training starts from.
package weights
