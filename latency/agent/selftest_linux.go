package agent

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"fbnas/latency/wire"
)

// features are the processor features that ONNX Runtime's kernels use, by their
// names in /proc/cpuinfo on x86-64 and arm64.
var features = []string{
	"avx", "avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_int8",
	"asimd", "asimdhp", "asimddp", "i8mm", "bf16", "sve", "sme",
}

// Selftest returns Config.Selftest for this device and the ONNX Runtime at
// library.
func Selftest(library string) func() []wire.Check {
	return func() []wire.Check {
		coreSet, pinErr := pin(nil, 1)
		checks := []wire.Check{check("core", pinErr, "pinned to "+coreSet)}

		counters := openCounters().read()
		checks = append(checks, check("counters", nil, fmt.Sprintf("cannot be read: %v", counters.unknown())))
		if len(counters.unknown()) == 0 {
			checks[1].Detail = "switches and run-queue delay can be read"
		}

		rt, log, err := loadRuntime(library)
		if rt == nil {
			return append(checks, check("runtime", err, ""))
		}
		return append(checks,
			check("runtime", nil, fmt.Sprintf("onnxruntime %s, function table 18", rt.Version)),
			check("model", err, fmt.Sprintf("the built-in model gives %v", tinyOutput)),
			check("kernels", slowKernels(log), strings.Join(cpuFeatures(), " ")))
	}
}

func check(name string, err error, detail string) wire.Check {
	if err != nil {
		detail = err.Error()
	}
	return wire.Check{Name: name, OK: err == nil, Detail: detail}
}

// cpuFeatures lists the features that the processor has.
func cpuFeatures() (out []string) {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		if key = strings.TrimSpace(key); key != "flags" && key != "Features" {
			continue
		}
		has := strings.Fields(value)
		for _, f := range features {
			if slices.Contains(has, f) {
				out = append(out, f)
			}
		}
		return out
	}
	return nil
}
