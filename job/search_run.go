package job

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/models"
	"fbnas/search"
)

// SearchRun is a finished search: its configuration, and what it found, which is
// at least one network.
type SearchRun struct {
	Path    string
	Config  SearchConfig
	Summary search.Summary
}

// OpenSearch opens the run of a finished search.
func OpenSearch(run string) (*SearchRun, error) {
	info, err := rundir.Stat(run)
	if err != nil {
		return nil, err
	}
	if info.Verb != "search" || !info.Finished() {
		return nil, fault.New(fault.Usage, "Give the folder of a finished search; fbnas runs lists them.", "%s is not a finished search", run)
	}
	r := &SearchRun{Path: run}
	if r.Config, err = rundir.ReadConfig[SearchConfig](run); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(info.Summary, &r.Summary); err != nil || len(r.Summary.Results) == 0 {
		return nil, fmt.Errorf("the summary of run %s holds no result (%v)", run, err)
	}
	return r, nil
}

// Space is the space that was searched.
func (r *SearchRun) Space() (models.Space, error) {
	space, err := models.ParseSpace([]byte(r.Config.Space))
	if err != nil {
		return space, fmt.Errorf("space of run %s: %w", r.Path, err)
	}
	return space, nil
}

// Arch is the architecture that was found for a target; result is an index into
// the summary's results.
func (r *SearchRun) Arch(result int) (models.Arch, error) {
	arch, err := models.ReadArch(filepath.Join(r.Path, filepath.Base(r.Summary.Results[result].File)))
	if err != nil {
		return arch, fmt.Errorf("run %s: %w", r.Path, err)
	}
	return arch, nil
}
