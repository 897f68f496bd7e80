package setup

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/fault"
)

// fakeRuntime is the part of ONNX Runtime that ORTVersion uses.
const fakeRuntime = `
static const char* version(void) { return "VERSION"; }
static struct { void* get_api; const char* (*version)(void); } base = { 0, version };
const void* NAME(void) { return &base; }
`

func compile(t *testing.T, source string) string {
	t.Helper()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no gcc to build a stand-in library with")
	}
	dir := t.TempDir()
	c, so := filepath.Join(dir, "a.c"), filepath.Join(dir, "a.so")
	if err := os.WriteFile(c, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gcc, "-shared", "-fPIC", "-o", so, c).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return so
}

func TestORTVersion(t *testing.T) {
	for _, c := range []struct{ symbol, version, want string }{
		{"OrtGetApiBase", "1.24.0", ""},
		{"OrtGetApiBase", "1.30.1", ""},
		{"OrtGetApiBase", "1.23.2", "version 1.23.2 is too old, 1.24 or newer is needed"},
		{"OrtGetApiBase", "0.99.0", "too old"},
		{"OrtGetApiBase", "nightly", `its version "nightly" is not a version number`},
		{"SomethingElse", "1.27.0", "is not ONNX Runtime"},
	} {
		so := compile(t, strings.NewReplacer("VERSION", c.version, "NAME", c.symbol).Replace(fakeRuntime))
		got, err := ORTVersion(so)
		if c.want == "" {
			if err != nil || got != c.version {
				t.Errorf("%s: %q, %v", c.version, got, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || fault.HintOf(err) == "" {
			t.Errorf("%s: error %v, want %q and a hint", c.version, err, c.want)
		}
	}
}

func TestOverride(t *testing.T) {
	so := compile(t, fakeRuntime)
	foreign := filepath.Join(t.TempDir(), "foreign.so")
	data, err := os.ReadFile(so)
	if err != nil {
		t.Fatal(err)
	}
	data[18], data[19] = 0xf3, 0 // e_machine = RISC-V, which fbnas has no build for
	if err := os.WriteFile(foreign, data, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{so, ""},
		{foreign, "is for EM_RISCV, this machine needs " + machines[runtime.GOARCH].String()},
		{"runtime_test.go", "bad magic number"},
		{filepath.Join(t.TempDir(), "none.so"), "no such file"},
	} {
		t.Setenv("FBNAS_ORT_LIB", c.path)
		got, err := ORTLibrary()
		switch {
		case c.want == "" && (err != nil || got != c.path):
			t.Errorf("%s: %q, %v", c.path, got, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || fault.HintOf(err) == ""):
			t.Errorf("%s: error %v, want %q and a hint", c.path, err, c.want)
		}
	}
}

func TestEmptyCacheSaysWhatToRun(t *testing.T) {
	root := t.TempDir()
	t.Setenv("FBNAS_CACHE", root)
	t.Setenv("FBNAS_ORT_LIB", "")
	for item, get := range map[Item]func() (string, error){
		HostRuntime(): ORTLibrary, Fashion: FashionMNIST, Conformance: ONNXTestdata,
	} {
		if _, err := get(); err == nil || fault.HintOf(err) != "Run: fbnas setup "+string(item) {
			t.Errorf("%s: error %v (hint %q), want the command", item, err, fault.HintOf(err))
		}
	}
	status, err := Status(All()...)
	if err != nil || len(status) < 7 {
		t.Fatalf("%d states (%v), want one of each item", len(status), err)
	}
	if _, err := Files(RuntimeARM64, ArmLibraries); fault.HintOf(err) != "Run: fbnas setup onnxruntime-arm64 linux-arm64-libraries" {
		t.Errorf("files of arm64: %v (hint %q), want one command", err, fault.HintOf(err))
	}
	for _, s := range status {
		if s.Ready || s.Reason == "" {
			t.Errorf("%s: ready %v, reason %q in an empty cache", s.Item, s.Ready, s.Reason)
		}
	}
}

func TestCleanKeepsWhatIsNotSetUps(t *testing.T) {
	root := t.TempDir()
	t.Setenv("FBNAS_CACHE", root)
	mine := filepath.Join(root, "probes", "cpu.json")
	for _, path := range []string{mine, filepath.Join(root, items[0].dir, ortLibrary), filepath.Join(root, "partial", string(Fashion), "x")} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	removed, err := Clean(context.Background(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{filepath.Join(root, items[0].dir), filepath.Join(root, "partial", string(Fashion))}; !slices.Equal(removed, want) {
		t.Errorf("removed %q, want %q", removed, want)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Errorf("clean removed what another part of fbnas keeps: %v", err)
	}
	for _, path := range []string{filepath.Join(root, items[0].dir), filepath.Join(root, "partial", string(Fashion))} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("clean left %s", path)
		}
	}
}
