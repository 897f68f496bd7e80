package train

import (
	"fbnas/engine"
	"fbnas/graph"
)

// Memory is what Run will need beyond what the process has; see engine.MemoryOf.
func (j Job) Memory() (m engine.Memory, err error) {
	defer graph.Recover(&err)
	net, err := j.network()
	if err != nil {
		return m, err
	}
	return engine.MemoryOf(j.Engine, net.Specs(), j.weightStep(net), net.Evaluate(j.shape(j.Config.Batch)))
}
