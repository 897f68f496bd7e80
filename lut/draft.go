package lut

import (
	"fmt"
	"io"
	"os"
	"syscall"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/latency/measured"
)

// Draft is a table that is being measured. It holds the table's file locked:
// whatever its Journal and Checkpoint have returned from survives a crash, and
// Take goes on from there.
type Draft struct {
	table *Table
	file  *os.File
}

// Create writes a new table file with nothing but its header, and holds it.
func Create(path string, h Header) (*Draft, error) {
	t := newTable()
	t.Path, t.Header = path, h
	line, err := appendRecord(nil, typeHeader, h)
	if err != nil {
		return nil, err
	}
	if err := atomicfile.WriteBytes(path, line); err != nil {
		return nil, fmt.Errorf("create table: %w", err)
	}
	t.whole = int64(len(line))
	return Take(t)
}

// Take goes on with a table that was read from its file, finished or not. It
// fails while another process holds the file. A last line that was not written
// whole is cut off.
func Take(t *Table) (*Draft, error) {
	d := &Draft{table: t}
	if err := d.open(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Draft) open() error {
	f, err := os.OpenFile(d.table.Path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	if err := ready(f, d.table.whole); err != nil {
		f.Close()
		return fmt.Errorf("open journal %s: %w", d.table.Path, err)
	}
	d.file, d.table.journal.file, d.table.Cut = f, f, 0
	return nil
}

// ready locks f against a second profile and sets it to be written at end.
func ready(f *os.File, end int64) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fault.New(fault.Failure, "Wait until it ends, or profile to another file.", "another fbnas writes it: %w", err)
	}
	if err := f.Truncate(end); err != nil {
		return err
	}
	_, err := f.Seek(end, io.SeekStart)
	return err
}

// Table is the table as it is so far; after a Checkpoint it is another one.
func (d *Draft) Table() *Table { return d.table }

// Journal is what was measured since the last Checkpoint.
func (d *Draft) Journal() *Journal { return d.table.journal }

// Put adds a row, or replaces the row of the same key.
func (d *Draft) Put(r Row) { d.table.put(r) }

// PutPrediction adds a prediction, or replaces that of the same kind of block.
func (d *Draft) PutPrediction(p Prediction) { d.table.setPrediction(p) }

// Checkpoint makes the rows safe and the journal empty.
func (d *Draft) Checkpoint() error {
	d.empty()
	d.table.finished = false
	if err := d.table.save(); err != nil {
		return err
	}
	saved, err := Read(d.table.Path)
	if err != nil {
		return err
	}
	d.Close()
	d.table = saved
	return d.open()
}

// Finish saves the table as finished. The draft is still to be closed.
func (d *Draft) Finish() error {
	d.empty()
	return d.table.Save()
}

// empty leaves of the journal what is in no row.
func (d *Draft) empty() {
	h := &d.table.Header
	if course := d.table.journal.course; course != (measured.Course{}) {
		if h.Course != nil {
			course = h.Course.Plus(course)
		}
		h.Course = &course
	}
	d.table.journal = NewJournal()
}

// Close gives the file free. What is in it stays.
func (d *Draft) Close() { d.file.Close() }

// Blank reports whether a profile began the table and measured nothing that
// counts.
func (t *Table) Blank() bool {
	return !t.finished && len(t.rows)+len(t.others)+len(t.journal.rounds)+len(t.journal.failures) == 0
}
