package job

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/setup"
)

// TestSetupFromAFolder: packages are taken from the folder that is given, and
// nothing is fetched.
func TestSetupFromAFolder(t *testing.T) {
	t.Setenv("FBNAS_CACHE", t.TempDir())
	folder := t.TempDir()
	offline, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Setup(offline, &Env{}, SetupOptions{Items: []setup.Item{setup.Fashion}, From: folder})
	if err == nil || !strings.Contains(err.Error(), "0 files named dataset-fashion-mnist_*.deb in "+folder) || fault.HintOf(err) == "" {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
	brackets := filepath.Join(folder, "packages [1]") // a folder, not a pattern
	archive := filepath.Join(brackets, "dataset-fashion-mnist_1.deb")
	if err := errors.Join(os.Mkdir(brackets, 0o777), os.WriteFile(archive, []byte("cut short"), 0o666)); err != nil {
		t.Fatal(err)
	}
	if _, err := Setup(offline, &Env{}, SetupOptions{Items: []setup.Item{setup.Fashion}, From: brackets}); err == nil || !strings.Contains(err.Error(), "dataset-fashion-mnist_1.deb (9 bytes) has sha256:") || !strings.Contains(fault.HintOf(err), "cut short") {
		t.Errorf("a package that is cut short: %v (hint %q)", err, fault.HintOf(err))
	}
	if _, err := Setup(offline, &Env{}, SetupOptions{Items: []setup.Item{setup.Fashion}, All: true}); fault.CodeOf(err) != fault.Usage {
		t.Errorf("all, and one by its name: %v", err)
	}
}
