package devices

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"fbnas/internal/fault"
)

// Clean removes what killed programs have left on a device, and returns the
// names of what it removed.
func Clean(ctx context.Context, name string) ([]string, error) {
	d, err := Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	c, ok := d.(interface{ clean() ([]string, error) })
	if !ok {
		return nil, fault.New(fault.Device, "", "device %s: nothing is left on devices of this kind", name)
	}
	return c.clean()
}

// lock is the file in a local device's folder that its owner holds locked; the
// system frees it when the owner ends, however it ends.
const lock = ".lock"

// hold locks a new folder.
func hold(folder string) (*os.File, error) {
	f, err := os.Create(filepath.Join(folder, lock))
	if err != nil {
		return nil, err
	}
	return f, syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// clean removes the folders that no program holds any more.
func (l *local) clean() (removed []string, err error) {
	folders, err := filepath.Glob(filepath.Join(filepath.Dir(l.folder), folderPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("device %s: %w", l.name, err)
	}
	for _, folder := range folders {
		f, err := os.Open(filepath.Join(folder, lock))
		if errors.Is(err, fs.ErrNotExist) {
			continue // being made, or of another program
		}
		if err != nil {
			return removed, fmt.Errorf("device %s: clean: %w", l.name, err)
		}
		free := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
		if free {
			err = os.RemoveAll(folder)
			removed = append(removed, folder)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			return removed, fmt.Errorf("device %s: clean: %w", l.name, err)
		}
	}
	return removed, nil
}
