package native

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// TestDepthwise compiles the convolution with each set of kernels and compares
// it with the definition; the conformance suite sees only this processor's set.
func TestDepthwise(t *testing.T) {
	sources, err := filepath.Glob("depthwise*.c")
	if err != nil {
		t.Fatal(err)
	}
	for kernels, feature := range map[string]string{"depthwise_any": "", "depthwise_avx2": "fma", "depthwise_avx512": "avx512f"} {
		t.Run(kernels, func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), "check")
			args := []string{"-O1", "-fopenmp-simd", "-DDEPTHWISE_KERNELS=" + kernels, "-o", program, "testdata/depthwise_check.c"}
			if feature != "" {
				args = append(args, `-DNEEDS="`+feature+`"`)
			}
			if feature != "" && runtime.GOARCH != "amd64" {
				t.Skip("these are for amd64")
			}
			if out, err := exec.Command("cc", append(append(args, sources...), "-lm")...).CombinedOutput(); err != nil {
				t.Fatalf("cc: %v\n%s", err, out)
			}
			out, err := exec.Command(program).CombinedOutput()
			var exit *exec.ExitError
			if errors.As(err, &exit) && exit.ExitCode() == 77 {
				t.Skip("this processor lacks " + feature)
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Logf("%s", out)
		})
	}
}
