// Package archtest holds rules of the whole tree: which package may import
// which (policy.go), that what comments and documents cite exists (package
// doctest), that docs/ARCHITECTURE.md has every package, and how large files and
// functions may be.
package archtest
