package fault

import (
	"context"
	"errors"
	"fmt"
)

// Code is the machine-readable class of an error. Each code has one exit
// status (see ExitCode); the statuses are part of the command line's contract.
type Code string

// The codes, in the order of their exit statuses.
const (
	Failure     Code = "failure"
	Usage       Code = "usage"
	Target      Code = "target_missed"
	Device      Code = "device_missing"
	Unstable    Code = "unstable"
	Interrupted Code = "interrupted"
)

var exits = map[Code]int{Failure: 1, Usage: 2, Target: 3, Device: 4, Unstable: 5, Interrupted: 130}

// Error is an error with a code and a hint. Hint may be empty; it is a full
// sentence or a command, never a repetition of the message.
type Error struct {
	Code Code
	Hint string
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// New returns an error with the given code and hint; the message is formatted
// as by fmt.Errorf, %w included.
func New(code Code, hint, format string, args ...any) error {
	return &Error{Code: code, Hint: hint, Err: fmt.Errorf(format, args...)}
}

// CodeOf returns the code of the outermost *Error in err's chain; Interrupted
// for a cancelled context, Failure for any other error.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	if errors.Is(err, context.Canceled) {
		return Interrupted
	}
	return Failure
}

// HintOf returns the hint of the outermost *Error in err's chain that has one.
func HintOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}

// ExitCode returns the process's exit status for err: 0 for nil.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	return exits[CodeOf(err)]
}

// Join is errors.Join of as many problems as people can read; it says how many
// more there are.
func Join(problems []error) error {
	const shown = 10
	if more := len(problems) - shown; more > 0 {
		problems = append(problems[:shown:shown], fmt.Errorf("and %d more", more))
	}
	return errors.Join(problems...)
}
