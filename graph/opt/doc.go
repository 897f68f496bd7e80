// Package opt rewrites graphs into cheaper ones that compute the same:
// rules over single nodes, and literals in place of what can be computed
// beforehand.
package opt
