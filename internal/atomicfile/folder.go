package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// MakeFolder creates the folder at path, and those above it, if they are
// missing. undo removes those that it created, unless they are no longer empty.
func MakeFolder(path string) (undo func(), err error) {
	var made []string // the deepest first
	for dir := filepath.Clean(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = append(made, dir)
	}
	undo = func() {
		for _, dir := range made {
			os.Remove(dir) // fails for one that is not empty
		}
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		undo()
		return nil, fmt.Errorf("make folder %s: %w", path, err)
	}
	return undo, nil
}
