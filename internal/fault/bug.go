package fault

import (
	"fmt"
	"runtime/debug"
)

// Bug is a panic of the program, as an error.
type Bug struct {
	Value any    // the argument of panic
	Stack []byte // of the goroutine that panicked
}

func (b *Bug) Error() string { return fmt.Sprintf("this is a bug of fbnas: %v", b.Value) }

// Unwrap returns the argument of panic if that was an error.
func (b *Bug) Unwrap() error {
	err, _ := b.Value.(error)
	return err
}

// Catch turns a panic of the function that defers it into *err, a *Bug.
// Every goroutine needs it: nobody else can recover its panics. A Bug that is
// panicked with again stays as it is.
func Catch(err *error) {
	switch v := recover().(type) {
	case nil:
	case *Bug:
		*err = v
	default:
		*err = &Bug{Value: v, Stack: debug.Stack()}
	}
}
