package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"fbnas/internal/atomicfile"
)

// record is what a finished cell leaves.
type record struct {
	ID      string          `json:"id"`
	Cell    json.RawMessage `json:"cell"`
	Machine machine         `json:"machine"`
	Seconds float64         `json:"seconds"`
	Result  json.RawMessage `json:"result"`
}

// records are those of a folder.
type records struct{ folder string }

func (r records) path(id string) string {
	return filepath.Join(r.folder, filepath.FromSlash(id)+".json")
}

// read is the record of a cell; nil while it has none. A record of another cell
// under the same name is an error.
func (r records) read(c cell) (*record, error) {
	data, err := os.ReadFile(r.path(c.id()))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var rec record
	if err := json.Unmarshal(data, &rec); err != nil {
		return nil, fmt.Errorf("record %s: %w", c.id(), err)
	}
	want, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	if have := compact(rec.Cell); have != string(want) {
		return nil, fmt.Errorf("record %s is of another cell: %s, want %s", c.id(), have, want)
	}
	return &rec, nil
}

// result reads what the cell gave into v; false while it has no record.
func (r records) result(c cell, v any) (bool, error) {
	rec, err := r.read(c)
	if rec == nil {
		return false, err
	}
	return true, json.Unmarshal(rec.Result, v)
}

func (r records) write(rec record) error {
	data, err := json.MarshalIndent(rec, "", " ")
	if err != nil {
		return err
	}
	path := r.path(rec.ID)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return atomicfile.WriteBytes(path, append(data, '\n'))
}

// compact is JSON without space between its parts, "" for what is none.
func compact(raw json.RawMessage) string {
	var out bytes.Buffer
	if json.Compact(&out, raw) != nil {
		return ""
	}
	return out.String()
}
