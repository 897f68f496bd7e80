// Package latency times ONNX models on a device by one protocol: batches with
// a sentinel, interleaved seeded rounds, groups of runs that know whether they
// were disturbed, and the statistics that turn them into figures that repeat.
package latency
