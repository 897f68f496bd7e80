package fault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"fbnas/internal/fault"
)

func TestExitCodeAndHint(t *testing.T) {
	inner := fault.New(fault.Device, "Plug it in.", "no device")
	for _, c := range []struct {
		name string
		err  error
		exit int
		hint string
	}{
		{"nil", nil, 0, ""},
		{"plain", errors.New("x"), 1, ""},
		{"cancelled", fmt.Errorf("train: %w", context.Canceled), 130, ""},
		{"wrapped", fmt.Errorf("profile: %w", inner), 4, "Plug it in."},
		{"outer without hint", fault.New(fault.Usage, "", "bad flag: %w", inner), 2, "Plug it in."},
		{"outer wins", fault.New(fault.Unstable, "Wait.", "noisy: %w", inner), 5, "Wait."},
	} {
		if got := fault.ExitCode(c.err); got != c.exit {
			t.Errorf("%s: exit %d, want %d", c.name, got, c.exit)
		}
		if got := fault.HintOf(c.err); got != c.hint {
			t.Errorf("%s: hint %q, want %q", c.name, got, c.hint)
		}
	}
}

func TestJoin(t *testing.T) {
	var problems []error
	for i := range 13 {
		problems = append(problems, fmt.Errorf("problem %d", i))
	}
	for n, want := range map[int]string{1: "problem 0", 10: "problem 9", 11: "and 1 more", 13: "and 3 more"} {
		lines := strings.Split(fault.Join(problems[:n]).Error(), "\n")
		if last := lines[len(lines)-1]; last != want || len(lines) != min(n, 11) {
			t.Errorf("of %d problems: %d lines, the last is %q, want %q", n, len(lines), last, want)
		}
	}
	if fault.Join(nil) != nil || problems[10].Error() != "problem 10" {
		t.Error("an error for no problems, or the list is changed")
	}
}
