package onnx

import "strings"

// WriteLimited is Write with another limit for one message.
func (m *Model) WriteLimited(path string, limit int) error { return m.write(path, limit) }

// Unchecked is the model as it is, finished or not, valid or not.
func (b *Builder) Unchecked() *Model { return &Model{b.model} }

// Operators are the names in the operator table, preceded by the domain if that
// is not the standard one.
func Operators() []string {
	var names []string
	for domain, table := range domains {
		for _, op := range table {
			names = append(names, strings.TrimPrefix(domain+"."+op.name, "."))
		}
	}
	return names
}
