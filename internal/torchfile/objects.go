package torchfile

import (
	"errors"
	"fmt"
)

// classes are the classes and functions that state dicts name, and the only ones that a
// file may name.
var classes = map[global]func(args []any) (any, error){
	"collections.OrderedDict":         orderedDict,
	"torch._utils._rebuild_parameter": rebuildParameter,
	"torch._utils._rebuild_tensor_v2": rebuildTensor,
	"torch.Size":                      size,
}

// class pushes a global: module and name, one per line.
func (m *machine) class() error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	g := global(module + "." + name)
	if _, known := classes[g]; !known && elements[g].size == 0 {
		return fmt.Errorf("it refers to %.80q: state dicts do not need it, and fbnas runs no code from a file", g)
	}
	m.push(g)
	return nil
}

// persistent replaces the id of a storage, a tuple, by the storage.
func (m *machine) persistent() error {
	id, ok := m.pop().([]any)
	if !ok || m.storage == nil {
		return errors.New("a reference that is not to a storage")
	}
	v, err := m.storage(id)
	m.push(v)
	return err
}

func (m *machine) reduce() error {
	args, ok := m.pop().([]any)
	if !ok {
		return errors.New("arguments that are not a tuple")
	}
	g, ok := m.pop().(global)
	if !ok || classes[g] == nil {
		return errors.New("a call of something that cannot be called")
	}
	v, err := classes[g](args)
	if err != nil {
		return fmt.Errorf("%s: %w", g, err)
	}
	m.push(v)
	return nil
}

// build drops the attributes of an OrderedDict: the versions of the
// layers' own formats.
func (m *machine) build() error {
	m.pop()
	top[*Dict](m)
	return nil
}

func orderedDict(args []any) (any, error) {
	if len(args) != 0 {
		return nil, fmt.Errorf("%d arguments", len(args))
	}
	return newDict(), nil
}

// rebuildParameter: (tensor, requires_grad, hooks).
func rebuildParameter(args []any) (any, error) {
	if len(args) == 3 {
		if t, ok := args[0].(*Tensor); ok {
			return t, nil
		}
	}
	return nil, errors.New("its arguments are not (tensor, requires_grad, hooks)")
}

// rebuildTensor: (storage, offset, size, stride, requires_grad, hooks, …).
func rebuildTensor(args []any) (any, error) {
	if len(args) < 6 {
		return nil, fmt.Errorf("%d arguments", len(args))
	}
	s, ok := args[0].(*storage)
	offset, isInt := args[1].(int64)
	lengths, err := ints(args[2])
	strides, err2 := ints(args[3])
	if !ok || !isInt || err != nil || err2 != nil {
		return nil, errors.New("its arguments are not (storage, offset, size, stride, …)")
	}
	return newTensor(s, offset, lengths, strides)
}

// size: torch.Size is a tuple.
func size(args []any) (any, error) {
	if len(args) != 1 {
		return nil, fmt.Errorf("%d arguments", len(args))
	}
	return args[0], nil
}

func ints(v any) ([]int64, error) {
	items, ok := v.([]any)
	if !ok {
		return nil, errors.New("not a tuple")
	}
	out := make([]int64, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok {
			return nil, errors.New("not a whole number")
		}
		out[i] = n
	}
	return out, nil
}
