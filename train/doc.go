// Package train trains a network and evaluates it.
//
// A [Network] makes the programs: the weight step (loss, gradients and SGD with
// momentum in one graph), evaluation, and the recalibration of batch norms.
// A [Job] compiles them on an engine and trains one architecture on a data set;
// package search trains a supernet with the same parts.
//
// [Loop] runs the steps. The images, the learning rate and what is dropped at
// random depend only on the seed and the number of the step. A loop that goes on
// from a checkpoint ([Save], [Restore]) therefore does bit for bit what an
// uninterrupted one does. An interrupt takes effect between two steps, after the
// state was saved.
//
// [Techniques] are options of a training, such as mixup or an average of the
// weights. [Freeze] keeps parts of pretrained weights as they are.
package train
