package lfs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/lfs"
)

func TestPointers(t *testing.T) {
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("0a", 32) + "\nsize 12345\n"
	for text, want := range map[string]bool{
		pointer: true,
		strings.ReplaceAll(pointer, "\n", "\r\n"):     true, // a checkout on Windows
		"version https://git-lfs.github.com/spec/v10": false,
		"version: 1\nname: small\n":                   false,
		" " + pointer:                                 false,
		pointer[:20]:                                  false,
		"":                                            false,
	} {
		path := filepath.Join(t.TempDir(), "weights.onnx")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{lfs.Check(path), lfs.Bytes(path, []byte(text))} {
			if (err != nil) != want {
				t.Errorf("%.50q: %v", text, err)
			}
			if want && (!strings.Contains(err.Error(), "weights.onnx is a Git LFS pointer") || !strings.Contains(fault.HintOf(err), "git lfs pull")) {
				t.Errorf("%v (%s)", err, fault.HintOf(err))
			}
		}
	}
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing")} {
		if err := lfs.Check(path); err != nil {
			t.Error(err)
		}
	}
}
