// Package agent is the part of a measurement that runs on the device: it reads
// one request, times models in batches of interleaved rounds, judges each
// group and round, and answers in records.
package agent
