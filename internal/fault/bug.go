package fault

import (
	"fmt"
	"runtime/debug"
)

// Bug is a panic of the program, as an error.
type Bug struct {
	Value any    // what was given to panic
	Stack []byte // of the goroutine that panicked
}

func (b *Bug) Error() string { return fmt.Sprintf("this is a bug of fbnas: %v", b.Value) }

// Unwrap returns the error that was given to panic, if it was one.
func (b *Bug) Unwrap() error {
	err, _ := b.Value.(error)
	return err
}

// Catch turns a panic of the function that defers it into *err, a *Bug.
// Goroutines need it of their own: nobody else can recover them. A Bug that was
// given to panic stays what it is.
func Catch(err *error) {
	switch v := recover().(type) {
	case nil:
	case *Bug:
		*err = v
	default:
		*err = &Bug{Value: v, Stack: debug.Stack()}
	}
}
