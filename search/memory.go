package search

import (
	"fbnas/engine"
	"fbnas/graph"
)

// Memory is what Run will need beyond what the process has; see engine.MemoryOf.
func (j Job) Memory() (m engine.Memory, err error) {
	defer graph.Recover(&err)
	r := j.runner()
	r.schedule = j.Config.schedule(1, 1) // affects numbers, not shapes
	weights, choices := r.steps()
	shape, picked := r.shape(j.Config.Train.Batch), r.super.picked()
	return engine.MemoryOf(j.Engine, r.super.specs(), weights, choices, picked.Recalibrate(shape), picked.Evaluate(shape))
}
