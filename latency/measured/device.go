package measured

import "fbnas/internal/fault"

// Device says what was measured, without personal data, because tables are
// shared.
type Device struct {
	Model DeviceModel `json:"model"`
	Unit  string      `json:"unit"` // salted hash that distinguishes units of one model
	OS    string      `json:"os"`
	// CallCostUS is what the agent itself adds to each timed run there; 0 if
	// unknown. Figures include it.
	CallCostUS float64 `json:"call_cost_us,omitempty"`
	// Replayed says that a recording of the device was used in its place.
	Replayed bool `json:"replayed,omitempty"`
}

// DeviceModel decides whether a table fits a device.
type DeviceModel struct {
	SoC         string `json:"soc"` // processor name as the system reports it
	Arch        string `json:"arch"`
	Cores       int    `json:"cores"`
	MaxKHz      []int  `json:"max_khz,omitempty"` // per core, where the system reports it
	MemoryBytes int64  `json:"memory_bytes"`
	// Emulator is what emulates the processor, if anything: its times mean
	// nothing.
	Emulator string `json:"emulator,omitempty"`
}

// Genuine returns an error for an emulated device, whose times mean nothing.
func (m DeviceModel) Genuine() error {
	if m.Emulator == "" {
		return nil
	}
	return fault.New(fault.Usage, "Measure on the device itself; --force measures anyway and marks the result.",
		"an emulator (%s) says nothing about latency", m.Emulator)
}
