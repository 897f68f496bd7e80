package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"fbnas/internal/rundir"
)

// RunsResult is the document of fbnas runs list.
type RunsResult struct {
	Root string    `json:"root"`
	Runs []RunInfo `json:"runs"`
}

// RunInfo is a run in a document.
type RunInfo struct {
	Path     string          `json:"path"`
	Verb     string          `json:"verb"`
	Created  time.Time       `json:"created"`
	Finished bool            `json:"finished"`
	Step     int             `json:"step"`    // of the newest checkpoint
	Summary  json.RawMessage `json:"summary"` // null until the run has finished
}

// Runs lists the runs below root, the oldest first.
func Runs(env *Env, root string) (*RunsResult, error) {
	list, err := runsUnder(env, root)
	if err != nil {
		return nil, err
	}
	r := &RunsResult{Root: root, Runs: []RunInfo{}}
	for _, info := range list {
		r.Runs = append(r.Runs, RunInfo{info.Path, info.Verb, info.Created, info.Finished(), info.Step, info.Summary})
	}
	return r, nil
}

// runsUnder describes the runs in root and in its subfolders that hold runs, such
// as runs/demo; the oldest first. It warns of what cannot be read, and leaves it
// out.
func runsUnder(env *Env, root string) ([]rundir.Info, error) {
	folders := []string{root}
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, filepath.Join(root, e.Name()))
		}
	}
	var all []rundir.Info
	for _, folder := range folders {
		list, err := rundir.List(folder)
		if err != nil {
			env.log().Warn("some runs cannot be read", "folder", folder, "error", err)
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b rundir.Info) int { return a.Created.Compare(b.Created) })
	return all, nil
}

// finishedTrainings are the folders of the finished trainings under root, the
// newest first.
func finishedTrainings(env *Env, root string) ([]string, error) {
	list, err := runsUnder(env, root)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, info := range slices.Backward(list) {
		if info.Verb == "train" && info.Finished() {
			found = append(found, info.Path)
		}
	}
	return found, nil
}
