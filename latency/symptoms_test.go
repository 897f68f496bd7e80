package latency

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"fbnas/devices"
	"fbnas/internal/fault"
)

// failing is a device on which every program is a script of the test.
type failing struct {
	devices.Device
	script string
}

func (f failing) Name() string { return "board" }

func (f failing) Start(ctx context.Context, _, env []string) (*devices.Process, error) {
	return f.Device.Start(ctx, []string{"/bin/sh", "-c", f.script}, env)
}

// says is a script that writes a message to its standard error and exits.
func says(text string, status int) string {
	return fmt.Sprintf("cat >/dev/null; cat >&2 <<'END'\n%s\nEND\nexit %d", text, status)
}

func TestSymptoms(t *testing.T) {
	local, err := devices.Open(t.Context(), "local")
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	seen := map[string]bool{}
	for _, c := range []struct{ name, script, means string }{
		{"noexec", says("sh: 1: /data/fbnas/ld-linux-aarch64.so.1: Permission denied", 126), "does not allow programs to run"},
		{"noexec library", says("./fbnas-agent: error while loading shared libraries: libc.so.6: failed to map segment from shared object", 127), "does not allow programs to run"},
		{"sigsys", "cat >/dev/null; kill -SYS $$", "SIGSYS"},
		{"sigsys told by a shell", says("Bad system call", 159), "SIGSYS"},
		{"own runtime too new", says("./fbnas-agent: libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by libonnxruntime.so)", 1), "do not belong together"},
		{"old kernel", says("FATAL: kernel too old", 127), "kernel is older"},
		{"pages", says("error while loading shared libraries: libx.so: ELF load command address/offset not page-aligned", 127), "pages of memory"},
		{"loader", says("./fbnas-agent: error while loading shared libraries: libm.so.6: cannot open shared object file: No such file or directory", 127), "loader refuses"},
		{"32 bits", says("sh: ./ld-linux-aarch64.so.1: not executable: 64-bit ELF file", 1), "does not run the agent's programs"},
		{"gone", "cat >/dev/null; exec /nowhere/agent", "no longer there"},
		{"instruction", "cat >/dev/null; kill -ILL $$", "lacks an instruction"},
		{"crash", "cat >/dev/null; kill -SEGV $$", "crashed"},
		{"memory", "cat >/dev/null; kill -KILL $$", "lack of memory"},
		{"full", says("cannot create out: No space left on device", 2), "storage is full"},
		{"fast kernels", says("Error in cpuinfo: failed to parse\nFailed to initialize PyTorch cpuinfo library. May cause CPU EP performance degradation", 1), "without its fast kernels"},
	} {
		_, err := NewMeter(failing{local, c.script}, HostConfig{}).Selftest(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.means) || fault.ExitCode(err) != 4 {
			t.Errorf("%s: %v, want %q", c.name, err, c.means)
			continue
		}
		if hint := fault.HintOf(err); hint == "" || strings.Contains(hint, "NAME") {
			t.Errorf("%s: hint %q", c.name, hint)
		}
		s, _ := diagnose(err)
		seen[s.means] = true
	}
	for _, s := range symptoms {
		if !seen[s.means] {
			t.Errorf("no case ends in %q", s.means)
		}
	}
	_, err = NewMeter(failing{local, says("a riddle", 3)}, HostConfig{}).Selftest(t.Context())
	if err == nil || !strings.Contains(err.Error(), "a riddle") || !strings.Contains(fault.HintOf(err), "devices check board") {
		t.Errorf("what nobody knows: %v (hint %q)", err, fault.HintOf(err))
	}
}
