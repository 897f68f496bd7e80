// Package torchfile reads the state dicts that torch.save writes, in its
// archives and in its older format, without running anything: a pickle is a
// program, and this package knows only the instructions that such a file
// needs.
package torchfile
