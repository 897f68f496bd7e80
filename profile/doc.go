// Package profile measures a latency table: it plans what a search space needs,
// drives a latency.Meter through it, and goes on where it was interrupted.
//
// NewPlan lists the blocks of a space and the networks that are to calibrate and
// validate its table. Run works through the plan in stages. First come the
// blocks, each exported as a model of its own and timed in batches beside the
// sentinel. Where the space has more blocks than may be measured, a lattice of
// them comes first, and then those whose prediction is least certain. Next come
// the networks, which Choose spreads over the range of latencies that the rows
// predict; they are timed beside one of their own kind, since large networks
// feel the state of caches and memory more than the sentinel does. On a phone
// the last stage compares its two performance modes.
//
// Each round that the meter reports is in the table's file before the next one
// begins. Everything that is chosen depends only on the plan, the seed and the
// rows so far. An interrupted profile that is started again therefore asks for
// the same batches, finds their rounds in the journal, and ends with the same
// bytes as one that was never interrupted. A measurement that was not steady is
// an error, or marks the table where the options allow it.
//
// A Session measures for a table that exists: Check times some rows again to
// see whether the table fits a device, Remeasure calibrates or validates it anew,
// and Bench times models in the table's terms. NewEstimate and WithinBudget say
// beforehand how long a profile takes. AgeOf and Fresh find rows whose blocks are
// exported in another way by now.
package profile
