package devices

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"fbnas/internal/readfile"
)

const (
	recordingVersion = 1
	// maxRecording is the most bytes that are read of a recording, and maxEntry
	// the most bytes of an unpacked entry.
	maxRecording = 256 << 20
	maxEntry     = 64 << 20
	maxEntries   = 1 << 16
	maxUnpacked  = 1 << 30
)

// recording has a device's descriptions of itself, and the answers of programs
// there. Its file is a sequence of gzip members, one per entry, of which the
// first describes the device: so it can be appended to, and what a killed program
// leaves is a prefix.
type recording struct {
	identity Identity
	fixed    bool
	states   []State
	runs     map[string][]run // by request, in order
	whole    int64            // bytes up to the end of the last entry
	cut      bool             // more bytes follow that are not an entry
}

// entry is an entry of a recording: exactly one of the fields is set.
type entry struct {
	Version  int       `json:"recording,omitempty"` // of the format, with Identity
	Identity *Identity `json:"identity,omitempty"`
	Fixed    *bool     `json:"fixed_performance,omitempty"` // Clocked.FixedPerformance
	State    *State    `json:"state,omitempty"`
	Run      *run      `json:"run,omitempty"`
}

// run is a program that ran on the device.
type run struct {
	Fixed   bool   `json:"fixed"` // by StartFixed
	Request []byte `json:"request"`
	Answer  []byte `json:"answer"`
	Stderr  string `json:"stderr,omitempty"`
	Error   string `json:"error,omitempty"` // of Wait
	Lost    bool   `json:"lost,omitempty"`  // the device or the connection was lost, or the recording program was killed
	Open    bool   `json:"open,omitempty"`  // it was killed before it had finished its output
}

// key identifies the request of a run.
func (r run) key() string {
	sum := sha256.Sum256(r.Request)
	return fmt.Sprint(hex.EncodeToString(sum[:]), r.Fixed)
}

// pack encodes an entry for the file.
func (e entry) pack() ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	if len(text) > maxEntry {
		return nil, fmt.Errorf("an answer of %d bytes is too long for a recording", len(text))
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err = z.Write(text)
	err = errors.Join(err, z.Close())
	return b.Bytes(), err
}

// readRecording reads a file of entries.
func readRecording(path string) (*recording, error) {
	data, err := readfile.Limited(path, maxRecording)
	if err != nil {
		return nil, err
	}
	return parseRecording(data)
}

// parseRecording parses the longest prefix that consists of entries.
func parseRecording(data []byte) (*recording, error) {
	rec := &recording{runs: map[string][]run{}}
	in := bytes.NewReader(data)
	unpacked := 0
	for n := 0; in.Len() > 0; n++ {
		text, err := unpack(in)
		if err != nil && n > 0 {
			rec.cut = true
			break
		}
		if err == nil {
			err = rec.take(n, text)
		}
		if unpacked += len(text); err == nil && (n > maxEntries || unpacked > maxUnpacked) {
			err = errors.New("it holds too much")
		}
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", n+1, err)
		}
		rec.whole = int64(len(data) - in.Len())
	}
	if rec.whole == 0 {
		return nil, errors.New("it is empty")
	}
	return rec, nil
}

// unpack decodes one member.
func unpack(in *bytes.Reader) ([]byte, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return readfile.AtMost(z, maxEntry)
}

// take adds entry number n.
func (rec *recording) take(n int, text []byte) error {
	var e entry
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	switch {
	case (n == 0) != (e.Identity != nil):
		return errors.New("it does not begin with the device's description")
	case e.Identity != nil && e.Version != recordingVersion:
		return fmt.Errorf("format %d, this version reads %d", e.Version, recordingVersion)
	case e.Identity != nil:
		rec.identity = *e.Identity
	case e.Fixed != nil:
		rec.fixed = *e.Fixed
	case e.State != nil:
		rec.states = append(rec.states, *e.State)
	case e.Run != nil:
		rec.runs[e.Run.key()] = append(rec.runs[e.Run.key()], *e.Run)
	}
	return nil
}
