package latency

import "fbnas/internal/fault"

// Genuine is an error for a device whose times mean nothing: an emulator stands
// in for its processor.
func (m DeviceModel) Genuine() error {
	if m.Emulator == "" {
		return nil
	}
	return fault.New(fault.Usage, "Measure on the device itself; --force measures all the same, and marks what comes of it.",
		"an emulator (%s) says nothing about times", m.Emulator)
}
