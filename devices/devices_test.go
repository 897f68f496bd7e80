package devices

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"fbnas/internal/fault"
)

func TestOpenErrors(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for name, want := range map[string]string{
		"qemu:1":  "qemu has no address",
		"pixel":   `unknown device "pixel"`,
		"":        `unknown device ""`,
		"local:1": "local has no address",
	} {
		_, err := Open(t.Context(), name)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
		if fault.ExitCode(err) != 4 || !strings.Contains(fault.HintOf(err), "local") {
			t.Errorf("%q: exit code %d, hint %q", name, fault.ExitCode(err), fault.HintOf(err))
		}
	}
}

func openForTest(t *testing.T) Device {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	d, err := Open(t.Context(), "local")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPush(t *testing.T) {
	d := openForTest(t)
	if err := d.Push(t.Context(), "a.onnx", []byte("abc")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(d.Folder(), "a.onnx")
	if got, err := os.ReadFile(path); err != nil || string(got) != "abc" {
		t.Errorf("pushed %q, %v", got, err)
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	before, _ := os.Stat(path)
	if err := d.Push(t.Context(), "a.onnx", []byte("abc")); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.Stat(path); !os.SameFile(before, after) || after.ModTime() != before.ModTime() {
		t.Error("a file that is there was written again")
	}
	if err := d.Push(t.Context(), "bundle/program", []byte("#!/bin/sh\n")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(d.Folder(), "bundle", "program")); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("a file in a folder: %v, %v", info, err)
	}
	for _, name := range []string{"../x", "/etc/x", "bundle", "..", ""} {
		if err := d.Push(t.Context(), name, nil); err == nil {
			t.Errorf("pushed %q", name)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(d.Folder()); !os.IsNotExist(err) {
		t.Errorf("Close left the folder: %v", err)
	}
}

func TestClean(t *testing.T) {
	d := openForTest(t)
	defer d.Close()
	folder := func(name string, files ...string) string {
		path := filepath.Join(os.TempDir(), name)
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(path, f), []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	left := folder("fbnas-device-1", ".lock", "a.onnx")
	kept := []string{d.Folder(), folder("fbnas-device-2", "a.onnx"), folder("other", ".lock")}
	removed, err := Clean(t.Context(), "local")
	if diff := cmp.Diff([]string{left}, removed); diff != "" || err != nil {
		t.Errorf("removed (-want +got):\n%s%v", diff, err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", left, err)
	}
	for _, path := range kept {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"local:1", "pixel", "replay:"} {
		if _, err := Clean(t.Context(), name); fault.CodeOf(err) != fault.Device {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStart(t *testing.T) {
	d := openForTest(t)
	defer d.Close()
	p, err := d.Start(t.Context(), []string{"/bin/sh", "-c", `read line; echo "$line $WORD"; echo oops >&2; exit 3`}, []string{"WORD=there"})
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(p.Stdin, "hello\n")
	out, _ := io.ReadAll(p.Stdout)
	err = p.Wait()
	if string(out) != "hello there\n" || p.Stderr() != "oops\n" || err == nil || !strings.Contains(err.Error(), "3") {
		t.Errorf("stdout %q, stderr %q, %v", out, p.Stderr(), err)
	}
	if _, err := d.Start(t.Context(), []string{"/nonexistent"}, nil); err == nil || !strings.Contains(err.Error(), "local") {
		t.Errorf("start of what is not there: %v", err)
	}
}

func TestEndOfContextKills(t *testing.T) {
	d := openForTest(t)
	defer d.Close()
	ctx, cancel := context.WithCancel(t.Context())
	p, err := d.Start(ctx, []string{"/bin/sh", "-c", "echo up; sleep 1000 & sleep 1000"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(p.Stdout, make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	cancel()
	io.ReadAll(p.Stdout)
	if err := p.Wait(); err == nil {
		t.Error("a killed program ended without an error")
	}
}

func TestIdentify(t *testing.T) {
	files := func(pairs ...string) fstest.MapFS {
		m := fstest.MapFS{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
		}
		return m
	}
	for _, c := range []struct {
		name string
		root fstest.MapFS
		want Identity
	}{
		{"virtual machine", files(
			"proc/cpuinfo", "processor\t: 0\nmodel name\t: AMD EPYC\nprocessor\t: 1\nmodel name\t: AMD EPYC\n",
			"proc/meminfo", "MemTotal:        1024 kB\nMemFree: 1 kB\n",
			"etc/os-release", "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
			"proc/sys/kernel/osrelease", "6.1.0-13\n"),
			Identity{SoC: "AMD EPYC", Cores: 2, MemoryBytes: 1 << 20, OS: "Debian GNU/Linux 12 (bookworm), Linux 6.1.0-13"}},
		{"board with two clusters", files(
			"proc/cpuinfo", "processor : 0\nCPU implementer : 0x41\nCPU part : 0xd0b\nprocessor : 1\n",
			"proc/device-tree/model", "Raspberry Pi 5 Model B\x00",
			"sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "1800000\n",
			"sys/devices/system/cpu/cpu1/cpufreq/cpuinfo_max_freq", "2400000\n"),
			Identity{SoC: "Raspberry Pi 5 Model B", Cores: 2, MaxKHz: []int{1800000, 2400000}}},
		{"only part numbers, one clock unreadable", files(
			"proc/cpuinfo", "processor : 0\nCPU implementer : 0x41\nCPU part : 0xd0b\nprocessor : 1\n",
			"sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "1800000\n"),
			Identity{SoC: "implementer 0x41 part 0xd0b", Cores: 2}},
		{"nothing", files(), Identity{SoC: "unknown"}},
	} {
		if diff := cmp.Diff(c.want, identify(c.root)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestUnitTellsNothing(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef"
	root := func(id string) fstest.MapFS { return fstest.MapFS{"etc/machine-id": {Data: []byte(id + "\n")}} }
	a, b := identify(root(id)).Unit, identify(root("1"+id[1:])).Unit
	if a == b || len(a) != 16 || strings.Contains(id, a[:4]) {
		t.Errorf("units %q and %q of machine-id %q", a, b, id)
	}
}

func TestLocalIdentity(t *testing.T) {
	d := openForTest(t)
	defer d.Close()
	id, err := d.Identity(t.Context())
	if err != nil || id.Cores < 1 || id.MemoryBytes < 1<<20 || id.Arch == "" || id.SoC == "" {
		t.Errorf("%+v, %v", id, err)
	}
}

func TestTail(t *testing.T) {
	tl := &tail{limit: 5}
	for _, s := range []string{"abc", "defg", ""} {
		if n, err := tl.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatal(n, err)
		}
	}
	if tl.String() != "cdefg" {
		t.Errorf("kept %q", tl.String())
	}
}
