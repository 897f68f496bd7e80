// Package lfs recognises the pointers of Git LFS: a checkout without Git LFS has three
// lines of text in place of each file, under the file's
// name.
package lfs
