package devices

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fbnas/internal/fault"
	"fbnas/internal/yamlform"
)

func TestRegistry(t *testing.T) {
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	core := 0
	want := []Entry{
		{Name: "board", Address: "ssh://pi@board:2222", Runtime: "/opt/it's here/lib.so", Core: &core},
		{Name: "pixel", Address: "adb:0123"},
	}
	for _, e := range []Entry{want[1], want[0]} {
		if err := Register(e); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Registered()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for name, want := range map[string]Entry{"board": want[0], "adb": {Name: "adb", Address: "adb"}, "ssh://x": {Name: "ssh://x", Address: "ssh://x"}} {
		if got, err := Lookup(name); !cmp.Equal(got, want) || err != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if err := Forget("pixel"); err != nil {
		t.Fatal(err)
	}
	if _, err := Lookup("pixel"); fault.CodeOf(err) != fault.Device || !strings.Contains(fault.HintOf(err), "board") {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
	if err := Forget("pixel"); fault.CodeOf(err) != fault.Device {
		t.Error(err)
	}
	if text, err := os.ReadFile(filepath.Join(config, "fbnas/devices.yaml")); err != nil || !strings.HasPrefix(string(text), "version: 1\n") {
		t.Errorf("%q, %v", text, err)
	}
}

func TestRegisterRefuses(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	if err := Register(Entry{Name: "board", Address: "ssh://board"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		entry Entry
		want  string
	}{
		{Entry{Name: "board", Address: "ssh://other"}, "registered already"},
		{Entry{Name: "adb", Address: "ssh://other"}, "is reserved for a transport"},
		{Entry{Name: "a:b", Address: "ssh://other"}, "is not a letter"},
		{Entry{Name: "-x", Address: "ssh://other"}, "is not a letter"},
		{Entry{Name: "x", Address: "board"}, "is none of"},
		{Entry{Name: "x", Address: "local"}, "always called local"},
		{Entry{Name: "x", Address: "ssh://-oProxyCommand=x"}, "is not a host"},
		{Entry{Name: "x", Address: "ssh://other", Runtime: "lib.so"}, "not absolute"},
	} {
		err := Register(c.entry)
		if err == nil || !strings.Contains(err.Error(), c.want) || fault.CodeOf(err) != fault.Usage || fault.HintOf(err) == "" {
			t.Errorf("%+v: %v (hint %q)", c.entry, err, fault.HintOf(err))
		}
	}
}

func TestRegisterTogether(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	var wait sync.WaitGroup
	for _, name := range strings.Fields("a b c d e f g h") {
		wait.Go(func() {
			if err := Register(Entry{Name: name, Address: "ssh://" + name}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got, err := Registered(); len(got) != 8 || err != nil {
		t.Errorf("%d are left, %v", len(got), err)
	}
}

func TestBrokenRegistry(t *testing.T) {
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	if err := os.Mkdir(config+"/fbnas", 0o700); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"version: 2\n": "version",
		"version: 1\ndevices:\n  - {name: a, address: 'ssh://a', colour: red}\n":                     "colour",
		"version: 1\ndevices:\n  - {name: a, address: 'ssh://a'}\n  - {name: a, address: ssh://b}\n": "twice",
		"version: 1\ndevices:\n  - {name: a, address: 'carrier-pigeon'}\n":                           "is none of",
		"version: 1\n# " + strings.Repeat("x", yamlform.MaxBytes):                                    "bytes",
	} {
		if err := os.WriteFile(config+"/fbnas/devices.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{func() error { _, err := Open(t.Context(), "a"); return err }(), Register(Entry{Name: "b", Address: "ssh://b"})} {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "devices.yaml") || fault.HintOf(err) == "" {
				t.Errorf("%.60q: %v", text, err)
			}
		}
		if now, _ := os.ReadFile(config + "/fbnas/devices.yaml"); string(now) != text {
			t.Errorf("%.60q was overwritten", text)
		}
		if e, err := Lookup("local"); err != nil || e.Address != "local" {
			t.Errorf("local: %v", err)
		}
	}
}

// FuzzRegistry: what is read is written and read again unchanged.
func FuzzRegistry(f *testing.F) {
	f.Add([]byte("version: 1\ndevices:\n  - {name: a, address: 'ssh://pi@a:22', runtime: /x.so, core: 3}\n"))
	f.Add([]byte("version: 1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseRegistry(data)
		if err != nil {
			return
		}
		back, err := parseRegistry(yamlform.Write(&r))
		if err != nil || !cmp.Equal(r.entries, back.entries) {
			t.Errorf("%+v became %+v, %v", r, back, err)
		}
	})
}
