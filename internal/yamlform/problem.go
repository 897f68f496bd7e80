package yamlform

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one error in a document. Field is its path, for example
// "blocks[3].kernel" (items count from 0); Line is 0 for records that were not
// read from a file.
type Problem struct {
	Line    int
	Field   string
	Message string
}

func (p Problem) String() string {
	text := p.Message
	if p.Field != "" {
		text = p.Field + ": " + text
	}
	if p.Line > 0 {
		text = fmt.Sprintf("line %d: %s", p.Line, text)
	}
	return text
}

// Problems are all errors in a document. As an error it lists all of
// them, one per line.
type Problems []Problem

func (ps Problems) Error() string {
	if len(ps) == 1 {
		return ps[0].String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d problems", len(ps))
	for _, p := range ps {
		b.WriteString("\n  ")
		b.WriteString(p.String())
	}
	return b.String()
}

// Err returns ps as an error, nil if it is empty.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Add appends a problem of the field at path.
func (ps *Problems) Add(path, format string, args ...any) {
	*ps = append(*ps, Problem{Field: path, Message: fmt.Sprintf(format, args...)})
}

// Inside reports whether ps has a problem of the field at path or inside it.
func (ps Problems) Inside(path string) bool {
	return slices.ContainsFunc(ps, func(p Problem) bool { return within(p.Field, path) })
}

// covers reports whether ps already has a problem at path, at a part of it or at a
// whole that contains it: consequences of a known problem are not reported.
func (ps Problems) covers(path string) bool {
	return slices.ContainsFunc(ps, func(p Problem) bool {
		return within(p.Field, path) || within(path, p.Field)
	})
}

// within reports whether the field at path is outer or inside it.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && outer != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
