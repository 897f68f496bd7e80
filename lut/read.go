package lut

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"fbnas/internal/fault"
	"fbnas/internal/lfs"
	"fbnas/internal/plaintext"
)

// Limits of what is read; a table of 10^6 rows stays below them.
const (
	maxLine = 1 << 20
	maxFile = 1 << 30
)

// Read reads the table at path, finished or not. An incomplete last line is left
// out and its bytes are counted in Cut; anything else that is not a record is an
// error with its line number.
func Read(path string) (*Table, error) {
	if err := lfs.Check(path); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Failure, "Make a table with: fbnas profile --device DEVICE -o "+path,
			"read table: %w", err)
	}
	defer f.Close()
	digest := sha256.New()
	t, err := Parse(io.TeeReader(f, digest), path)
	if err != nil {
		return nil, err
	}
	t.Path, t.Digest = path, hex.EncodeToString(digest.Sum(nil))
	return t, nil
}

// Load is Read for use: it refuses an unfinished table.
func Load(path string) (*Table, error) {
	t, err := Read(path)
	if err != nil {
		return nil, err
	}
	if !t.finished {
		return nil, unfinished(t)
	}
	return t, nil
}

func unfinished(t *Table) error {
	return fault.New(fault.Failure, "Run the same fbnas profile command again: it continues where it stopped.",
		"table %s is unfinished: it has %d rows and %d rounds that are not rows yet; %d bytes at its end are incomplete",
		t.Path, len(t.rows), len(t.journal.rounds), t.Cut)
}

// Parse reads a table from r; errors call it name.
func Parse(r io.Reader, name string) (*Table, error) {
	p := parser{
		table: newTable(),
		lines: bufio.NewReaderSize(io.LimitReader(r, maxFile+1), 1<<16),
		hash:  sha256.New(),
	}
	for {
		err := p.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, corrupt(name, p.line, err)
		}
	}
	if p.line == 0 {
		return nil, corrupt(name, 1, errNotTable)
	}
	return p.table, nil
}

var errNotTable = errors.New("not a latency table")

func corrupt(name string, line int, err error) error {
	hint := "Restore the file from a copy, or measure it again with: fbnas profile --force -o " + name
	switch inner := fault.HintOf(err); {
	case errors.Is(err, errNotTable):
		hint = "A table is what fbnas profile writes."
	case inner != "":
		hint = inner
	}
	return fault.New(fault.Failure, hint, "table %s: line %d: %w", name, line, err)
}

type parser struct {
	table   *Table
	lines   *bufio.Reader
	hash    hash.Hash // of everything before the present line
	line    int       // number of the present line
	records int       // before it
}

// next reads one line; io.EOF after the last complete one.
func (p *parser) next() error {
	raw, err := p.readLine()
	if err == io.EOF {
		p.table.Cut = len(raw)
		return io.EOF
	}
	p.line++
	if err != nil {
		return err
	}
	line, err := p.text(raw)
	if err != nil {
		return err
	}
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &head); err != nil || head.Type == "" {
		if p.line == 1 {
			return errNotTable
		}
		return errors.New("not a record")
	}
	if p.line == 1 && head.Type != typeHeader {
		return errNotTable
	}
	if err := p.record(head.Type, line); err != nil {
		return fmt.Errorf("%s record: %w", head.Type, err)
	}
	p.hash.Write(append(line, '\n'))
	p.records++
	p.table.whole += int64(len(raw))
	if p.table.whole > maxFile {
		return fmt.Errorf("larger than %d bytes", maxFile)
	}
	return nil
}

// text is a line as it was written: it removes what a copy or an editor did to
// line ends and to the start of the file.
func (p *parser) text(raw []byte) ([]byte, error) {
	line := bytes.TrimSuffix(raw[:len(raw)-1], []byte("\r"))
	if p.line > 1 {
		return line, nil
	}
	return plaintext.UTF8(line)
}

// readLine returns the next line with its line feed; the rest without one is
// returned with io.EOF.
func (p *parser) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := p.lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return line, fmt.Errorf("longer than %d bytes", maxLine)
		case err == bufio.ErrBufferFull:
		default:
			return line, err
		}
	}
}

func (p *parser) record(kind string, line []byte) error {
	t := p.table
	switch kind {
	case typeHeader:
		t.Header = Header{}
		if err := decode(kind, line, &t.Header, t.Header.check); err != nil {
			return err
		}
	case typeRow:
		var r Row
		if err := decode(kind, line, &r, r.check); err != nil {
			return err
		}
		t.put(r)
	case typeCalibration:
		t.Calibration = new(Calibration)
		if err := decode(kind, line, t.Calibration, t.Calibration.check); err != nil {
			return err
		}
		t.Validation = nil // an earlier one belongs to another calibration
	case typeValidation:
		t.Validation = new(Validation)
		if err := decode(kind, line, t.Validation, t.Validation.check); err != nil {
			return err
		}
	case typePrediction:
		var made Prediction
		if err := decode(kind, line, &made, made.check); err != nil {
			return err
		}
		t.setPrediction(made)
	case typeEnd:
		return p.end(line)
	case typeRound, typeFailure:
		if !checked(line) {
			return errors.New("its checksum does not fit")
		}
		if err := t.journal.takeLine(kind, line); err != nil {
			return err
		}
	default:
		t.others = append(t.others, append([]byte(nil), line...))
	}
	t.finished = false
	return nil
}

func (p *parser) end(line []byte) error {
	var e end
	if err := decode(typeEnd, line, &e, nil); err != nil {
		return err
	}
	if sum := hex.EncodeToString(p.hash.Sum(nil)); e.SHA256 != sum || e.Records != p.records {
		return errors.New("the records before it were changed")
	}
	if len(p.table.rows) > 0 && p.table.Header.Sentinel.TimeUS == 0 {
		return errors.New("rows without a sentinel time")
	}
	p.table.finished = true
	return nil
}

// decode reads a record and checks it: first the bounds of every number, then its
// own check.
func decode(kind string, line []byte, v any, check func() error) error {
	if err := json.Unmarshal(line, v); err != nil {
		return err
	}
	if err := inBounds(kind, v); err != nil || check == nil {
		return err
	}
	return check()
}
