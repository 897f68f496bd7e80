package onnxexport_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"fbnas/internal/process"
	"fbnas/internal/python"
)

// TestONNXChecker checks files with ONNX's own checker and shape inference,
// Debian's python3-onnx: version 1.12, which knows opsets up to 17.
func TestONNXChecker(t *testing.T) {
	interpreter, err := python.Find(t.Context(), "onnx.checker")
	if err != nil {
		t.Skipf("apt-get install python3-onnx: %v", err)
	}
	const check = `import sys, onnx
from onnx import shape_inference
for path in sys.argv[1:]:
    m = onnx.load(path)
    onnx.checker.check_model(m, full_check=True)
    shape_inference.infer_shapes(m, check_type=True, strict_mode=True, data_prop=True)
print(len(sys.argv) - 1)
`
	command, dir := []string{interpreter, "-c", check}, t.TempDir()
	for name, f := range forms() {
		if f.Opset > 17 {
			continue
		}
		path := filepath.Join(dir, name+".onnx")
		if err := os.WriteFile(path, encode(t, export(t, in(t, f))), 0o644); err != nil {
			t.Fatal(err)
		}
		command = append(command, path)
	}
	out, err := process.Output(t.Context(), nil, nil, command...)
	if want := fmt.Sprintln(len(command) - 3); err != nil || string(out) != want {
		t.Errorf("%q of %q files are right: %v", out, want, err)
	}
}
