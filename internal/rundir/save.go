package rundir

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"fbnas/internal/atomicfile"
	"fbnas/internal/safetensors"
)

// temporaryName has no random part: the lock excludes other processes, and the next
// save overwrites the file of a killed one.
const temporaryName = "." + checkpointName + ".new"

// disk has the operations of saving on the run's folder. Tests replace it by one
// that stops at any point.
type disk interface {
	// Write makes or replaces the file and makes its content durable.
	Write(name string, fill func(io.Writer) error) error
	// Rename replaces the file to; fs.ErrNotExist if from does not exist.
	Rename(from, to string) error
	// Sync makes the renames so far durable.
	Sync() error
}

// Save makes c the newest checkpoint and keeps the one before. Everything
// logged so far is durable when it returns. A crash at any moment leaves a
// folder from which Load returns either c or the checkpoint before.
func (d *Dir) Save(c Checkpoint) error {
	if c.Step < d.saved || c.Step < 0 {
		return fmt.Errorf("save %s: step %d after step %d", d.path, c.Step, d.saved)
	}
	c.config = d.config
	f, err := c.file()
	if err != nil {
		return fmt.Errorf("save %s: step %d: %w", d.path, c.Step, err)
	}
	if err := d.log.sync(); err != nil {
		return err
	}
	fill := func(w io.Writer) error { return safetensors.Write(w, f) }
	if err := replace(d.disk, fill, !d.damaged); err != nil {
		return fmt.Errorf("save %s: step %d: %w", d.path, c.Step, err)
	}
	d.saved, d.damaged = c.Step, false
	return nil
}

// replace writes fill's content under the newest checkpoint's name, after moving
// the file of that name to the previous one's if keep is set. At each moment
// one of the two names holds a whole checkpoint.
func replace(disk disk, fill func(io.Writer) error, keep bool) error {
	if err := disk.Write(temporaryName, fill); err != nil {
		return err
	}
	if keep {
		if err := disk.Rename(checkpointName, previousName); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := disk.Rename(temporaryName, checkpointName); err != nil {
		return err
	}
	return disk.Sync()
}

// folder is the disk of a real folder.
type folder string

func (dir folder) Write(name string, fill func(io.Writer) error) error {
	path := filepath.Join(string(dir), name)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(f, 1<<20)
	if err := fill(buf); err != nil {
		return errors.Join(err, f.Close(), os.Remove(path))
	}
	if err := errors.Join(buf.Flush(), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

func (dir folder) Rename(from, to string) error {
	return os.Rename(filepath.Join(string(dir), from), filepath.Join(string(dir), to))
}

func (dir folder) Sync() error { return atomicfile.SyncDir(string(dir)) }
