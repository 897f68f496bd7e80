package lut

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"

	"fbnas/latency/measured"
)

// Journal has what was measured for a table and is not in its rows yet: rounds by
// (batch, number), and failures by model. A batch is identified by its content,
// so that a round is found again however the batches are numbered, and never
// mistaken for another model's. The journal of a Draft is kept in the table's
// file, record by record; that of NewJournal only in memory.
type Journal struct {
	lines    [][]byte
	rounds   map[roundID]measured.Round
	failures map[string]measured.Failure
	course   measured.Course // of all rounds, including rejected ones
	file     *os.File        // nil: in memory only
}

type roundID struct {
	batch string
	round int
}

// NewJournal returns a journal in memory only.
func NewJournal() *Journal {
	return &Journal{
		rounds:   map[roundID]measured.Round{},
		failures: map[string]measured.Failure{},
	}
}

// Add saves a round of a batch durably before it counts; a rejected round is
// saved but does not count.
func (j *Journal) Add(batch string, r measured.Round) error {
	if err := checkRound(r); err != nil {
		return fmt.Errorf("round %d of batch %d: %w", r.Round, r.Batch, err)
	}
	made := journaled{Batch: batch, Round: r}
	if err := j.writeDurably(typeRound, made); err != nil {
		return err
	}
	j.add(made)
	return nil
}

// Fail saves durably that the device cannot run a model.
func (j *Journal) Fail(f measured.Failure) error {
	if err := j.writeDurably(typeFailure, f); err != nil {
		return err
	}
	j.failures[f.Digest] = f
	return nil
}

// Note adds a round that is not saved to the course of the device's state.
func (j *Journal) Note(r measured.Round) {
	if r.Course != nil {
		j.course = j.course.Plus(*r.Course)
	}
}

// Len is the number of rounds that count.
func (j *Journal) Len() int { return len(j.rounds) }

// Has reports whether a round was measured; a noisy one counts only where noisy
// is true.
func (j *Journal) Has(batch string, round int, noisy bool) bool {
	r, ok := j.rounds[roundID{batch, round}]
	return ok && (noisy || r.Noisy == "")
}

// Rounds returns, by number, the rounds of a batch for which Has is true.
func (j *Journal) Rounds(batch string, noisy bool) []measured.Round {
	var out []measured.Round
	for id, r := range j.rounds {
		if id.batch == batch && j.Has(batch, id.round, noisy) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b measured.Round) int { return cmp.Compare(a.Round, b.Round) })
	return out
}

// Failure returns why the device cannot run a model, given its digest; ok is
// false if it did not fail.
func (j *Journal) Failure(digest string) (why measured.Failure, ok bool) {
	why, ok = j.failures[digest]
	return why, ok
}

// takeLine reads a journal line whose checksum is already checked.
func (j *Journal) takeLine(kind string, line []byte) error {
	if kind == typeRound {
		var r journaled
		if err := decode(kind, line, &r, func() error { return checkRound(r.Round) }); err != nil {
			return err
		}
		j.add(r)
	} else {
		var f measured.Failure
		if err := decode(kind, line, &f, nil); err != nil {
			return err
		}
		j.failures[f.Digest] = f
	}
	j.lines = append(j.lines, append(append([]byte(nil), line...), '\n'))
	return nil
}

func (j *Journal) add(r journaled) {
	j.Note(r.Round)
	if r.Round.Rejected == "" {
		j.rounds[roundID{r.Batch, r.Round.Round}] = r.Round
	}
}

// writeDurably writes a record durably before it counts: one write and one sync.
func (j *Journal) writeDurably(kind string, v any) error {
	if j.file == nil {
		return nil
	}
	line, err := appendChecked(nil, kind, v)
	if err != nil {
		return err
	}
	if len(line) > maxLine {
		return fmt.Errorf("journal %s: a %s record of %d bytes; use smaller batches", j.file.Name(), kind, len(line))
	}
	if _, err := j.file.Write(line); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("journal %s: %w", j.file.Name(), err)
	}
	j.lines = append(j.lines, line)
	return nil
}

func checkRound(r measured.Round) error {
	if len(r.Sentinel) == 0 {
		return errors.New("no sentinel")
	}
	return inBounds(typeRound, &journaled{Round: r})
}
