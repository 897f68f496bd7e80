// Package rundir keeps one run in a folder: its configuration, metrics,
// checkpoints and summary, so that a run killed at any moment can go on as if
// it had not been.
package rundir
