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

// Draft is a table that is being measured. It locks the table's file. Everything
// for which its Journal or Checkpoint has returned survives a crash, and Resume
// continues from there.
type Draft struct {
	table *Table
	file  *os.File
}

// Create writes a new table file with only its header, and locks it.
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
	return Resume(t)
}

// Resume resumes a table that was read from its file, finished or not. It fails
// while another process has the file locked. An incomplete last line is cut off.
func Resume(t *Table) (*Draft, error) {
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
	if err := lockForWriting(f, d.table.whole); err != nil {
		f.Close()
		return fmt.Errorf("open journal %s: %w", d.table.Path, err)
	}
	d.file, d.table.journal.file, d.table.Cut = f, f, 0
	return nil
}

// lockForWriting locks f against a second profile and seeks to end for writing.
func lockForWriting(f *os.File, end int64) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fault.New(fault.Failure, "Wait until it ends, or profile to another file.", "another fbnas writes it: %w", err)
	}
	if err := f.Truncate(end); err != nil {
		return err
	}
	_, err := f.Seek(end, io.SeekStart)
	return err
}

// Table is the table so far; each Checkpoint replaces it by another one.
func (d *Draft) Table() *Table { return d.table }

// Journal has what was measured since the last Checkpoint.
func (d *Draft) Journal() *Journal { return d.table.journal }

// Put adds a row, or replaces the row of the same key.
func (d *Draft) Put(r Row) { d.table.put(r) }

// PutPrediction adds a prediction, or replaces that of the same kind of block.
func (d *Draft) PutPrediction(p Prediction) { d.table.setPrediction(p) }

// Checkpoint saves the rows durably and empties the journal.
func (d *Draft) Checkpoint() error {
	d.clearJournal()
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

// Finish saves the table as finished. The draft must still be closed.
func (d *Draft) Finish() error {
	d.clearJournal()
	return d.table.Save()
}

// clearJournal starts a new journal and adds the old one's course to the header.
func (d *Draft) clearJournal() {
	h := &d.table.Header
	if course := d.table.journal.course; course != (measured.Course{}) {
		if h.Course != nil {
			course = h.Course.Plus(course)
		}
		h.Course = &course
	}
	d.table.journal = NewJournal()
}

// Close releases the file, whose content stays.
func (d *Draft) Close() { d.file.Close() }

// Blank reports whether a profile began the table but measured nothing that
// counts.
func (t *Table) Blank() bool {
	return !t.finished && len(t.rows)+len(t.others)+len(t.journal.rounds)+len(t.journal.failures) == 0
}
