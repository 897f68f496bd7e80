// Package rundir keeps a run in a folder, so that a run that was killed at any
// moment can be resumed as if it had not been.
//
// The folder holds config.yaml (the settings), metrics.jsonl and a TensorBoard file
// (one record for each step), checkpoint.safetensors with the one before it,
// and summary.json at the end. A lock keeps a second process out.
//
// [Dir.Save] first syncs the logs, then writes the checkpoint under another
// name and renames it: at every moment one whole checkpoint exists, with a hash of
// its content. [Resume] takes the newest whole one, cuts off the metrics after its
// step, and refuses settings other than those that the run was started with.
package rundir
