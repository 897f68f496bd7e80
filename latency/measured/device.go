package measured

import "fbnas/internal/fault"

// Device says what was measured, without personal data: tables are shared.
type Device struct {
	Model DeviceModel `json:"model"`
	Unit  string      `json:"unit"` // salted hash that tells units of one model apart
	OS    string      `json:"os"`
	// CallCostUS is what the agent itself adds to each timed run there; 0
	// unknown. Figures have it in them.
	CallCostUS float64 `json:"call_cost_us,omitempty"`
	// Replayed says that a recording of the device answered in its place.
	Replayed bool `json:"replayed,omitempty"`
}

// DeviceModel decides whether a table fits a device.
type DeviceModel struct {
	SoC         string `json:"soc"` // processor name as the system gives it
	Arch        string `json:"arch"`
	Cores       int    `json:"cores"`
	MaxKHz      []int  `json:"max_khz,omitempty"` // per core, where the system tells
	MemoryBytes int64  `json:"memory_bytes"`
	// Emulator stands in for the processor: times mean nothing.
	Emulator string `json:"emulator,omitempty"`
}

// Genuine is an error for a device whose times mean nothing: an emulator stands
// in for its processor.
func (m DeviceModel) Genuine() error {
	if m.Emulator == "" {
		return nil
	}
	return fault.New(fault.Usage, "Measure on the device itself; --force measures anyway and marks the result.",
		"an emulator (%s) says nothing about latency", m.Emulator)
}
