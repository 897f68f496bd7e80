package setup

import (
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/ebitengine/purego"

	"fbnas/internal/fault"
)

// MinORTMinor is the oldest ONNX Runtime that fbnas accepts, 1.24: the version of the C
// API that its binding needs (docs/background/runtime.md, "Pitfalls").
const MinORTMinor = 24

// machines maps GOARCH to the processor an ELF file names.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

const ortHint = "Unset FBNAS_ORT_LIB and run fbnas setup, or point it at a libonnxruntime.so for this processor, 1.24 or newer."

// ORTLibrary returns the path of the ONNX Runtime to load: $FBNAS_ORT_LIB,
// otherwise the cached one. The file is a shared library for this processor; its
// version is not checked (ORTVersion does this).
func ORTLibrary() (string, error) {
	if path := os.Getenv("FBNAS_ORT_LIB"); path != "" {
		abs, err := filepath.Abs(path)
		if err != nil {
			return "", fmt.Errorf("FBNAS_ORT_LIB=%s: %w", path, err)
		}
		return abs, checkMachine(abs)
	}
	files, err := Files(HostRuntime())
	if err != nil {
		return "", err
	}
	return files[0], nil
}

// checkMachine returns an error unless the library at path is for this processor.
func checkMachine(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fault.New(fault.Failure, ortHint, "ONNX Runtime library %s: %w", path, err)
	}
	defer f.Close()
	if want := machines[runtime.GOARCH]; f.Machine != want {
		return fault.New(fault.Failure, ortHint, "ONNX Runtime library %s is for %s, this machine needs %s", path, f.Machine, want)
	}
	if f.Type != elf.ET_DYN {
		return fault.New(fault.Failure, ortHint, "%s is not a shared library (%s)", path, f.Type)
	}
	return nil
}

// ORTVersion loads the library at path and returns its version,
// for example "1.27.0". Versions before 1.24 are an error that says so.
func ORTVersion(path string) (string, error) {
	if err := checkMachine(path); err != nil {
		return "", err
	}
	lib, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return "", fault.New(fault.Failure, ortHint, "load ONNX Runtime %s: %w", path, err)
	}
	base, err := purego.Dlsym(lib, "OrtGetApiBase")
	if err != nil {
		return "", fault.New(fault.Failure, ortHint, "%s is not ONNX Runtime: %w", path, err)
	}
	version := statedVersion(base)
	if err := checkVersion(version); err != nil {
		return version, fault.New(fault.Failure, ortHint, "ONNX Runtime %s: %w", path, err)
	}
	return version, nil
}

// apiBase mirrors OrtApiBase of onnxruntime_c_api.h.
type apiBase struct {
	_                uintptr // GetApi
	getVersionString uintptr
}

func statedVersion(getAPIBase uintptr) string {
	var get func() *apiBase
	purego.RegisterFunc(&get, getAPIBase)
	var version func() string
	purego.RegisterFunc(&version, get().getVersionString)
	return version()
}

func checkVersion(version string) error {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) >= 2 {
		major, err1 := strconv.Atoi(parts[0])
		minor, err2 := strconv.Atoi(parts[1])
		if err1 == nil && err2 == nil {
			if major > 1 || (major == 1 && minor >= MinORTMinor) {
				return nil
			}
			return fmt.Errorf("version %s is too old, 1.%d or newer is needed", version, MinORTMinor)
		}
	}
	return fmt.Errorf("its version %q is not a version number", version)
}
