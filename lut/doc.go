// Package lut is a latency table: the file, and everything that is computed
// from its numbers without a device.
//
// A table belongs to one device model under one condition (runtime, threads,
// number format). It has a row for each block that a search space can ask for,
// found by its Key: the block with every shape resolved. A row is the median
// ratio of the block's time to the time of a fixed small network, the sentinel,
// in the same round, multiplied by one sentinel time for the whole table. So a
// machine that is slower for a minute does not change a row, and two tables can
// be merged and compared.
//
// A network takes less than the sum of its rows, because a block alone pays for
// a call and for a change of layout at its borders. Calibrate fits what is saved
// to networks that were timed whole, and Predict applies it: a constant, and a
// share for each block, so that a search can differentiate the expected latency
// and still get exact figures. Validate compares predictions with networks that
// the fit has not seen. Every prediction is an Estimate, whose error follows from
// the Certainty that comes from these two. Blocks without a row are predicted from
// measured ones (lut/predict), with an error of their own.
//
// A file is one JSON record a line and ends with a hash of all of them
// (docs/lut-format.md). While it is being measured it is a Draft: finished
// rounds go into its Journal, each synced to the file as it comes, and become
// rows at a Checkpoint. A crash at any byte loses at most the round in hand.
//
// What measures, in which order, and what to do with an unsteady device is the
// business of the package profile.
package lut
