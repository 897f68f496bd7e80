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
	out, err := Output(context.Background(), strings.NewReader("given"), []string{"OF_THE=test"}, python, "-c",
		"import os, sys; print(sys.stdin.read(), os.environ['OF_THE'])")
	if err != nil || string(out) != "given test\n" {
		t.Errorf("%q, %v", out, err)
	}
	_, err = Find(context.Background(), "no_such_module_anywhere")
	if err == nil || !strings.Contains(err.Error(), "no_such_module_anywhere") {
		t.Errorf("error %v, want one that names the module", err)
	}
}
