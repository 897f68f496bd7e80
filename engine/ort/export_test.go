package ort

import (
	"fbnas/engine"
	"fbnas/internal/ortc"
)

// NewHeld is New with states held as on an accelerator, in the CPU
// provider's memory.
func NewHeld(o Options) (*Engine, error) {
	e, err := New(o)
	if err != nil {
		return nil, err
	}
	e.device, err = openDevice(ortc.Place{Memory: "Cpu"})
	return e, err
}

// NewProfiled is New with sessions that write profiles to files with this prefix.
func NewProfiled(o Options, prefix string) (*Engine, error) {
	o.profile = prefix
	return New(o)
}

// Order is the order of execution that the plan predicts.
func (e *Engine) Order(p *engine.Program) ([]string, error) {
	plan, err := e.plan(p)
	if err != nil {
		return nil, err
	}
	return plan.Order(), nil
}
