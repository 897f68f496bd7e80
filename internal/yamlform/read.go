package yamlform

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"fbnas/internal/plaintext"
)

// Limits of what is parsed. The parser takes time quadratic in the number of
// keys and recurses into collections, so size and depth are checked before it
// runs.
const (
	MaxBytes   = 256 << 10
	maxDepth   = 32
	maxItems   = 512 // of a list of records
	maxOptions = 256 // of one field
	// maxProblems is the most problems that are listed.
	maxProblems = 100
)

// Read fills rec from a YAML document. It then calls validate for the problems
// that only the whole record shows (their lines are added here), and returns
// all problems, up to 100, in the order of the lines. If there are problems,
// rec is partly filled.
func Read(data []byte, rec Record, validate func() Problems) error {
	root, err := parse(data)
	if err != nil {
		return err
	}
	r := reader{lines: map[string]int{"": 1}}
	r.record(root, "", rec)
	found := len(r.problems)
	for _, p := range validate() {
		if !r.problems[:found].covers(p.Field) && len(r.problems) < maxProblems {
			p.Line = r.lineOf(p.Field)
			r.problems = append(r.problems, p)
		}
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return r.problems.Err()
}

func parse(data []byte) (ast.Node, error) {
	if len(data) > MaxBytes {
		return nil, Problems{{Message: fmt.Sprintf("%d bytes, at most %d are read", len(data), MaxBytes)}}
	}
	data, err := plaintext.UTF8(data)
	if err != nil {
		return nil, Problems{{Message: err.Error()}}
	}
	if line := tooDeep(data); line > 0 {
		return nil, Problems{{Line: line, Message: fmt.Sprintf("brackets nested deeper than %d", maxDepth)}}
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var syntax yaml.Error
		if errors.As(err, &syntax) && syntax.GetToken() != nil {
			return nil, Problems{{Line: syntax.GetToken().Position.Line, Message: syntax.GetMessage()}}
		}
		return nil, Problems{{Message: err.Error()}}
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, Problems{{Line: 1, Message: "want exactly one YAML document with fields"}}
	}
	return file.Docs[0].Body, nil
}

// tooDeep returns the line on which brackets or indentation nest too deep, 0
// if none. It also counts brackets in strings and comments; none of our files
// has that many.
func tooDeep(data []byte) int {
	depth, line, indent, leading := 0, 1, 0, true
	for _, c := range data {
		switch c {
		case '\n':
			line++
			indent, leading = 0, true
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		// A dash or a question mark opens a level without a bracket.
		if leading = leading && (c == ' ' || c == '-' || c == '?'); leading {
			indent++
		}
		if depth > maxDepth || indent > 4*maxDepth {
			return line
		}
	}
	return 0
}

type reader struct {
	lines    map[string]int // of every field read, by path
	problems Problems
}

func (r *reader) add(node ast.Node, path, format string, args ...any) {
	if len(r.problems) >= maxProblems {
		return
	}
	r.problems.Add(path, format, args...)
	r.problems[len(r.problems)-1].Line = lineOf(node)
}

func lineOf(node ast.Node) int {
	if t := node.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// lineOf returns the line of the field at path, or of the nearest enclosing field
// that is in the document.
func (r *reader) lineOf(path string) int {
	for {
		if line, ok := r.lines[path]; ok {
			return line
		}
		cut := len(path) - 1
		for cut > 0 && path[cut] != '.' && path[cut] != '[' {
			cut--
		}
		path = path[:max(cut, 0)]
	}
}

func (r *reader) record(node ast.Node, path string, rec Record) {
	entries, ok := mapping(node)
	if !ok {
		r.add(node, path, "is %s, want fields", describe(node))
		return
	}
	fields := rec.Fields()
	seen := map[string]bool{}
	for _, e := range entries {
		key := e.Key.GetToken()
		if key == nil {
			r.add(e, path, "has an entry without a name")
			continue
		}
		at := join(path, key.Value)
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == key.Value })
		switch {
		case i < 0:
			r.add(e.Key, at, "is not a field here; fields are %s", names(fields))
			continue
		case seen[key.Value]:
			r.add(e.Key, at, "is given twice")
			continue
		}
		seen[key.Value] = true
		r.lines[at] = lineOf(e.Key)
		r.value(e.Value, at, fields[i])
	}
	for _, f := range fields {
		if f.Required && !seen[f.Name] {
			r.add(node, join(path, f.Name), "is missing")
		}
	}
}

func mapping(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func names(fields []Field) string {
	var s []byte
	for i, f := range fields {
		if i > 0 {
			s = append(s, ", "...)
		}
		s = append(s, f.Name...)
	}
	return string(s)
}

func (r *reader) value(node ast.Node, path string, f Field) {
	switch v := f.Value.(type) {
	case Record:
		r.record(node, path, v)
		return
	case List:
		r.list(node, path, v)
		return
	case *[]int:
		*v = options(r, node, path, integer)
	case *[]float64:
		*v = options(r, node, path, float)
	case *string:
		r.set(read(node, v, text), node, path, "text")
	case *bool:
		r.set(read(node, v, truth), node, path, "true or false")
	case **bool:
		*v = new(bool)
		r.set(read(node, *v, truth), node, path, "true or false")
	case *int:
		r.set(read(node, v, integer), node, path, "a whole number")
	case **int:
		*v = new(int)
		r.set(read(node, *v, integer), node, path, "a whole number")
	case *float64:
		r.set(read(node, v, float), node, path, "a number")
	}
	if !r.problems.covers(path) {
		if s := f.fault(); s != "" {
			r.add(node, path, "%s", s)
		}
	}
}

func (r *reader) list(node ast.Node, path string, list List) {
	seq, ok := node.(*ast.SequenceNode)
	if !ok {
		r.add(node, path, "is %s, want a list", describe(node))
		return
	}
	if len(seq.Values) > maxItems {
		r.add(node, path, "has %d items, at most %d are read", len(seq.Values), maxItems)
		return
	}
	for i, n := range seq.Values {
		at := item(path, i)
		r.lines[at] = lineOf(n)
		r.record(n, at, list.Append())
	}
}
