package main

import (
	"context"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"fbnas/devices"
	"fbnas/latency"
	"fbnas/onnx"
)

// arch is the device's processor.
func (x *int8Export) arch(ctx context.Context) (string, error) {
	if x.device == "local" {
		return runtime.GOARCH, nil
	}
	flags := deviceFlags{device: x.device, wait: devices.UsualWait}
	meter, err := flags.open(ctx, x.app)
	if err != nil {
		return "", err
	}
	defer meter.Close()
	d, _, err := meter.Identity(ctx, latency.Options{})
	return d.Model.Arch, err
}

// vnni tells whether this machine multiplies 8-bit numbers without saturation.
func vnni() bool {
	cpu, _ := os.ReadFile("/proc/cpuinfo")
	return strings.Contains(string(cpu), "avx512_vnni") || strings.Contains(string(cpu), "avx_vnni")
}

// time measures both on the device in the same rounds.
func (x *int8Export) time(ctx context.Context, cmd *cobra.Command) error {
	models := make([]latency.Model, 2)
	for i, m := range []*onnx.Model{x.float, x.quantised} {
		data, err := m.Bytes()
		if err != nil {
			return err
		}
		models[i] = latency.Model{Name: []string{"float", "int8"}[i], Bytes: data}
	}
	x.result.Int8.FloatBytes = int64(len(models[0].Bytes))
	b, err := x.bench(ctx, x.app, cmd, models)
	if err != nil {
		return err
	}
	i := x.result.Int8
	i.FloatLatencyUS, i.LatencyUS = b.Results[0].LatencyU, b.Results[1].LatencyU
	i.AgainstFloat, i.Device = b.Results[1].Against, deviceOf(x.device, b.Device)
	stateLatency(&x.md, b, i.LatencyUS)
	return nil
}
