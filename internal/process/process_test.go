package process_test

import (
	"strings"
	"testing"

	"fbnas/internal/process"
)

func TestOutput(t *testing.T) {
	out, err := process.Output(t.Context(), strings.NewReader("given"), []string{"OF_THE=test"}, "sh", "-c", `cat; echo " $OF_THE"; echo quiet >&2`)
	if err != nil || string(out) != "given test\n" {
		t.Errorf("%q, %v", out, err)
	}
	_, err = process.Output(t.Context(), nil, nil, "sh", "-c", "echo first >&2; echo last >&2; exit 3")
	if err == nil || err.Error() != "sh: exit status 3: last" {
		t.Errorf("error %v", err)
	}
}
