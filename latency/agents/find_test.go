package agents

import (
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"fbnas/internal/fault"
)

// write writes a program that prints a word.
func write(t *testing.T, path, word string, mode fs.FileMode) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(word), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestOrder removes the agents one by one: the next one is found.
func TestOrder(t *testing.T) {
	t.Setenv("FBNAS_CACHE", t.TempDir())
	dir := t.TempDir()
	t.Setenv("FBNAS_AGENT", write(t, dir+"/mine", "named", 0o755))
	write(t, dir+"/fbnas-agent", "beside", 0o755)
	f := finder{
		embedded: fstest.MapFS{"fbnas-agent-" + runtime.GOOS + "-" + runtime.GOARCH + ".gz": zipped(t, "embedded")},
		program:  dir + "/fbnas", serves: true,
	}
	for _, c := range []struct {
		content string
		takeIt  func() error
	}{
		{"named", func() error { return os.Setenv("FBNAS_AGENT", "") }},
		{"embedded", func() error { f.embedded = fstest.MapFS{}; return nil }},
		{"beside", func() error { return os.Remove(dir + "/fbnas-agent") }},
	} {
		argv, err := f.here()
		if err != nil || len(argv) != 1 {
			t.Fatalf("%s: %q, %v", c.content, argv, err)
		}
		if got, err := os.ReadFile(argv[0]); err != nil || string(got) != c.content {
			t.Errorf("this machine's is %q (%v), want the one that is %s", got, err, c.content)
		}
		if got, err := f.of(runtime.GOARCH); err != nil || string(got) != c.content {
			t.Errorf("a device's is %q (%v), want the one that is %s", got, err, c.content)
		}
		if err := c.takeIt(); err != nil {
			t.Fatal(err)
		}
	}
	if argv, err := f.here(); err != nil || !slices.Equal(argv, []string{dir + "/fbnas", asAgent}) {
		t.Errorf("%q, %v; want the program itself", argv, err)
	}
	refused(t, second(f.of(runtime.GOARCH)), "without an agent for devices with "+runtime.GOARCH, "make build", "FBNAS_AGENT ")
	f.serves = false
	refused(t, second(f.here()), "fbnas has no agent", "ServeIfAsked", "FBNAS_AGENT")
}

func second[T any](_ T, err error) error { return err }

// refused checks an error for a missing device, and what its text and its hint
// together say.
func refused(t *testing.T, err error, says ...string) {
	t.Helper()
	if err == nil || fault.ExitCode(err) != 4 {
		t.Fatalf("error %v (exit status %d), want 4", err, fault.ExitCode(err))
	}
	for _, s := range says {
		if text := err.Error() + "\n" + fault.HintOf(err) + " "; !strings.Contains(text, s) {
			t.Errorf("%s does not say %q", text, s)
		}
	}
}

// TestOtherProcessor: this machine's agent and this program are of no use for
// another processor.
func TestOtherProcessor(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("FBNAS_AGENT", write(t, dir+"/fbnas-agent", "of here", 0o755))
	f := finder{
		embedded: fstest.MapFS{"fbnas-agent-linux-" + runtime.GOARCH + ".gz": zipped(t, "of here")},
		program:  dir + "/fbnas", serves: true,
	}
	refused(t, second(f.of("riscv64")), "without an agent for devices with riscv64", "make build", "FBNAS_AGENT_RISCV64")
	write(t, dir+"/fbnas-agent-linux-riscv64", "beside", 0o755)
	if got, err := f.of("riscv64"); err != nil || string(got) != "beside" {
		t.Errorf("%q, %v; want the one beside the program", got, err)
	}
	f.embedded = fstest.MapFS{"fbnas-agent-linux-riscv64.gz": zipped(t, "embedded")}
	if got, err := f.of("riscv64"); err != nil || string(got) != "embedded" {
		t.Errorf("%q, %v; want the embedded one", got, err)
	}
	t.Setenv("FBNAS_AGENT_RISCV64", write(t, dir+"/mine", "named", 0o755))
	if got, err := f.of("riscv64"); err != nil || string(got) != "named" {
		t.Errorf("%q, %v; want the one that the variable names", got, err)
	}
}

// TestNotAProgram: an agent that is named or found must be a program; otherwise
// nothing else is tried.
func TestNotAProgram(t *testing.T) {
	dir := t.TempDir()
	f := finder{fstest.MapFS{}, dir + "/fbnas", true}
	for path, want := range map[string]string{
		write(t, dir+"/plain", "", 0o644): "not an executable file",
		dir:                               "not an executable file",
		dir + "/none":                     "no such file",
	} {
		t.Setenv("FBNAS_AGENT", path)
		refused(t, second(f.here()), path, want, "FBNAS_AGENT")
	}
	t.Setenv("FBNAS_AGENT", "")
	beside := write(t, dir+"/fbnas-agent", "", 0o644)
	refused(t, second(f.here()), beside, "not an executable file", "make build")
}
