package latency

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/latency/internal/simdevice"
)

// program is an empty file that counts as an agent.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent")
	if err := os.WriteFile(path, []byte("an agent, in spirit"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBundleFolder(t *testing.T) {
	b := func(files ...bundleFile) *Bundle { return &Bundle{files: files} }
	x, y := bundleFile{"x", []byte("1")}, bundleFile{"y", []byte("2")}
	one := b(x, y).Folder()
	if got := b(y, x).Folder(); got != one {
		t.Errorf("the order of the files changes the name: %s, %s", one, got)
	}
	for name, other := range map[string]*Bundle{
		"a byte":      b(x, bundleFile{"y", []byte("3")}),
		"a name":      b(x, bundleFile{"z", []byte("2")}),
		"one less":    b(x),
		"names apart": b(bundleFile{"y", []byte("1")}, bundleFile{"x", []byte("2")}),
	} {
		if other.Folder() == one {
			t.Errorf("%s does not change the name", name)
		}
	}
}

// TestBundleIsPushedOnce measures nothing: the simulated device answers whatever
// was started.
func TestBundleIsPushedOnce(t *testing.T) {
	conn := &simdevice.Conn{}
	b := &Bundle{files: []bundleFile{{agentFile, []byte("a")}, {runtimeFile, []byte("r")}, {"ld.so", []byte("l")}}, loader: "ld.so"}
	h := NewMeter(conn, HostConfig{Bundle: b})
	for range 2 {
		if _, _, err := h.Identity(t.Context(), Options{}); err != nil {
			t.Fatal(err)
		}
	}
	if conn.Pushes() != 3 {
		t.Errorf("%d files were pushed, want 3", conn.Pushes())
	}
	argv, err := h.argv(t.Context())
	dir := "/sim/" + b.Folder()
	want := []string{dir + "/ld.so", "--library-path", dir, dir + "/fbnas-agent", "-ort", dir + "/libonnxruntime.so", "-dir", "/sim"}
	if err != nil || !slices.Equal(argv, want) {
		t.Errorf("%q, %v, want %q", argv, err, want)
	}
}

// TestBundleParts builds the bundles from the cache.
func TestBundleParts(t *testing.T) {
	if _, err := setup.Files(setup.RuntimeARM64, setup.ArmLibraries); err != nil {
		t.Skipf("the parts for arm64 are not here: %v", err)
	}
	t.Setenv("FBNAS_AGENT", program(t))
	t.Setenv("FBNAS_AGENT_ARM64", program(t))
	if runtime.GOARCH == "arm64" {
		t.Setenv("FBNAS_AGENT_AMD64", program(t))
	}
	b, err := NewBundle("arm64", Own{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"fbnas-agent", "ld-linux-aarch64.so.1", "libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6",
		"libonnxruntime.so", "libpthread.so.0", "librt.so.1", "libstdc++.so.6"}
	if got := names(b); !slices.Equal(got, want) {
		t.Errorf("arm64 has %v, want %v", got, want)
	}
	for _, f := range b.files {
		if f.name == agentFile {
			continue
		}
		lib, err := elf.NewFile(bytes.NewReader(f.data))
		if err != nil || lib.Machine != elf.EM_AARCH64 {
			t.Errorf("%s: %v", f.name, err)
			continue
		}
		for _, p := range lib.Progs {
			if p.Type == elf.PT_LOAD && p.Align < largestPage {
				t.Errorf("%s: a segment is aligned to %d bytes, phones may have pages of %d", f.name, p.Align, largestPage)
			}
		}
		needs, _ := lib.ImportedLibraries()
		for _, n := range needs {
			if !slices.Contains(want, n) {
				t.Errorf("%s needs %s, which the bundle lacks", f.name, n)
			}
		}
	}
	own, err := NewBundle("arm64", Own{Agent: program(t)})
	if err != nil || own.loader != "" || !slices.Equal(names(own), []string{"fbnas-agent", "libonnxruntime.so"}) {
		t.Errorf("with an agent of its own: %v, %v", own, err)
	}
	if _, err := NewBundle("riscv64", Own{}); fault.ExitCode(err) != 4 {
		t.Errorf("a processor without a bundle: %v", err)
	}
}

// largestPage is the largest page size of arm64 systems.
const largestPage = 64 << 10

func names(b *Bundle) (out []string) {
	for _, f := range b.files {
		out = append(out, f.name)
	}
	slices.Sort(out)
	return out
}

// library is an empty shared library for a processor.
func library(t testing.TB, machine elf.Machine) []byte {
	t.Helper()
	h := elf.Header64{Type: uint16(elf.ET_DYN), Machine: uint16(machine), Version: 1, Ehsize: 64}
	copy(h.Ident[:], []byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)})
	var out bytes.Buffer
	if err := binary.Write(&out, binary.LittleEndian, h); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// needing is a library for amd64 that needs another one: an ELF file with only
// the sections that say so.
func needing(t testing.TB, name string) []byte {
	t.Helper()
	const head, entry = 64, 64 // bytes of the file's header, and of a section's
	names := "\x00" + name + "\x00"
	dynamic := []elf.Dyn64{{Tag: int64(elf.DT_NEEDED), Val: 1}, {}}
	h := elf.Header64{Type: uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: 1, Ehsize: head,
		Shoff: head, Shentsize: entry, Shnum: 3, Shstrndx: 1}
	copy(h.Ident[:], []byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)})
	at := uint64(head + 3*entry)
	var out bytes.Buffer
	for _, part := range []any{h, elf.Section64{},
		elf.Section64{Type: uint32(elf.SHT_STRTAB), Off: at, Size: uint64(len(names))},
		elf.Section64{Type: uint32(elf.SHT_DYNAMIC), Off: at + uint64(len(names)), Size: 32, Link: 1, Entsize: 16},
		[]byte(names), dynamic} {
		if err := binary.Write(&out, binary.LittleEndian, part); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func aar(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	for name, data := range files {
		w, err := zw.Create(name)
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOwnRuntime(t *testing.T) {
	arm := library(t, elf.EM_AARCH64)
	for _, c := range []struct {
		name, want string // want "": accepted
		data       []byte
	}{
		{"lib.so", "", arm},
		{"onnxruntime.aar", "", aar(t, map[string][]byte{"jni/arm64-v8a/libonnxruntime.so": arm, "jni/x86_64/libonnxruntime.so": nil})},
		{"intel.so", "the device has EM_AARCH64", library(t, elf.EM_X86_64)},
		{"text.so", "bad magic number", []byte("no library at all, but a text of some length, longer than a header")},
		{"other.aar", "it has no jni/arm64-v8a/libonnxruntime.so", aar(t, map[string][]byte{"classes.jar": nil})},
		{"broken.aar", "not a valid zip file", []byte("PK")},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(path, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := ownRuntime(path, "arm64", "arm64-v8a", true)
		if c.want == "" {
			if err != nil || !bytes.Equal(got, arm) {
				t.Errorf("%s: %d bytes, %v", c.name, len(got), err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || fault.HintOf(err) == "" || fault.ExitCode(err) != 2 {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if err := checkRuntime(needing(t, "libc.so"), "amd64", false); err != nil {
		t.Errorf("Android's library with an agent of its own: %v", err)
	}
	err := checkRuntime(needing(t, "libc.so"), "amd64", true)
	if err == nil || !strings.Contains(err.Error(), "Android") || !strings.Contains(fault.HintOf(err), "NDK") {
		t.Errorf("Android's library with the bundle's agent: %v (hint %q)", err, fault.HintOf(err))
	}
	if err := checkRuntime(needing(t, "libc.so.6"), "amd64", true); err != nil {
		t.Errorf("a library for Linux: %v", err)
	}
}

func FuzzOwnRuntime(f *testing.F) {
	f.Add(aar(f, map[string][]byte{"jni/arm64-v8a/libonnxruntime.so": library(f, elf.EM_AARCH64)}))
	f.Add(library(f, elf.EM_AARCH64))
	f.Fuzz(func(t *testing.T, data []byte) {
		inner, err := fromAAR(data, "arm64-v8a")
		if err != nil {
			inner = data
		}
		if checkRuntime(inner, "arm64", true) == nil && !bytes.HasPrefix(inner, []byte(elf.ELFMAG)) {
			t.Errorf("accepted a library that is none")
		}
	})
}
