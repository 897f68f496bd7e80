// Package latency times ONNX models on a device.
//
// A [Meter] measures; [Host] is the one that drives a device through the agent
// (package agent), which it pushes with ONNX Runtime and the models, each file
// named by its digest. It asks for batches of models and gets back rounds. When
// the agent or the connection is lost, it asks for what is missing. When the
// device grows warm or unsteady, it waits between two rounds.
//
// Every round times all models of a batch in a random order, with a small fixed
// network, the sentinel, many times between them. [Figures] divides a model's
// time by the sentinel's in the same round and takes the median over the rounds.
// A machine that is slower for a minute does not change this ratio. The kernel's
// counters show which runs other programs disturbed, and a round in which the
// sentinel grew slower is measured again.
//
// [Bench] compares a few models, with the uncertainty of each figure and of their
// difference.
package latency
