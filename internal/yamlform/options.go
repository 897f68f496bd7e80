package yamlform

import (
	"math"

	"github.com/goccy/go-yaml/ast"
)

// span is a range of options, both ends included.
type span struct{ min, max, step float64 }

func (s *span) Fields() []Field {
	return []Field{
		{Name: "min", Value: &s.min, Required: true},
		{Name: "max", Value: &s.max, Required: true},
		{Name: "step", Value: &s.step, Required: true},
	}
}

// options reads a number, a list of numbers, or a range {min, max, step}.
// Nothing is returned after a problem.
func options[T int | float64](r *reader, node ast.Node, path string, as func(ast.Node) (T, bool)) []T {
	before := len(r.problems)
	var list []T
	switch n := node.(type) {
	case *ast.SequenceNode:
		list = listed(r, n, path, as)
	case *ast.MappingNode, *ast.MappingValueNode:
		var s span
		if r.record(n, path, &s); len(r.problems) == before {
			list = spread[T](r, n, path, s)
		}
	default:
		x, ok := as(node)
		r.set(ok, node, path, "a number, a list of numbers or a range {min, max, step}")
		list = []T{x}
	}
	if len(r.problems) > before {
		return nil
	}
	return list
}

func listed[T int | float64](r *reader, n *ast.SequenceNode, path string, as func(ast.Node) (T, bool)) []T {
	if len(n.Values) == 0 || len(n.Values) > maxOptions {
		r.add(n, path, "has %d values, want 1 to %d", len(n.Values), maxOptions)
		return nil
	}
	var list []T
	for i, v := range n.Values {
		x, ok := as(v)
		r.set(ok, v, item(path, i), "a number")
		list = append(list, x)
	}
	return list
}

// spread lists the values of a range. The steps must reach the maximum exactly: a
// maximum that is never taken is a mistake in the file.
func spread[T int | float64](r *reader, n ast.Node, path string, s span) []T {
	steps := math.Round((s.max - s.min) / s.step)
	switch {
	case math.IsNaN(steps) || math.IsInf(steps, 0) || s.step <= 0:
		r.add(n, path, "has step %s, want more than 0", number(s.step))
		return nil
	case s.max < s.min:
		r.add(n, path, "is empty: min %s is above max %s", number(s.min), number(s.max))
		return nil
	case steps >= maxOptions:
		r.add(n, path, "has more than %d values", maxOptions)
		return nil
	case math.Abs(s.min+steps*s.step-s.max) > 1e-9*math.Max(1, math.Abs(s.max)):
		r.add(n, path, "never takes its max %s: step %s from %s passes it", number(s.max), number(s.step), number(s.min))
		return nil
	}
	var list []T
	for i := range int(steps) + 1 {
		// Sums of decimal steps are rounded to the intended decimals.
		x := math.Round((s.min+float64(i)*s.step)*1e9) / 1e9
		if float64(T(x)) != x {
			r.add(n, path, "takes %s, want whole numbers", number(x))
			return nil
		}
		list = append(list, T(x))
	}
	return list
}
