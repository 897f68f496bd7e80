package rundir

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"fbnas/internal/safetensors"
)

// Info is the description of one run in a listing.
type Info struct {
	Path string
	Verb string
	// Created is when the run began.
	Created time.Time
	// Step is the newest checkpoint's; 0 without one.
	Step int
	// Summary is summary.json; nil until the run has finished.
	Summary json.RawMessage
}

// Finished reports whether the run has come to its end.
func (i Info) Finished() bool { return i.Summary != nil }

// Stat describes the run in the folder at path; it is a fault.Usage if there is
// none.
func Stat(path string) (Info, error) {
	doc, err := readDocument[any](path)
	if err != nil {
		return Info{}, err
	}
	info := Info{Path: path, Verb: doc.Verb}
	if info.Created, err = time.Parse(time.RFC3339Nano, doc.Created); err != nil {
		return Info{}, fmt.Errorf("read %s: created: %w", filepath.Join(path, configName), err)
	}
	info.Step = stepOf(path)
	if info.Summary, err = readText(filepath.Join(path, summaryName), maxSummary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Info{}, err
	}
	if info.Finished() && !json.Valid(info.Summary) {
		return Info{}, fmt.Errorf("read %s: not JSON", filepath.Join(path, summaryName))
	}
	return info, nil
}

// stepOf reads only the headers of the checkpoints.
func stepOf(path string) int {
	for _, name := range []string{checkpointName, previousName} {
		metadata, err := safetensors.ReadMetadata(filepath.Join(path, name))
		if err != nil {
			continue
		}
		if step, err := strconv.Atoi(metadata[stepKey]); err == nil {
			return step
		}
	}
	return 0
}

// List describes the runs directly under root, the oldest first. Runs that
// cannot be read are left out and named in the error.
func List(root string) ([]Info, error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var list []Info
	var unreadable []error
	for _, e := range entries {
		path := filepath.Join(root, e.Name())
		if _, err := os.Stat(filepath.Join(path, configName)); err != nil {
			continue
		}
		info, err := Stat(path)
		if err != nil {
			unreadable = append(unreadable, err)
			continue
		}
		list = append(list, info)
	}
	slices.SortFunc(list, func(a, b Info) int {
		return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.Path, b.Path))
	})
	return list, errors.Join(unreadable...)
}
