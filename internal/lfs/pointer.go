package lfs

import (
	"bytes"
	"io"
	"os"

	"fbnas/internal/fault"
)

// signature is the beginning of every pointer; the format has no other version.
var signature = []byte("version https://git-lfs.github.com/spec/v1\n")

// HeadBytes is how much of a file's beginning [Bytes] needs.
const HeadBytes = 64

// Bytes returns an error if the content of the file at path, or its first
// HeadBytes, is a pointer.
func Bytes(path string, head []byte) error {
	head = bytes.ReplaceAll(head[:min(len(head), HeadBytes)], []byte("\r\n"), []byte("\n"))
	if !bytes.HasPrefix(head, signature) {
		return nil
	}
	return fault.New(fault.Failure, "Fetch the file itself: git lfs pull, in the repository that it is from.",
		"%s is a Git LFS pointer: it names a file that was not fetched", path)
}

// Check is Bytes for a file that is about to be opened. A file that cannot be read is
// no pointer: opening it gives the error.
func Check(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, HeadBytes))
	return Bytes(path, head)
}
