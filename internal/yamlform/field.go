package yamlform

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Record is a mapping: its fields in the order in which they are written.
// Fields is called on a pointer, so that reading can set what the fields point to.
type Record interface{ Fields() []Field }

// Field is one entry of a record.
type Field struct {
	Name string
	// Value points to the field's value: *string, *bool, *int, *float64,
	// **int or **bool (nil if absent), *[]int or *[]float64 (in the file a
	// number, a list or a range {min, max, step}), or is a Record or a List.
	Value any
	// Required fields must be present, and are written even if zero. Others
	// are left out if they are zero: an absent field and a zero one are
	// equivalent.
	Required bool
	// Min and Max bound every number of the field; no bounds if both are 0.
	Min, Max float64
	// OneOf lists the allowed strings; any string if empty.
	OneOf []string
}

// List is a sequence of records, each written as one flow-style row.
type List interface {
	Len() int
	At(i int) Record
	Append() Record
}

// ListOf returns the list view of a slice of records.
func ListOf[T any, P interface {
	*T
	Record
}](items *[]T) List {
	return listOf[T, P]{items}
}

type listOf[T any, P interface {
	*T
	Record
}] struct{ items *[]T }

func (l listOf[T, P]) Len() int        { return len(*l.items) }
func (l listOf[T, P]) At(i int) Record { return P(&(*l.items)[i]) }
func (l listOf[T, P]) Append() Record {
	var item T
	*l.items = append(*l.items, item)
	return l.At(l.Len() - 1)
}

// zero reports whether the field's value need not be written.
func (f Field) zero() bool {
	switch v := f.Value.(type) {
	case *string:
		return *v == ""
	case *bool:
		return !*v
	case *int:
		return *v == 0
	case *float64:
		return *v == 0
	case **int:
		return *v == nil
	case **bool:
		return *v == nil
	case *[]int:
		return len(*v) == 0
	case *[]float64:
		return len(*v) == 0
	case List:
		return v.Len() == 0
	case Record:
		return !slices.ContainsFunc(v.Fields(), func(f Field) bool { return !f.zero() })
	}
	panic(fmt.Sprintf("yamlform: field %s has a %T", f.Name, f.Value))
}

// fault says what is wrong with the field's value, "" if nothing.
func (f Field) fault() string {
	switch v := f.Value.(type) {
	case *string:
		if len(f.OneOf) > 0 && !slices.Contains(f.OneOf, *v) {
			return fmt.Sprintf("is %q, want one of %s", *v, strings.Join(f.OneOf, ", "))
		}
	case *int:
		return f.outside(float64(*v))
	case *float64:
		return f.outside(*v)
	case **int:
		if *v != nil {
			return f.outside(float64(**v))
		}
	case *[]int:
		return faultOf(f, *v)
	case *[]float64:
		return faultOf(f, *v)
	}
	return ""
}

func faultOf[T int | float64](f Field, options []T) string {
	for i, x := range options {
		if s := f.outside(float64(x)); s != "" {
			return s
		}
		if i > 0 && x <= options[i-1] {
			return fmt.Sprintf("has %s after %s; want increasing values, each once", number(float64(x)), number(float64(options[i-1])))
		}
	}
	return ""
}

func (f Field) outside(x float64) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "is not a finite number"
	case f.Min == 0 && f.Max == 0 || f.Min <= x && x <= f.Max:
		return ""
	case f.Min == f.Max:
		return fmt.Sprintf("is %s, want %s", number(x), number(f.Min))
	}
	return fmt.Sprintf("is %s, want %s to %s", number(x), number(f.Min), number(f.Max))
}

// Set returns the names of the fields of rec that are not zero.
func Set(rec Record) []string {
	var set []string
	for _, f := range rec.Fields() {
		if !f.zero() {
			set = append(set, f.Name)
		}
	}
	return set
}

// Check returns the errors in the values of rec, by the rules of
// its fields. A zero value counts as absent, except for a bool.
func Check(rec Record) Problems {
	var ps Problems
	check(rec, "", &ps)
	return ps
}

func check(rec Record, prefix string, ps *Problems) {
	for _, f := range rec.Fields() {
		path := join(prefix, f.Name)
		switch v := f.Value.(type) {
		case Record:
			if f.Required || !f.zero() {
				check(v, path, ps)
			}
			continue
		case List:
			for i := range v.Len() {
				check(v.At(i), item(path, i), ps)
			}
		}
		_, truth := f.Value.(*bool)
		switch {
		case !f.zero():
			if s := f.fault(); s != "" {
				ps.Add(path, "%s", s)
			}
		case f.Required && !truth:
			ps.Add(path, "is missing")
		}
	}
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

func item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
