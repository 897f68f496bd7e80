package lut

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/latency"
)

// journal is what a profile has measured and not yet made into rows: rounds by
// (batch, number) and failures by model. A batch is named by its content, so a
// round is found again however the batches are numbered, and never taken for
// another model's.
type journal struct {
	lines    [][]byte
	rounds   map[roundID]latency.Round
	failures map[string]latency.Failure
	course   latency.Course // of all rounds, rejected ones too
}

type roundID struct {
	batch string
	round int
}

func newJournal() journal {
	return journal{
		rounds:   map[roundID]latency.Round{},
		failures: map[string]latency.Failure{},
	}
}

// take reads one journal line, its checksum already checked.
func (j *journal) take(kind string, line []byte) error {
	if kind == typeRound {
		var r journaled
		if err := decode(kind, line, &r, func() error { return checkRound(r.Round) }); err != nil {
			return err
		}
		j.add(r)
	} else {
		var f latency.Failure
		if err := decode(kind, line, &f, nil); err != nil {
			return err
		}
		j.failures[f.Digest] = f
	}
	j.lines = append(j.lines, append(append([]byte(nil), line...), '\n'))
	return nil
}

// add makes a round count; one that was rejected is on file and no more.
func (j *journal) add(r journaled) {
	j.note(r.Round)
	if r.Round.Rejected == "" {
		j.rounds[roundID{r.Batch, r.Round.Round}] = r.Round
	}
}

// note keeps what a round says of how the device was.
func (j *journal) note(r latency.Round) {
	if r.Course != nil {
		j.course = j.course.Plus(*r.Course)
	}
}

// has reports whether a round is measured; one marked as noisy only where
// noise is allowed.
func (j *journal) has(id roundID, noisy bool) bool {
	r, ok := j.rounds[id]
	return ok && (noisy || r.Noisy == "")
}

// of returns the rounds of a batch that has reports, by number.
func (j *journal) of(batch string, noisy bool) []latency.Round {
	var out []latency.Round
	for id, r := range j.rounds {
		if id.batch == batch && j.has(id, noisy) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b latency.Round) int { return cmp.Compare(a.Round, b.Round) })
	return out
}

func checkRound(r latency.Round) error {
	if len(r.Sentinel) == 0 {
		return errors.New("no sentinel")
	}
	return inBounds(typeRound, &journaled{Round: r})
}

// file appends journal lines to a table's file. Each is one write and one
// sync: what append has returned from survives a crash.
type file struct{ f *os.File }

// appendTo opens t's file for its journal, and cuts off a last line that was
// not written whole.
func appendTo(t *Table) (*file, error) {
	f, err := os.OpenFile(t.Path, os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	if err := ready(f, t.whole); err != nil {
		f.Close()
		return nil, fmt.Errorf("open journal %s: %w", t.Path, err)
	}
	t.Cut = 0
	return &file{f}, nil
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

func (j *file) append(kind string, v any) ([]byte, error) {
	line, err := appendChecked(nil, kind, v)
	if err != nil {
		return nil, err
	}
	if len(line) > maxLine {
		return nil, fmt.Errorf("journal %s: a %s record of %d bytes; use smaller batches", j.f.Name(), kind, len(line))
	}
	if _, err := j.f.Write(line); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if err := j.f.Sync(); err != nil {
		return nil, fmt.Errorf("journal %s: %w", j.f.Name(), err)
	}
	return line, nil
}

func (j *file) close() error { return j.f.Close() }

// blank tells whether a profile began the table and measured nothing that
// counts.
func (t *Table) blank() bool {
	return !t.finished && len(t.rows)+len(t.others)+len(t.journal.rounds)+len(t.journal.failures) == 0
}

// replace begins a blank table anew, unless another profile is at it.
func replace(t *Table, h Header) (*Table, error) {
	held, err := appendTo(t)
	if err != nil {
		return nil, err
	}
	defer held.close()
	return create(t.Path, h)
}

// create writes a new table file with nothing but its header.
func create(path string, h Header) (*Table, error) {
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
	return t, nil
}
