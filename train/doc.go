// Package train is the loop: programs that step, evaluate and recalibrate a
// network, the schedules that feed them, and checkpoints from which a run goes
// on bit for bit.
package train
