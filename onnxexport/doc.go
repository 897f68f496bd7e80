// Package onnxexport writes trained networks, and single blocks to be timed, as ONNX
// files.
//
// [Build] takes an architecture with its weights, builds its graph for evaluation,
// folds batch norms into convolutions, and lowers it to standard operators. A
// [Form] says what the file takes: float32 images, or a camera's pixels, with the
// normalisation inside; one image or any number; which opset; weights
// in float32 or float16. The [Metadata] inside the file states the classes, the
// preprocessing and the latency, so that a file explains itself.
//
// Before a file is written, [Compare] runs it and the training engine on the same
// images, and fails if their logits differ by more than a tolerance.
// [FeedOf] finds out from a file's inputs what it takes.
//
// [Block] and [Network] make the models that profiling times, through the same
// steps.
package onnxexport
