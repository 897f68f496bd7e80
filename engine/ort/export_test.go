package ort

import "fbnas/internal/ortc"

// NewHeld is New with states held as they are for an accelerator, in the CPU
// provider's memory.
func NewHeld(o Options) (*Engine, error) {
	e, err := New(o)
	if err != nil {
		return nil, err
	}
	e.device, err = openDevice(ortc.Place{Memory: "Cpu"})
	return e, err
}
