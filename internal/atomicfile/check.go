package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"fbnas/internal/fault"
)

// Check reports whether Write can write the file at path, and leaves no trace: a
// command calls it before it works for hours. A path that makes no sense, such as
// that of a folder, is a fault.Usage; a disk that refuses is a fault.Failure.
// A missing folder is no error, because Write creates it.
func Check(path string) error {
	const hint = "Give the path of a file."
	if path == "" || strings.HasSuffix(path, "/") {
		return fault.New(fault.Usage, hint, "%q is not the name of a file", path)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil: // the folder says why, unless the file is only missing
	case info.IsDir():
		return fault.New(fault.Usage, hint, "%s is a folder", path)
	case !info.Mode().IsRegular():
		return fault.New(fault.Usage, hint, "%s is not a regular file", path)
	case info.Mode().Perm()&0o222 == 0 || syscall.Access(path, writing) != nil: // the first test is for root
		return fault.New(fault.Failure, "Choose another file, or allow writing: chmod u+w "+path, "%s is read-only", path)
	}
	return probe(filepath.Dir(path), filepath.Base(path))
}

// CheckFolder is Check for a folder in which files will be written.
func CheckFolder(path string) error {
	if path == "" {
		return fault.New(fault.Usage, "Give the path of a folder.", "no folder is given")
	}
	return probe(path, "file")
}

// writing is W_OK of access(2).
const writing = 2

// probe creates and removes a file as Write would in dir, or in the nearest
// existing folder above it.
func probe(dir, base string) error {
	there, err := nearest(dir)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(there, temporary(base))
	if err != nil {
		return refused(there, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// nearest is dir, or the nearest existing folder above it.
func nearest(dir string) (string, error) {
	for {
		info, err := os.Stat(dir)
		switch {
		case err == nil && info.IsDir():
			return dir, nil
		case err == nil:
			return "", fault.New(fault.Usage, "Choose another path.", "%s is a file, not a folder", dir)
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return "", refused(dir, err)
		}
		if _, err := os.Lstat(dir); err == nil {
			return "", fault.New(fault.Usage, "Choose another path.", "%s is a link to a folder that does not exist", dir)
		}
		dir = filepath.Dir(dir)
	}
}

// refused is the system's error without the name of the probe's file.
func refused(dir string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	if errors.Is(err, syscall.ENAMETOOLONG) {
		return fault.New(fault.Usage, "Give a shorter name.", "write to folder %s: %w", dir, err)
	}
	return fault.New(fault.Failure, "Choose another folder, or make this one writable.", "write to folder %s: %w", dir, err)
}
