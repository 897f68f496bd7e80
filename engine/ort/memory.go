package ort

import (
	"errors"
	"fmt"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/engine"
	"fbnas/engine/ort/plan"
)

var _ engine.Estimator = (*Engine)(nil)

// What sessions take beside tensors, in the runtime and in Go's heap: measured
// on models of 900 to 5,000 nodes (docs/decisions/memory.md).
const (
	base    = 13_000_000
	perNode = 10_000
)

// handles: the arena keeps 8 bytes for each 256 bytes that it holds.
const handles = 8.0 / 256

// Memory predicts the memory of the programs; see package plan. It can do so for
// the CPU provider only.
func (e *Engine) Memory(specs []engine.Spec, programs ...*engine.Program) (engine.Memory, error) {
	if e.device != nil {
		return engine.Memory{}, fmt.Errorf("ort: the memory of a device: %w", errors.ErrUnsupported)
	}
	m := engine.Memory{Programs: base}
	for _, s := range specs {
		m.State += (2*4 + 8) * int64(s.Shape.Len()) // a pair of float32, and a float64 when it is set or read
	}
	var plans []*plan.Plan
	for _, program := range programs {
		p, err := e.plan(program)
		if err != nil {
			return m, fmt.Errorf("ort: program %s: %w", program.Name, err)
		}
		face, err := program.Resolve(specs)
		if err != nil {
			return m, err
		}
		m.Feeds += feedBytes(program, face)
		m.Programs += perNode * int64(len(p.Order()))
		plans = append(plans, p)
	}
	u := plan.Peak(plans...)
	m.Values, m.At = u.Arena+int64(handles*float64(u.Arena)), u.At
	m.Programs += u.Constants
	return m, nil
}

func (e *Engine) plan(p *engine.Program) (*plan.Plan, error) {
	model, level, err := lowered(p, e.block)
	if err != nil {
		return nil, err
	}
	return plan.Of(model, plan.Options{Extended: level == ortgo.GraphOptimizationLevelEnableExtended})
}

func feedBytes(p *engine.Program, face engine.Interface) int64 {
	elements := 0
	for _, n := range face.Feeds {
		elements += n.Shape.Len()
	}
	for _, b := range p.Returns {
		elements += b.Node.Shape.Len()
	}
	return 4 * int64(elements)
}
