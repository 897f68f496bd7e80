package latency

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/internal/readfile"
)

// maxRuntime is the largest library or .aar that is read; ONNX Runtime with
// all its providers is a tenth of it.
const maxRuntime = 512 << 20

const runtimeHint = "Name a libonnxruntime.so for the device's processor, or an .aar with one in it."

// ownRuntime reads a user's own library, and refuses one that cannot work. loaded
// says that the bundle's own C library will load it.
func ownRuntime(path, arch, abi string, loaded bool) ([]byte, error) {
	data, err := readfile.Limited(path, maxRuntime)
	if err == nil && strings.EqualFold(filepath.Ext(path), ".aar") {
		data, err = fromAAR(data, abi)
	}
	if err == nil {
		err = checkRuntime(data, arch, loaded)
	}
	if err != nil {
		if fault.HintOf(err) != "" {
			return nil, fmt.Errorf("runtime %s: %w", path, err)
		}
		return nil, fault.New(fault.Usage, runtimeHint, "runtime %s: %w", path, err)
	}
	return data, nil
}

// fromAAR returns the library in an Android archive: a zip with a folder below
// jni for each kind of processor.
func fromAAR(data []byte, abi string) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	f, err := archive.Open("jni/" + abi + "/" + runtimeFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("it has no jni/%s/%s", abi, runtimeFile)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readfile.AtMost(f, maxRuntime)
}

// elfMachines maps GOARCH to the processor in the header of an ELF file.
var elfMachines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// bionic is the name of the C library that libraries for Android need, which the
// bundle's agent does not have.
const bionic = "libc.so"

func checkRuntime(data []byte, arch string, loaded bool) error {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if f.Type != elf.ET_DYN {
		return fmt.Errorf("it is not a shared library (%s)", f.Type)
	}
	if want, ok := elfMachines[arch]; ok && f.Machine != want {
		return fmt.Errorf("it is for %s, the device has %s", f.Machine, want)
	}
	needs, err := f.ImportedLibraries()
	if err != nil {
		return err
	}
	if loaded && slices.Contains(needs, bionic) {
		return fault.New(fault.Usage,
			"Give the device's entry an agent too that is built with the NDK and speaks fbnas's protocol, or take a build for Linux.",
			"it needs Android's own C library (%s), with which fbnas-agent does not work", bionic)
	}
	return nil
}
