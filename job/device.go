package job

import (
	"context"
	"time"

	"fbnas/devices"
	"fbnas/internal/fault"
	"fbnas/latency"
)

// Device says where to measure or to run files, and how to reach it.
type Device struct {
	Name   string         // a registered name, local (this machine), adb[:SERIAL], ssh://USER@HOST[:PORT], qemu or replay:FILE
	Wait   *time.Duration // how long to wait for a device whose connection is lost; nil: devices.UsualWait
	Record string         // the file to which the device's answers are appended; "": none
}

// check refuses options with which no device can be opened.
func (d Device) check() error {
	if d.Wait != nil && *d.Wait < 0 {
		return fault.New(fault.Usage, "Give --wait 0 or a time such as --wait 30m.", "a wait of %v", *d.Wait)
	}
	return nil
}

// open opens the device.
func (d Device) open(ctx context.Context, env *Env) (*latency.Host, error) {
	if d.Name == "" {
		return nil, fault.New(fault.Usage, "Give --device local to measure on this machine; fbnas devices lists what there is.",
			"no device is given")
	}
	by := devices.Opener{Wait: d.Wait, Log: env.log(), Record: d.Record}
	return latency.OpenBy(ctx, by, d.Name, env.log())
}

// DeviceInfo describes a device in a document.
type DeviceInfo struct {
	Name        string `json:"name"`
	SoC         string `json:"soc"`
	Arch        string `json:"arch"`
	Cores       int    `json:"cores"`
	MemoryBytes int64  `json:"memory_bytes"`
	OS          string `json:"os"`
	// Emulator is what emulates the processor, if anything: its times mean
	// nothing.
	Emulator *string `json:"emulator"`
	Replayed bool    `json:"replayed"` // a recording answered in its place
}

// identityOf describes a device by what it reports of itself.
func identityOf(name string, id devices.Identity) DeviceInfo {
	return DeviceInfo{name, id.SoC, id.Arch, id.Cores, id.MemoryBytes, id.OS, orNull(id.Emulator), id.Replayed}
}

// deviceOf describes the device of a measurement.
func deviceOf(name string, d latency.Device) DeviceInfo {
	return DeviceInfo{name, d.Model.SoC, d.Model.Arch, d.Model.Cores, d.Model.MemoryBytes, d.OS, orNull(d.Model.Emulator), d.Replayed}
}
