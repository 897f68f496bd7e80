package fault_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"fbnas/internal/fault"
)

func TestCatch(t *testing.T) {
	caught := func(v any) (err error) {
		defer fault.Catch(&err)
		if v != nil {
			panic(v)
		}
		return io.EOF
	}
	if err := caught(nil); err != io.EOF {
		t.Errorf("without a panic: %v", err)
	}
	inner := caught("no such row")
	var bug *fault.Bug
	if !errors.As(inner, &bug) || inner.Error() != "this is a bug of fbnas: no such row" || !strings.Contains(string(bug.Stack), "bug_test.go") || fault.ExitCode(inner) != 1 {
		t.Errorf("%v: %+v", inner, bug)
	}
	if outer := caught(bug); outer != error(bug) {
		t.Errorf("a bug that was passed on is %v", outer)
	}
	if err := caught(fmt.Errorf("wrapped: %w", io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an error that was given to panic is lost: %v", err)
	}
}
