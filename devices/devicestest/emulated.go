package devicestest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"fbnas/internal/setup"
)

// Emulated prepares the device `qemu` for a test. It returns values for
// FBNAS_CACHE, a folder with the parts and room for the device's folder, and for
// FBNAS_AGENT_ARM64. It skips a test for which that, or one of needs, is missing.
func Emulated(t testing.TB, needs ...setup.Item) (cache, agent string) {
	t.Helper()
	if runtime.GOARCH == "arm64" {
		t.Skip("this machine is what would be emulated")
	}
	if _, err := setup.Files(append([]setup.Item{setup.RuntimeARM64, setup.ArmLibraries, setup.QEMU}, needs...)...); err != nil {
		t.Skipf("not all that it takes is here: %v", err)
	}
	from, err := setup.Cache()
	if err != nil {
		t.Fatal(err)
	}
	cache = t.TempDir()
	for _, part := range []string{"ort", "debian"} {
		if err := os.Symlink(filepath.Join(string(from), part), filepath.Join(cache, part)); err != nil {
			t.Fatal(err)
		}
	}
	agent = filepath.Join(t.TempDir(), "fbnas-agent")
	build := exec.Command("go", "build", "-o", agent, "fbnas/cmd/fbnas-agent")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH=arm64")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return cache, agent
}
