package job

import (
	"context"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/latency"
)

// emulated is a meter on an emulator.
type emulated struct{ latency.Meter }

func (emulated) Identity(context.Context, latency.Options) (latency.Device, latency.Condition, error) {
	return latency.Device{Model: latency.DeviceModel{SoC: "emulated", Emulator: "qemu-aarch64 7"}}, latency.Condition{}, nil
}

// TestOnlyGenuineDevices: an emulator's times are refused, and documents say that
// it is one.
func TestOnlyGenuineDevices(t *testing.T) {
	d, _, err := realDeviceMeter{emulated{}}.Identity(t.Context(), latency.Options{})
	if fault.ExitCode(err) != 2 || !strings.Contains(err.Error(), "qemu-aarch64 7") || !strings.Contains(fault.HintOf(err), "--force") {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
	if info := deviceOf("qemu", d); info.Name != "qemu" || info.Emulator == nil || *info.Emulator != "qemu-aarch64 7" {
		t.Errorf("%+v", info)
	}
}
