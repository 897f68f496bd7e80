package python

import (
	"context"
	"os/exec"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3: apt-get install python3")
	}
	python, err := Find(context.Background(), "json", "sys")
	if err != nil {
		t.Fatal(err)
	}
	if err := exec.Command(python, "-c", "import json, sys").Run(); err != nil {
		t.Errorf("%s: %v", python, err)
	}
	_, err = Find(context.Background(), "no_such_module_anywhere")
	if err == nil || !strings.Contains(err.Error(), "no_such_module_anywhere") {
		t.Errorf("error %v, want one that names the module", err)
	}
}
