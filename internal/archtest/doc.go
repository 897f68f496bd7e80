// Package archtest holds rules of the whole tree: which package may import
// which (policy.go), and that what comments and documents cite exists (package
// doctest).
package archtest
