package torchfile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Limits of one pickle. The state dict of a network of a thousand layers needs
// a twentieth of them.
const (
	maxSteps = 1 << 21 // instructions
	maxText  = 1 << 16 // bytes of one string
)

// Dict is a dict or an OrderedDict. Entries whose keys are not strings are
// dropped: they belong to optimisers.
type Dict struct {
	Keys   []string // in the order of the file
	Values map[string]any
}

func (d *Dict) set(key, value any) {
	name, ok := key.(string)
	if !ok {
		return
	}
	if _, again := d.Values[name]; !again {
		d.Keys = append(d.Keys, name)
	}
	d.Values[name] = value
}

func newDict() *Dict { return &Dict{Values: map[string]any{}} }

// list is a list; tuples are plain slices.
type list struct{ items []any }

// global is a class or function by its module and name. Only those in the
// table classes occur.
type global string

// mark is the beginning of a tuple, or of a series of items, on the stack.
type mark struct{}

// machine runs the instructions of one pickle.
type machine struct {
	in      *bufio.Reader
	stack   []any
	memo    map[uint32]any
	storage func(id []any) (any, error) // resolves a persistent id
}

// misuse is the panic of push and pop if the stack is not what an
// instruction needs.
type misuse string

// unpickle reads one pickle from r: nil, bool, int64, float64, string, []any,
// *list, *Dict, *Tensor or a result of storage.
func unpickle(r *bufio.Reader, storage func(id []any) (any, error)) (v any, err error) {
	m := &machine{in: r, memo: map[uint32]any{}, storage: storage}
	defer func() {
		if p := recover(); p != nil {
			text, ours := p.(misuse)
			if !ours {
				panic(p)
			}
			v, err = nil, errors.New(string(text))
		}
	}()
	for range maxSteps {
		code, err := r.ReadByte()
		if err != nil {
			return nil, fmt.Errorf("cut short: %w", err)
		}
		if code == '.' {
			return m.pop(), nil
		}
		do, ok := instructions[code]
		if !ok {
			return nil, fmt.Errorf("instruction 0x%02x: state dicts do not need it", code)
		}
		if err := do(m); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("more than %d instructions", maxSteps)
}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

func (m *machine) pop() any {
	if len(m.stack) == 0 {
		panic(misuse("the stack is empty"))
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v
}

// popMark pops everything above the last mark, and the mark.
func (m *machine) popMark() []any {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, ok := m.stack[i].(mark); ok {
			items := append([]any{}, m.stack[i+1:]...)
			m.stack = m.stack[:i]
			return items
		}
	}
	panic(misuse("no mark on the stack"))
}

func top[T any](m *machine) T {
	if len(m.stack) > 0 {
		if v, ok := m.stack[len(m.stack)-1].(T); ok {
			return v
		}
	}
	panic(misuse(fmt.Sprintf("the stack does not end in a %T", *new(T))))
}

func (m *machine) bytes(n int) ([]byte, error) {
	if n > maxText {
		return nil, fmt.Errorf("a text of %d bytes", n)
	}
	b := make([]byte, n)
	_, err := io.ReadFull(m.in, b)
	return b, err
}

// number reads an unsigned little-endian number of some bytes.
func (m *machine) number(bytes int) (uint32, error) {
	b := make([]byte, 4)
	_, err := io.ReadFull(m.in, b[:bytes])
	return binary.LittleEndian.Uint32(b), err
}

// line reads the text up to a line feed.
func (m *machine) line() (string, error) {
	var b []byte
	for len(b) <= maxText {
		c, err := m.in.ReadByte()
		if err != nil || c == '\n' {
			return string(b), err
		}
		b = append(b, c)
	}
	return "", errors.New("a line without end")
}
