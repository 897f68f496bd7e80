// Package torchfile reads the state dicts that torch.save writes, in its
// archives and in its older format, without running anything: a pickle is a
// program, and of its instructions only those are known here that such a file
// needs.
package torchfile
