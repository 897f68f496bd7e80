package native

import (
	"errors"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestDepthwise compares the convolution with its definition, with each set of
// kernels and blocks of 16, 8 and 4. Where the processor lacks AVX-512, the
// source of that set is compiled for what there is: its vectors of 16 floats
// become several.
func TestDepthwise(t *testing.T) {
	var flags []string
	if k := Sets()[0]; !k.Executes && k.Name == "avx512" {
		flags = append(flags, "-DEMULATED_AVX512")
		t.Log("this processor does not execute AVX-512: the same source in other instructions")
	}
	program := compiledCheck(t, flags...)
	for _, k := range Sets() {
		t.Run(k.Name, func(t *testing.T) {
			out, err := exec.Command(program, k.Name).CombinedOutput()
			var exit *exec.ExitError
			if errors.As(err, &exit) && exit.ExitCode() == 77 && !k.Executes {
				t.Skipf("compiled, but this processor does not execute %s", k.Name)
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Logf("%s", out)
		})
	}
}

func compiledCheck(t *testing.T, flags ...string) (program string) {
	t.Helper()
	sources, err := filepath.Glob("kernels*.c")
	if err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(t.TempDir(), "check")
	args := append(flags, "-O1", "-fopenmp-simd", "-Wno-psabi", "-o", program, "testdata/depthwise_check.c", "depthwise.c")
	if out, err := exec.Command("cc", append(append(args, sources...), "-lm")...).CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	return program
}

// TestSets: the fastest set that the processor executes is used, and no test
// can ask for another that it does not.
func TestSets(t *testing.T) {
	t.Cleanup(func() {
		if err := Use(""); err != nil {
			t.Error(err)
		}
	})
	best := ""
	for _, k := range Sets() {
		if best == "" && k.Executes {
			best = k.Name
		}
		if err := Use(k.Name); (err == nil) != k.Executes || (err == nil && InUse() != k.Name) {
			t.Errorf("%+v: %v, and %s is used", k, err, InUse())
		}
	}
	if err := Use(""); err != nil || InUse() != best {
		t.Errorf("%s is used, not %s (%v)", InUse(), best, err)
	}
	if Use("avx9") == nil || InUse() != best {
		t.Error("there are kernels avx9")
	}
}
