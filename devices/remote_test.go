package devices

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fbnas/internal/fault"
)

func TestRemotePush(t *testing.T) {
	base := t.TempDir() + "/it's here"
	h := &host{}
	r := dialForTest(t, h, base)
	files := map[string]string{"a.onnx": "abc", "bundle-1/lib c.so": "\x7fELF...", "empty": ""}
	for range 2 {
		for name, text := range files {
			if err := r.Push(t.Context(), name, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	again := dialForTest(t, h, base)
	for name, text := range files {
		if err := again.Push(t.Context(), name, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(r.Folder() + "/" + name); err != nil || string(got) != text {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
	}
	if n := h.count("put "); n != len(files) {
		t.Errorf("%d files were put there, want %d", n, len(files))
	}
	if info, err := os.Stat(r.Folder() + "/bundle-1/lib c.so"); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("a program cannot be executed: %v, %v", info, err)
	}
	if err := again.Push(t.Context(), "a.onnx", []byte("other")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(r.Folder() + "/a.onnx"); string(got) != "other" {
		t.Errorf("another content was not put there: %q", got)
	}
	for _, name := range []string{"../x", "/etc/x", "a//b", "..", ".", ""} {
		if err := r.Push(t.Context(), name, nil); err == nil {
			t.Errorf("pushed %q", name)
		}
	}
}

func TestRemotePushFaults(t *testing.T) {
	lost := fmt.Errorf("cable pulled: %w", errLost)
	for _, c := range []struct {
		name   string
		fail   func(call int, script string) error
		mangle func([]byte) []byte
		want   string // in the error; "" for none
		hint   string
	}{
		{name: "lost once", fail: func(call int, _ string) error {
			if call == 2 {
				return lost
			}
			return nil
		}},
		{name: "lost for good", fail: func(int, string) error { return lost }, want: "cable pulled", hint: "cable"},
		{name: "disk full", fail: func(_ int, script string) error {
			if strings.HasPrefix(script, "put") {
				return &exitError{1, "cat: write error: No space left on device"}
			}
			return nil
		}, want: "No space left", hint: "fbnas devices clean board"},
		{name: "changed on its way", mangle: func([]byte) []byte { return []byte("abd") }, want: "arrived with SHA-256"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &host{}
			r := dialForTest(t, h, t.TempDir()+"/base")
			r.pace.patience = 500 * time.Millisecond
			h.calls, h.fail, h.mangle = 0, c.fail, c.mangle
			err := r.Push(t.Context(), "a.onnx", []byte("abc"))
			if err == nil {
				err = r.verify(t.Context())
			}
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || fault.CodeOf(err) != fault.Device || !strings.Contains(fault.HintOf(err), c.hint) {
				t.Errorf("%v (hint %q)", err, fault.HintOf(err))
			}
			if _, err := os.Stat(r.Folder() + "/a.onnx"); err == nil {
				t.Error("a bad file was left")
			}
		})
	}
}

func TestRemoteIdentity(t *testing.T) {
	r := dialForTest(t, &host{}, t.TempDir()+"/base")
	got, err := r.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l, err := Open(t.Context(), "local")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	want, err := l.Identity(t.Context())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-local +shell):\n%s", err, diff)
	}
}

func TestAndroidIdentity(t *testing.T) {
	if facts, err := parseFacts([]byte("8 uname -m\naarch64")); err == nil {
		t.Errorf("a length that does not fit was taken: %v", facts)
	}
	text := "[ro.soc.manufacturer]: [Google]\n[ro.soc.model]: [GS101]\n[ro.build.version.release]: [14]\n[ro.serialno]: [1A]"
	facts, err := parseFacts(fmt.Appendf(nil, "27 proc/cpuinfo\nprocessor : 0\nprocessor : 1\n%d getprop\n%s\n7 uname -m\naarch64\n", len(text), text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Identity{SoC: "Google GS101", Cores: 2, OS: "Android 14", Unit: unit("1A")}, identify(facts)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if arch := architecture(read(facts, machine)); arch != "arm64" {
		t.Errorf("architecture %s", arch)
	}
}

func FuzzFacts(f *testing.F) {
	f.Add([]byte("3 etc/machine-id\nabc\n"))
	f.Add([]byte("-1 x\n"))
	f.Fuzz(func(t *testing.T, out []byte) {
		if facts, err := parseFacts(out); err == nil {
			identify(facts)
		}
	})
}
