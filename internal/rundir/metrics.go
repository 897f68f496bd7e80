package rundir

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// maxLine bounds one line of metrics.jsonl in bytes.
const maxLine = 1 << 20

// Record is one line of metrics.jsonl.
type Record struct {
	Step int
	Kind string
	// Values that are not finite are null in the file and NaN here.
	Values map[string]float64
}

// Metrics returns the metrics of the run in the folder at path, up to the first
// line that is truncated or damaged; none if there is no file yet.
func Metrics(path string) ([]Record, error) {
	f, err := os.Open(filepath.Join(path, metricsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	defer f.Close()
	var records []Record
	_, err = scan(f, func(_ []byte, r Record) error {
		records = append(records, r)
		return nil
	})
	return records, err
}

// line is the record as JSON: step, kind, then the values by name.
func (r Record) line() ([]byte, error) {
	kind, err := json.Marshal(r.Kind)
	if err != nil {
		return nil, err
	}
	line := fmt.Appendf(nil, `{"step":%d,"kind":%s`, r.Step, kind)
	for _, name := range r.names() {
		if name == "step" || name == "kind" {
			return nil, fmt.Errorf("no value can be called %q", name)
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		value := []byte("null")
		if x := r.Values[name]; !math.IsNaN(x) && !math.IsInf(x, 0) {
			if value, err = json.Marshal(x); err != nil {
				return nil, err
			}
		}
		line = fmt.Appendf(line, ",%s:%s", key, value)
	}
	if line = append(line, "}\n"...); len(line) > maxLine {
		return nil, fmt.Errorf("a line of %d bytes is over the limit of %d", len(line), maxLine)
	}
	return line, nil
}

func (r Record) names() []string { return slices.Sorted(maps.Keys(r.Values)) }

func parseRecord(line []byte) (Record, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return Record{}, err
	}
	var step *int
	r := Record{Values: map[string]float64{}}
	for name, text := range fields {
		var err error
		switch name {
		case "step":
			err = json.Unmarshal(text, &step)
		case "kind":
			err = json.Unmarshal(text, &r.Kind)
		default:
			x := math.NaN()
			err = json.Unmarshal(text, &x)
			r.Values[name] = x
		}
		if err != nil {
			return Record{}, err
		}
	}
	if step == nil {
		return Record{}, errors.New("no step")
	}
	r.Step = *step
	return r, nil
}

// scan calls each for every line up to the first that is truncated or damaged,
// and returns the number of bytes of these lines.
func scan(in io.Reader, each func(line []byte, r Record) error) (read int64, err error) {
	lines := bufio.NewReaderSize(in, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
			return read, nil
		}
		if err != nil {
			return read, fmt.Errorf("read metrics: %w", err)
		}
		r, err := parseRecord(line)
		if err != nil {
			return read, nil
		}
		read += int64(len(line))
		if err := each(line, r); err != nil {
			return read, err
		}
	}
}
