package torchfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

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
// If it does not fit in 64 bits, its bytes are pushed: the old format's magic number.
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
