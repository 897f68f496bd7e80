package main

import (
	"testing"

	"fbnas/devices/devicestest"
	"fbnas/internal/setup"
)

// TestARM64Scripts runs the command lines of testdata/arm64 with an emulated
// device of another processor.
func TestARM64Scripts(t *testing.T) {
	t.Parallel()
	cache, agent := devicestest.Emulated(t, setup.HostRuntime())
	deviceScripts(t, "arm64", map[string]string{"FBNAS_CACHE": cache, "FBNAS_AGENT_ARM64": agent}, trainedCmds)
}
