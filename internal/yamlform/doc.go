// Package yamlform reads and writes small YAML files whose records are literal
// lists of fields: strictly, with the line and the field of every problem, and
// byte for byte the same each time.
package yamlform
