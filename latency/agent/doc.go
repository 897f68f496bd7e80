// Package agent is the part of a measurement that runs on the device. Package wire
// defines what it reads and writes.
//
// [Serve] reads one request and answers in records as it goes. It pins its thread
// to a core, opens a session for each model of a batch, and runs rounds. In a
// round every model gets a group of runs, in a seeded order. The sentinel gets a
// group at the beginning, in the middle, at the end, and after every few models.
//
// The kernel's counters of context switches and waiting tell which runs of a group
// other programs disturbed; the group says how many. A round is rejected and
// repeated when the sentinel was disturbed or slower than its best by more than a
// threshold. A model that fails, takes too much memory or does not
// return ends with a reason; the others go on.
//
// Everything that touches the machine lies behind [Machine] and [Session], with
// ONNX Runtime on Linux as one implementation.
package agent
