package yamlform

import (
	"regexp"
	"strconv"
	"strings"
)

// Write returns rec as YAML: each field of rec on a line, records inside it in
// flow style, lists of records with one row for each. Equal records give equal bytes,
// and Read returns an equal record.
func Write(rec Record) []byte {
	var b strings.Builder
	for _, f := range rec.Fields() {
		if f.zero() && !f.Required {
			continue
		}
		b.WriteString(f.Name + ":")
		list, ok := f.Value.(List)
		if !ok {
			b.WriteString(" " + flow(f) + "\n")
			continue
		}
		b.WriteString("\n")
		for i := range list.Len() {
			b.WriteString("  - " + flowRecord(list.At(i)) + "\n")
		}
	}
	return []byte(b.String())
}

func flowRecord(rec Record) string {
	var parts []string
	for _, f := range rec.Fields() {
		if !f.zero() || f.Required {
			parts = append(parts, f.Name+": "+flow(f))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func flow(f Field) string {
	switch v := f.Value.(type) {
	case *string:
		return quoted(*v)
	case *bool:
		return strconv.FormatBool(*v)
	case **bool:
		return strconv.FormatBool(**v)
	case *int:
		return strconv.Itoa(*v)
	case **int:
		return strconv.Itoa(**v)
	case *float64:
		return number(*v)
	case *[]int:
		return flowNumbers(*v)
	case *[]float64:
		return flowNumbers(*v)
	case Record:
		return flowRecord(v)
	}
	panic("yamlform: a list of records inside a flow-style record: " + f.Name)
}

func flowNumbers[T int | float64](xs []T) string {
	parts := make([]string, len(xs))
	for i, x := range xs {
		parts[i] = number(float64(x))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// number writes x in full, without an exponent, so that an integral float and an
// integer look the same.
func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

var (
	plain    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)
	reserved = regexp.MustCompile(`(?i)^(true|false|null|yes|no|on|off|y|n)$`)
)

func quoted(s string) string {
	if plain.MatchString(s) && !reserved.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}
