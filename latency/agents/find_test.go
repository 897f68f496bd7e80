package agents

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"fbnas/internal/fault"
)

func TestPath(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "agent")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ env, want string }{
		{plain, "not an executable file"},
		{plain + "-not-there", "no such file"},
		{"", "fbnas-agent"}, // beside the test's own binary there is none
	} {
		t.Setenv("FBNAS_AGENT", c.env)
		_, err := Path(runtime.GOARCH)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(fault.HintOf(err), "make build") || fault.ExitCode(err) != 4 {
			t.Errorf("FBNAS_AGENT=%q: %v (hint %q)", c.env, err, fault.HintOf(err))
		}
	}
	if err := os.Chmod(plain, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FBNAS_AGENT", plain)
	if got, err := Path(runtime.GOARCH); err != nil || got != plain {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Path("riscv64"); err == nil || !strings.Contains(err.Error(), "fbnas-agent-linux-riscv64") {
		t.Errorf("another processor: %v", err)
	}
	t.Setenv("FBNAS_AGENT_RISCV64", plain)
	if got, err := Path("riscv64"); err != nil || got != plain {
		t.Errorf("another processor: %q, %v", got, err)
	}
}
