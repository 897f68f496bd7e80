package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"fbnas/internal/setup"
)

// TestARM64Scripts runs the command lines of testdata/arm64 with an emulated
// device of another processor.
func TestARM64Scripts(t *testing.T) {
	if runtime.GOARCH == "arm64" {
		t.Skip("this machine is what would be emulated")
	}
	if _, err := setup.Files(append(setup.Arm64(), setup.QEMU, setup.HostRuntime())...); err != nil {
		t.Skipf("not all that it takes is here: %v", err)
	}
	// The device's folder lies in the cache: the test has one of its own.
	cache, err := setup.Cache()
	if err != nil {
		t.Fatal(err)
	}
	mine := t.TempDir()
	for _, part := range []string{"ort", "debian"} {
		if err := os.Symlink(filepath.Join(string(cache), part), filepath.Join(mine, part)); err != nil {
			t.Fatal(err)
		}
	}
	agent := filepath.Join(t.TempDir(), "fbnas-agent")
	build := exec.Command("go", "build", "-o", agent, "fbnas/cmd/fbnas-agent")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH=arm64")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	deviceScripts(t, "arm64", map[string]string{"FBNAS_CACHE": mine, "FBNAS_AGENT_ARM64": agent}, trainedCmds)
}
