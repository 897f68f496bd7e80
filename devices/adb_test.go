package devices

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fbnas/devices/devicestest"
	"fbnas/devices/internal/fakeadbd"
	"fbnas/internal/fault"
)

// phoneForTest is a shell on a fake phone, behind the real adb.
func phoneForTest(t *testing.T) (*adbShell, string, *devicestest.Phone) {
	t.Helper()
	p := devicestest.StartPhone(t)
	s, base, err := connectADB(t.Context(), "pixel", "")
	if err != nil {
		t.Fatal(err)
	}
	return s, base, p
}

func TestADBRun(t *testing.T) {
	s, base, p := phoneForTest(t)
	if want := p.Folder + "/fbnas"; base != want {
		t.Errorf("base folder %s, want %s", base, want)
	}
	for _, c := range []struct {
		script, stdin, out string
		status             int
		stderr             string
	}{
		{script: `echo "it's $((6 * 7))"`, out: "it's 42\n"},
		{script: "printf abc", out: "abc"},
		{script: "true"},
		{script: "cat", stdin: string(allBytes), out: string(allBytes)},
		{script: "echo some; echo oops >&2; exit 7", out: "some\n", status: 7, stderr: "oops"},
		{script: "exit 255", status: 255},
		{script: "if", status: 2, stderr: "yntax"},
		{script: "no-such-program", status: 127, stderr: "not found"},
	} {
		out, err := s.run(t.Context(), c.script, []byte(c.stdin))
		if string(out) != c.out {
			t.Errorf("%s: printed %.80q, want %.80q", c.script, out, c.out)
		}
		var exit *exitError
		switch {
		case c.status == 0:
			if err != nil {
				t.Errorf("%s: %v", c.script, err)
			}
		case !errors.As(err, &exit) || exit.status != c.status || !strings.Contains(exit.stderr, c.stderr):
			t.Errorf("%s: %v, want status %d and %q", c.script, err, c.status, c.stderr)
		}
	}
	if _, err := s.run(t.Context(), strings.Repeat(" ", maxScript+1), nil); err == nil || errors.Is(err, errLost) {
		t.Errorf("a script that is too long: %v", err)
	}
}

// The outcome of a script, and of a push, under each of the phone's faults, and
// the messages for phones in a state in which they cannot be used.
var (
	runFaults = []struct {
		fault string
		lost  bool
	}{
		{"death in mid-output", true},
		{"death before the output", true},
		{"restart in mid-output", true},
		{"output cut, status 0", true},
		{"garbage in the transport", true},
		{"garbage in the output", true},
		{"refused", true},
		{"status lost", false},
		{"slow", false},
	}
	putFaults = []struct {
		fault, says string
		lost        bool
	}{
		{"death in mid-push", "", true},
		{"push refused", "", true},
		{"disk full", "No space left on device", false},
	}
	stateFaults = []struct {
		fault, says, hint string
		come              func(*devicestest.Phone, testing.TB) // how the server notices it
	}{
		{"unauthorized", "is unauthorized", "allow debugging", func(p *devicestest.Phone, t testing.TB) { p.Attach(t) }},
		{"offline", "is offline", "adb reconnect offline", (*devicestest.Phone).Unplug},
	}
)

func TestEveryFaultIsTested(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range runFaults {
		tested[c.fault] = true
	}
	for _, c := range putFaults {
		tested[c.fault] = true
	}
	for _, c := range stateFaults {
		tested[c.fault] = true
	}
	for _, f := range fakeadbd.Faults {
		if !tested[f.Name] {
			t.Errorf("no test has the fault %q", f.Name)
		}
	}
}

func TestADBRunWithFaults(t *testing.T) {
	s, _, p := phoneForTest(t)
	const script = "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; exit 7"
	whole, err := s.run(t.Context(), script, nil)
	if exit := (*exitError)(nil); !errors.As(err, &exit) || len(whole) < 16<<10 {
		t.Fatalf("%d bytes, %v", len(whole), err)
	}
	for _, c := range runFaults {
		t.Run(c.fault, func(t *testing.T) {
			p.Breaks(c.fault)
			out, err := s.run(t.Context(), script, nil)
			if c.lost {
				if !errors.Is(err, errLost) || out != nil || !strings.Contains(err.Error(), s.client.program) {
					t.Errorf("%d bytes, %v", len(out), err)
				}
			} else if exit := (*exitError)(nil); !errors.As(err, &exit) || exit.status != 7 || !bytes.Equal(out, whole) {
				t.Errorf("%d bytes, %v", len(out), err)
			}
			p.Attach(t)
			if out, err := s.run(t.Context(), "echo again", nil); err != nil || string(out) != "again\n" {
				t.Errorf("after it: %q, %v", out, err)
			}
		})
	}
}

func TestADBPut(t *testing.T) {
	s, _, p := phoneForTest(t)
	for name, data := range map[string][]byte{"all": allBytes, "it's": []byte("abc"), "empty": {}} {
		for _, mode := range []os.FileMode{0o600, 0o700} {
			path := filepath.Join(p.Folder, name)
			if err := s.put(t.Context(), path, data, uint32(mode)); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			info, _ := os.Stat(path)
			if err != nil || !bytes.Equal(got, data) || info.Mode().Perm() != mode {
				t.Errorf("%s: %d bytes of mode %v, %v", name, len(got), info.Mode(), err)
			}
		}
	}
	if err := s.put(t.Context(), filepath.Join(p.Folder, "no/folder"), nil, 0o600); err == nil {
		t.Error("put a file where there is no folder")
	}
}

func TestADBPutWithFaults(t *testing.T) {
	s, _, p := phoneForTest(t)
	path := filepath.Join(p.Folder, "file")
	if err := s.put(t.Context(), path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := bytes.Repeat(allBytes, 8)
	for _, c := range putFaults {
		t.Run(c.fault, func(t *testing.T) {
			p.Breaks(c.fault)
			err := s.put(t.Context(), path, data, 0o600)
			if err == nil || errors.Is(err, errLost) != c.lost || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != "before" {
				t.Errorf("the file before it: %d bytes, %v", len(got), err)
			}
			p.Attach(t)
		})
	}
	if err := s.put(t.Context(), path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, data) {
		t.Errorf("after them: %d bytes, %v", len(got), err)
	}
}

func TestADBStates(t *testing.T) {
	_, _, p := phoneForTest(t)
	for _, c := range stateFaults {
		p.Breaks(c.fault)
		c.come(p, t)
		for _, address := range []string{"", p.Serial()} {
			_, _, err := connectADB(t.Context(), "pixel", address)
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(fault.HintOf(err), c.hint) || fault.ExitCode(err) != 4 {
				t.Errorf("%s: %v (hint %q)", c.fault, err, fault.HintOf(err))
			}
		}
		phones, err := Phones(t.Context())
		if err != nil || len(phones) != 1 || phones[0].State != c.fault || !strings.Contains(phones[0].Hint, c.hint) {
			t.Errorf("%s: %+v, %v", c.fault, phones, err)
		}
		p.Heal()
		p.Attach(t)
	}
	want := []Attached{{Name: "adb:" + p.Serial(), Model: "Fake_Phone", State: "device"}}
	if phones, err := Phones(t.Context()); err != nil || !cmp.Equal(phones, want) {
		t.Errorf("%+v, %v", phones, err)
	}
	t.Setenv("ANDROID_SERIAL", "another")
	if _, _, err := connectADB(t.Context(), "pixel", ""); err == nil || !strings.Contains(err.Error(), "no phone has the serial number another; attached: adb:"+p.Serial()) {
		t.Errorf("%v", err)
	}
}

func TestADBFault(t *testing.T) {
	a := &adbClient{program: "/bin/adb", version: "1.0.41"}
	for _, c := range []struct {
		said, says, hint string
		lost             bool
	}{
		{"error: device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set\n", "unauthorized", "allow debugging", true},
		{"error: device offline\n", "offline", "Plug", true},
		{"error: insufficient permissions for device: user in plugdev group\nSee [http://x]\n", "insufficient", "udev", false},
		{"adb: device 'A' not found\n", "'A' not found", "Plug", true},
		{"error: closed\n", "closed", "", true},
		{"cat: x: Permission denied\nsh: y: not found\n", "y: not found", "", true},
		{"adb: error: failed to copy 'a' to 'b': remote couldn't create file: Permission denied\nb: 0 files pushed\n", "Permission denied", "", false},
		{"", "the output ends too soon", "", true},
	} {
		err := adbFault(a, c.said, nil)
		if errors.Is(err, errLost) != c.lost || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "/bin/adb 1.0.41") {
			t.Errorf("%q: %v", c.said, err)
		}
		if hint := fault.HintOf(err); !strings.Contains(hint, c.hint) || c.hint == "" && hint != "" {
			t.Errorf("%q: hint %q", c.said, hint)
		}
	}
}
