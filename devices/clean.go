package devices

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// folderPrefix begins the names of local devices' folders.
const folderPrefix = "fbnas-device-"

// lock is a file in a local device's folder that its owner keeps locked; the
// system releases it when the owner ends in any way.
const lock = ".lock"

// lockFolder locks a new folder.
func lockFolder(folder string) (*os.File, error) {
	f, err := os.Create(filepath.Join(folder, lock))
	if err != nil {
		return nil, err
	}
	if err := exclusive(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func exclusive(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// cleanLocal removes the folders that no program keeps locked.
func cleanLocal(ctx context.Context, name, address string) (removed []string, err error) {
	if err := checkLocal(name, address); err != nil {
		return nil, err
	}
	folders, err := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("clean %s: %w", name, err)
	}
	for _, folder := range folders {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		free, err := removeFree(folder)
		if err != nil {
			return removed, fmt.Errorf("clean %s: %w", name, err)
		}
		if free {
			removed = append(removed, folder)
		}
	}
	return removed, nil
}

// removeFree removes a folder unless a program keeps it locked. A folder without
// a lock is just being created, or is not ours.
func removeFree(folder string) (removed bool, err error) {
	f, err := os.Open(filepath.Join(folder, lock))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if exclusive(f) == nil {
		removed, err = true, os.RemoveAll(folder)
	}
	return removed, errors.Join(err, f.Close())
}
