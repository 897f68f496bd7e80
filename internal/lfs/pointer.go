package lfs

import (
	"bytes"
	"io"
	"os"

	"fbnas/internal/fault"
)

// signature is how every pointer begins; the format has no other version.
var signature = []byte("version https://git-lfs.github.com/spec/v1\n")

// HeadBytes is how much of a file's beginning [Bytes] has to be given.
const HeadBytes = 64

// Bytes is an error where the content of the file at path, or its first
// HeadBytes, is a pointer.
func Bytes(path string, head []byte) error {
	head = bytes.ReplaceAll(head[:min(len(head), HeadBytes)], []byte("\r\n"), []byte("\n"))
	if !bytes.HasPrefix(head, signature) {
		return nil
	}
	return fault.New(fault.Failure, "Fetch the file itself: git lfs pull, in the repository that it is from.",
		"%s is a Git LFS pointer: it names a file that was not fetched", path)
}

// Check is Bytes for a file that is to be opened. A file that cannot be read is
// no pointer: who opens it says why.
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
