package latency_test

import (
	"debug/elf"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"fbnas/devices"
	"fbnas/devices/devicestest"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

// emulated is a meter on the emulated arm64 device.
func emulated(t *testing.T) *latency.Host {
	t.Helper()
	cache, agent := devicestest.Emulated(t)
	t.Setenv("FBNAS_CACHE", cache)
	aligned(t, agent)
	t.Setenv("FBNAS_AGENT_ARM64", agent)
	meter, err := latency.Open(t.Context(), "qemu", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { meter.Close() })
	return meter
}

// aligned checks that a program can be loaded where pages have 64 KB.
func aligned(t *testing.T, path string) {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Align < 64<<10 {
			t.Errorf("%s: a segment is aligned to %d bytes", path, p.Align)
		}
	}
}

// TestBundleUnderQEMU runs everything that a phone would do with the arm64
// bundle, using nothing of this machine but its kernel.
func TestBundleUnderQEMU(t *testing.T) {
	meter := emulated(t)
	checks, err := meter.Selftest(t.Context())
	if err != nil || len(checks) < 4 {
		t.Fatalf("%v, %v", checks, err)
	}
	computes(t, meter)

	block := models.Block{Kind: models.Conv, Kernel: 3, Stride: 1, Pad: 1, Act: "relu", SE: "none", SEAct: "none", Groups: 1, OutGroups: 1,
		Height: 16, Width: 16, In: 16, Out: 16}
	plan := profile.Plan{
		Space: lut.SpaceID{Name: "tiny", Digest: strings.Repeat("a", 64)}, Sentinel: conv(t, "sentinel", 8, 16, 1),
		Blocks: []models.Block{block},
		Export: func(models.Block) (latency.Model, string, error) {
			m := conv(t, "block", 16, 16, 1)
			return m, m.Digest(), nil
		},
	}
	opts := profile.Options{Measure: latency.Options{Rounds: 2, WarmUp: time.Millisecond, GroupTime: time.Millisecond, AllowNoisy: true, Seed: 1}.WithDefaults()}
	path := filepath.Join(t.TempDir(), "x.lut")
	_, err = profile.Run(t.Context(), meter, plan, path, opts)
	if err == nil || fault.ExitCode(err) != 2 || !strings.Contains(fault.HintOf(err), "--force") {
		t.Fatalf("a table of an emulator: %v (hint %q)", err, fault.HintOf(err))
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the refusal left a table")
	}
	opts.Force = true
	rep, err := profile.Run(t.Context(), meter, plan, path, opts)
	if err != nil {
		t.Fatal(err)
	}
	table, err := lut.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if m := table.Header.Device.Model; rep.Measured != 1 || m.Arch != "arm64" || !strings.Contains(m.Emulator, "qemu-aarch64") {
		t.Errorf("%d rows measured on %+v, want one and the mark", rep.Measured, m)
	}
}

// TestBundleHere runs the bundle for this machine's processor on this machine,
// as a board of the same kind would.
func TestBundleHere(t *testing.T) {
	if _, err := setup.Files(setup.HostRuntime()); err != nil {
		t.Skipf("no ONNX Runtime here: %v", err)
	}
	agent, err := buildAgent()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("FBNAS_AGENT", agent)
	bundle, err := latency.NewBundle(runtime.GOARCH, latency.Own{})
	if err != nil {
		t.Fatal(err)
	}
	device, err := devices.Open(t.Context(), "local")
	if err != nil {
		t.Fatal(err)
	}
	meter := latency.NewMeter(device, latency.HostConfig{Bundle: bundle})
	defer meter.Close()
	if checks, err := meter.Selftest(t.Context()); err != nil || len(checks) < 4 {
		t.Errorf("%v, %v", checks, err)
	}
	_, condition, err := meter.Identity(t.Context(), latency.Options{})
	if err != nil || !strings.HasPrefix(condition.Runtime, "onnxruntime ") {
		t.Errorf("%+v, %v", condition, err)
	}
	if _, err := os.Stat(filepath.Join(device.Folder(), bundle.Folder(), "libonnxruntime.so")); err != nil {
		t.Errorf("the runtime is not the bundle's: %v", err)
	}
}
