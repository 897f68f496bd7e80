package rundir

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"fbnas/internal/atomicfile"
	"fbnas/internal/tbevents"
)

// Log adds the values of one step under a kind, for example "train": one line
// to metrics.jsonl, one event for TensorBoard with tags kind/name. The values
// of a step must be logged before the checkpoint of that step is saved: otherwise a
// resumed run would lack them or have them twice.
func (d *Dir) Log(step int, kind string, values map[string]float64) error {
	if step <= d.saved {
		return fmt.Errorf("log %s: step %d is already in the checkpoint of step %d", d.path, step, d.saved)
	}
	r := Record{step, kind, values}
	line, err := r.line()
	if err != nil {
		return fmt.Errorf("log %s: step %d: %w", d.path, step, err)
	}
	return d.log.add(r, line, d.opts.Now())
}

// journal is the two files of the log.
type journal struct {
	file   *os.File
	lines  *bufio.Writer
	events *tbevents.Writer
}

func createJournal(path string, now time.Time) (*journal, error) {
	events, err := tbevents.Create(filepath.Join(path, eventsName), now)
	if err != nil {
		return nil, err
	}
	return openJournal(path, events)
}

// resumeJournal removes everything after step from both files.
func resumeJournal(path string, step int, o Options) (*journal, error) {
	lost, err := cutMetrics(filepath.Join(path, metricsName), step)
	if err != nil {
		return nil, err
	}
	warnLost(o, filepath.Join(path, metricsName), lost)
	events, lost, err := tbevents.Resume(filepath.Join(path, eventsName), step, o.Now())
	if err != nil {
		return nil, err
	}
	warnLost(o, filepath.Join(path, eventsName), lost)
	return openJournal(path, events)
}

// cutMetrics removes the lines after step, and everything from the first
// damaged line on; lost counts the bytes of the latter.
func cutMetrics(name string, step int) (lost int64, err error) {
	old, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("resume metrics: %w", err)
	}
	defer old.Close()
	info, err := old.Stat()
	if err != nil {
		return 0, fmt.Errorf("resume metrics: %w", err)
	}
	err = atomicfile.Write(name, func(w io.Writer) error {
		out := bufio.NewWriter(w)
		read, err := scan(old, func(line []byte, r Record) error {
			if r.Step > step {
				return nil
			}
			_, err := out.Write(line)
			return err
		})
		lost = info.Size() - read
		return errors.Join(err, out.Flush())
	})
	return lost, err
}

func warnLost(o Options, file string, lost int64) {
	if lost > 0 {
		o.Log.Warn("removed an incomplete end", "file", file, "bytes", lost)
	}
}

func openJournal(path string, events *tbevents.Writer) (*journal, error) {
	f, err := os.OpenFile(filepath.Join(path, metricsName), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write metrics: %w", err), events.Close())
	}
	return &journal{file: f, lines: bufio.NewWriter(f), events: events}, nil
}

func (j *journal) add(r Record, line []byte, now time.Time) error {
	var scalars []tbevents.Scalar
	for _, name := range r.names() {
		scalars = append(scalars, tbevents.Scalar{Tag: r.Kind + "/" + name, Value: r.Values[name]})
	}
	if _, err := j.lines.Write(line); err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return j.events.Scalars(now, r.Step, scalars)
}

// sync makes everything logged so far durable.
func (j *journal) sync() error {
	if err := j.lines.Flush(); err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return errors.Join(j.file.Sync(), j.events.Sync())
}

func (j *journal) close() error { return errors.Join(j.sync(), j.file.Close(), j.events.Close()) }
