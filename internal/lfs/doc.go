// Package lfs tells Git LFS's pointers from the files that they stand for: a
// checkout without Git LFS has three lines of text in their place, under their
// names.
package lfs
