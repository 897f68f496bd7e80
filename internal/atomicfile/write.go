package atomicfile

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write replaces the file at path by what fill writes. The content goes to a
// temporary file in the same folder, which is created if it is missing; the file is
// synced and renamed to path, and then the folder is synced. If
// fill or the disk fails, the file at path stays as it was, and the temporary
// file and a folder that was created are removed.
func Write(path string, fill func(io.Writer) error) error { return write(path, 0o644, fill) }

func write(path string, mode os.FileMode, fill func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	undo, err := MakeFolder(dir)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			undo()
		}
	}()
	f, err := os.CreateTemp(dir, temporary(filepath.Base(path)))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if err = fill(f); err != nil {
		return err
	}
	if err = f.Chmod(mode); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncDir(dir)
}

// temporary is the pattern of the name under which a file is written.
func temporary(base string) string { return "." + base + ".tmp-*" }

// WriteBytes is Write with content that is already in memory.
func WriteBytes(path string, data []byte) error { return writeBytes(path, 0o644, data) }

// WriteProgram is WriteBytes for an executable file: the file never has its
// name without the permission.
func WriteProgram(path string, data []byte) error { return writeBytes(path, 0o755, data) }

func writeBytes(path string, mode os.FileMode, data []byte) error {
	return write(path, mode, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// SyncDir makes renames and removals inside dir durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
