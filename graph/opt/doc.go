// Package opt rewrites graphs into others that compute the same with less:
// rules over single nodes, and literals in place of what can be computed
// beforehand.
package opt
