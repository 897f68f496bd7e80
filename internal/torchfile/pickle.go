package torchfile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Limits of one pickle. The state dict of a network of a thousand layers takes
// a twentieth of them.
const (
	maxSteps = 1 << 21 // instructions
	maxText  = 1 << 16 // bytes of one string
)

// Dict is a dict or an OrderedDict. Entries whose keys are not strings are not
// kept: optimisers number what they know.
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

// global is a class or function by its module and name. Only those of the
// table classes get here.
type global string

// mark is where a tuple, or a series of items, begins on the stack.
type mark struct{}

// machine runs the instructions of one pickle.
type machine struct {
	in      *bufio.Reader
	stack   []any
	memo    map[uint32]any
	storage func(id []any) (any, error) // what a persistent id stands for
}

// misuse is what push and pop panic with when the stack is not what an
// instruction needs.
type misuse string

// unpickle reads one pickle from r: nil, bool, int64, float64, string, []any,
// *list, *Dict, *Tensor or what storage gives.
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

// popMark takes what stands above the last mark, and the mark.
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

// instructions are those of protocol 2 that torch.save writes for dicts of
// tensors, numbers and texts. Source: Python's pickletools.
var instructions = map[byte]func(*machine) error{
	0x80: func(m *machine) error { // PROTO
		version, err := m.number(1)
		if err == nil && version != 2 {
			err = fmt.Errorf("pickle protocol %d, torch.save writes 2", version)
		}
		return err
	},
	'N':  func(m *machine) error { m.push(nil); return nil },
	0x88: func(m *machine) error { m.push(true); return nil },
	0x89: func(m *machine) error { m.push(false); return nil },
	'K':  func(m *machine) error { return m.pushInt(1) },
	'M':  func(m *machine) error { return m.pushInt(2) },
	'J':  func(m *machine) error { return m.pushInt(4) },
	0x8a: func(m *machine) error { return m.pushLong() },
	'G':  func(m *machine) error { return m.pushFloat() },
	'X':  func(m *machine) error { return m.pushText() },
	'(':  func(m *machine) error { m.push(mark{}); return nil },
	')':  func(m *machine) error { m.push([]any{}); return nil },
	't':  func(m *machine) error { m.push(m.popMark()); return nil },
	0x85: func(m *machine) error { return m.tuple(1) },
	0x86: func(m *machine) error { return m.tuple(2) },
	0x87: func(m *machine) error { return m.tuple(3) },
	']':  func(m *machine) error { m.push(&list{}); return nil },
	'a':  func(m *machine) error { v := m.pop(); return m.extend([]any{v}) },
	'e':  func(m *machine) error { return m.extend(m.popMark()) },
	'}':  func(m *machine) error { m.push(newDict()); return nil },
	's':  func(m *machine) error { v := m.pop(); k := m.pop(); return m.setItems([]any{k, v}) },
	'u':  func(m *machine) error { return m.setItems(m.popMark()) },
	'q':  func(m *machine) error { return m.put(1) },
	'r':  func(m *machine) error { return m.put(4) },
	'h':  func(m *machine) error { return m.get(1) },
	'j':  func(m *machine) error { return m.get(4) },
	'c':  func(m *machine) error { return m.class() },
	'Q':  func(m *machine) error { return m.persistent() },
	'R':  func(m *machine) error { return m.reduce() },
	'b':  func(m *machine) error { return m.build() },
}

func (m *machine) pushInt(bytes int) error {
	n, err := m.number(bytes)
	if bytes == 4 {
		m.push(int64(int32(n)))
	} else {
		m.push(int64(n))
	}
	return err
}

// pushLong reads a little-endian two's complement number of up to 255 bytes.
// What 64 bits do not hold stands as its bytes: the old format's magic number.
func (m *machine) pushLong() error {
	n, err := m.number(1)
	if err != nil {
		return err
	}
	b, err := m.bytes(int(n))
	if err != nil {
		return err
	}
	if len(b) > 8 {
		m.push(b)
		return nil
	}
	var v int64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | int64(b[i])
	}
	if unused := 64 - 8*len(b); len(b) > 0 {
		v = v << unused >> unused
	}
	m.push(v)
	return nil
}

func (m *machine) pushFloat() error {
	b, err := m.bytes(8)
	if err == nil {
		m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
	}
	return err
}

func (m *machine) pushText() error {
	n, err := m.number(4)
	if err != nil {
		return err
	}
	b, err := m.bytes(int(n))
	m.push(string(b))
	return err
}

func (m *machine) tuple(n int) error {
	if len(m.stack) < n {
		return errors.New("the stack is too short for a tuple")
	}
	items := append([]any{}, m.stack[len(m.stack)-n:]...)
	m.stack = m.stack[:len(m.stack)-n]
	m.push(items)
	return nil
}

func (m *machine) extend(items []any) error {
	l := top[*list](m)
	l.items = append(l.items, items...)
	return nil
}

func (m *machine) setItems(items []any) error {
	if len(items)%2 != 0 {
		return errors.New("a key without a value")
	}
	d := top[*Dict](m)
	for i := 0; i < len(items); i += 2 {
		d.set(items[i], items[i+1])
	}
	return nil
}

func (m *machine) put(bytes int) error {
	at, err := m.number(bytes)
	m.memo[at] = top[any](m)
	return err
}

func (m *machine) get(bytes int) error {
	at, err := m.number(bytes)
	v, ok := m.memo[at]
	if !ok {
		return fmt.Errorf("nothing is remembered as %d", at)
	}
	m.push(v)
	return err
}
