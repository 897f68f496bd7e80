package lut

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"fbnas/internal/atomicfile"
)

// Save replaces the file at t.Path by t, marked as finished. A crash leaves the
// old file or the new one.
func (t *Table) Save() error {
	t.finished = true
	t.Cut = 0
	return t.save()
}

func (t *Table) save() error {
	if err := atomicfile.Write(t.Path, t.Encode); err != nil {
		return fmt.Errorf("save table: %w", err)
	}
	return nil
}

// Encode writes t's records: header, rows, calibration, validation, predictions,
// those of unknown types, the journal, and the end if t is finished.
func (t *Table) Encode(w io.Writer) error {
	records, err := t.records()
	if err != nil {
		return err
	}
	whole := sha256.New()
	out := io.MultiWriter(w, whole)
	for _, r := range records {
		if _, err := out.Write(r); err != nil {
			return err
		}
	}
	if !t.finished {
		return nil
	}
	last, err := appendRecord(nil, typeEnd, end{Records: len(records), SHA256: hex.EncodeToString(whole.Sum(nil))})
	if err != nil {
		return err
	}
	_, err = w.Write(last)
	return err
}

// records returns t's lines without the end record.
func (t *Table) records() ([][]byte, error) {
	var lines [][]byte
	var failed error
	add := func(kind string, v any) {
		line, err := appendRecord(nil, kind, v)
		if err != nil && failed == nil {
			failed = err
		}
		lines = append(lines, line)
	}
	header := t.Header
	header.Version = Version // older versions are rewritten as this one
	add(typeHeader, header)
	for _, r := range t.rows {
		add(typeRow, r)
	}
	if t.Calibration != nil {
		add(typeCalibration, t.Calibration)
	}
	if t.Validation != nil {
		add(typeValidation, t.Validation)
	}
	for _, p := range t.Predictions {
		add(typePrediction, p)
	}
	for _, o := range t.others {
		lines = append(lines, append(append([]byte(nil), o...), '\n'))
	}
	return append(lines, t.journal.lines...), failed
}
