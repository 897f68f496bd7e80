package tbevents

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"fbnas/internal/atomicfile"
)

// Writer appends scalars to one event file. It is not safe for concurrent use.
type Writer struct {
	file *os.File
	buf  *bufio.Writer
}

// Create starts an event file, which must not exist. TensorBoard recognises event
// files by "tfevents" in their names.
func Create(path string, now time.Time) (*Writer, error) {
	err := atomicfile.WriteBytes(path, appendRecord(nil, versionEvent(now)))
	if err != nil {
		return nil, fmt.Errorf("create event file: %w", err)
	}
	return appendTo(path)
}

// Resume continues an event file from step on: events of later steps are
// removed, and everything from the first damaged record on; lost counts the
// bytes of the latter. A file that does not exist is created.
func Resume(path string, step int, now time.Time) (w *Writer, lost int64, err error) {
	old, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		w, err = Create(path, now)
		return w, 0, err
	}
	if err != nil {
		return nil, 0, fmt.Errorf("resume event file: %w", err)
	}
	defer old.Close()
	info, err := old.Stat()
	if err != nil {
		return nil, 0, fmt.Errorf("resume event file: %w", err)
	}
	err = atomicfile.Write(path, func(out io.Writer) error {
		read, err := keep(out, bufio.NewReader(old), step)
		lost = info.Size() - read
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("resume event file: %w", err)
	}
	w, err = appendTo(path)
	return w, lost, err
}

// keep copies the events up to step, and returns the number of bytes of in that were
// whole records.
func keep(out io.Writer, in io.Reader, step int) (read int64, err error) {
	for {
		whole, data, err := readRecord(in)
		if read > 0 && (errors.Is(err, io.EOF) || errors.Is(err, errDamaged)) {
			return read, nil
		}
		e, ok := readEvent(data)
		if read == 0 && (err != nil || !ok || e.version != version) {
			return 0, fmt.Errorf("it does not begin as a TensorBoard event file (%s)", version)
		}
		if err != nil {
			return read, err
		}
		if !ok {
			return read, nil
		}
		read += int64(len(whole))
		if e.step > int64(step) && e.version == "" {
			continue
		}
		if _, err := out.Write(whole); err != nil {
			return read, err
		}
	}
}

func appendTo(path string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, fmt.Errorf("append to event file: %w", err)
	}
	return &Writer{file: f, buf: bufio.NewWriter(f)}, nil
}

// Scalars writes the values of one step as one event.
func (w *Writer) Scalars(now time.Time, step int, scalars []Scalar) error {
	event := scalarsEvent(now, step, scalars)
	if len(event) > maxRecord {
		return fmt.Errorf("event of step %d in %s: %d bytes are over the limit of %d", step, w.file.Name(), len(event), maxRecord)
	}
	if _, err := w.buf.Write(appendRecord(nil, event)); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return nil
}

// Sync makes everything written so far durable.
func (w *Writer) Sync() error {
	if err := w.buf.Flush(); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return w.file.Sync()
}

// Close writes buffered data and closes the file.
func (w *Writer) Close() error { return errors.Join(w.Sync(), w.file.Close()) }
