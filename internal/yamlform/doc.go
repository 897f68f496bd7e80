// Package yamlform reads and writes small YAML files whose records are literal
// lists of fields: strictly, with the line and the field of every problem, and
// with the same bytes each time.
package yamlform
