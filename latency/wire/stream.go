package wire

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"sync"
)

// Record is one line of the agent's answer.
type Record struct {
	Seq  int             `json:"seq"` // from 1
	Type string          `json:"type"`
	Sum  string          `json:"sum"` // CRC-32C of "seq type body", in hex
	Body json.RawMessage `json:"body"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (r *Record) checksum() string {
	text := fmt.Appendf(nil, "%d %s %s", r.Seq, r.Type, r.Body)
	return fmt.Sprintf("%08x", crc32.Checksum(text, castagnoli))
}

// Writer writes records. Its methods may be called from several goroutines.
type Writer struct {
	mu   sync.Mutex
	w    io.Writer
	seq  int
	hash hash.Hash
}

// NewWriter returns a Writer of a new stream of records to w, which gets each
// record in one Write.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w, hash: sha256.New()} }

// Send writes one record.
func (w *Writer) Send(kind string, body any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.send(kind, body)
}

// End writes the end record, the last one.
func (w *Writer) End() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.send(TypeEnd, End{Count: w.seq, SHA256: hex.EncodeToString(w.hash.Sum(nil))})
}

func (w *Writer) send(kind string, body any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("record %s: %w", kind, err)
	}
	r := Record{Seq: w.seq + 1, Type: kind, Body: encoded}
	r.Sum = r.checksum()
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("record %s: %w", kind, err)
	}
	if len(line) >= MaxLine {
		return fmt.Errorf("record %s: %d bytes, the limit is %d", kind, len(line), MaxLine)
	}
	line = append(line, '\n')
	w.seq++
	w.hash.Write(line)
	_, err = w.w.Write(line)
	return err
}

// ErrCut says that a stream ended before its end record. The records before that
// are valid.
var ErrCut = errors.New("the answer ends before its end record")

// CorruptError says that a line is not what the agent wrote. The records before
// it are valid.
type CorruptError struct {
	Line   int // from 1
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("line %d of the answer: %s", e.Line, e.Reason)
}

// Reader reads a stream of records and checks each.
type Reader struct {
	r    *bufio.Reader
	seq  int
	hash hash.Hash
	done bool
}

// NewReader returns a Reader of the records in r.
func NewReader(r io.Reader) *Reader {
	return &Reader{r: bufio.NewReaderSize(r, MaxLine), hash: sha256.New()}
}

// Next returns the next record. After the end record, which is returned too, it
// returns io.EOF; for a stream that ends without one, ErrCut; for anything that
// the agent cannot have written, a *CorruptError.
func (r *Reader) Next() (Record, error) {
	if r.done {
		return Record{}, io.EOF
	}
	line, err := r.r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return Record{}, r.corrupt("longer than %d bytes", MaxLine)
	case err != nil:
		return Record{}, ErrCut
	}
	var rec Record
	if err := json.Unmarshal(line, &rec); err != nil {
		return Record{}, r.corrupt("no record: %v", err)
	}
	if rec.Seq != r.seq+1 {
		return Record{}, r.corrupt("record number %d instead of %d", rec.Seq, r.seq+1)
	}
	if rec.Sum != rec.checksum() {
		return Record{}, r.corrupt("wrong checksum")
	}
	if rec.Type == TypeEnd {
		if err := r.end(rec); err != nil {
			return Record{}, err
		}
	}
	r.seq++
	r.hash.Write(line)
	return rec, nil
}

func (r *Reader) end(rec Record) error {
	var end End
	if err := json.Unmarshal(rec.Body, &end); err != nil {
		return r.corrupt("end: %v", err)
	}
	if end.Count != r.seq || end.SHA256 != hex.EncodeToString(r.hash.Sum(nil)) {
		return r.corrupt("the end record does not fit the records before it")
	}
	r.done = true
	return nil
}

func (r *Reader) corrupt(format string, args ...any) error {
	return &CorruptError{Line: r.seq + 1, Reason: fmt.Sprintf(format, args...)}
}

type body[T any] interface {
	*T
	check() error
}

// Decode returns a record's body as the type for its kind, after checking its
// values.
func Decode[T any, B body[T]](rec Record) (T, error) {
	var v T
	if err := json.Unmarshal(rec.Body, &v); err != nil {
		return v, &CorruptError{Line: rec.Seq, Reason: fmt.Sprintf("%s: %v", rec.Type, err)}
	}
	if err := B(&v).check(); err != nil {
		return v, &CorruptError{Line: rec.Seq, Reason: fmt.Sprintf("%s: %v", rec.Type, err)}
	}
	return v, nil
}

// WriteRequest writes r as one line.
func WriteRequest(w io.Writer, r Request) error {
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	if len(line) >= MaxRequest {
		return fmt.Errorf("request: %d bytes, the limit is %d", len(line), MaxRequest)
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// ReadRequest reads and validates the one line of a request; what follows it
// stays in r.
func ReadRequest(r *bufio.Reader) (Request, error) {
	var req Request
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if line = append(line, part...); err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) || len(line) > MaxRequest {
			return req, fmt.Errorf("request: no complete line within %d bytes: %w", MaxRequest, err)
		}
	}
	if err := json.Unmarshal(bytes.TrimSpace(line), &req); err != nil {
		return req, fmt.Errorf("request: %w", err)
	}
	if err := req.Validate(); err != nil {
		return req, fmt.Errorf("request: %w", err)
	}
	return req, nil
}
