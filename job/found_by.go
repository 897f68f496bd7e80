package job

import (
	"cmp"
	"encoding/json"
	"path/filepath"

	"fbnas/internal/rundir"
	"fbnas/latency"
	"fbnas/models"
	"fbnas/search"
)

// originSearch is the search that found an architecture.
type originSearch struct {
	config  SearchConfig
	summary search.Summary
	found   search.Found
}

// precision is the number format of the files whose latency the search aimed at.
func (o *originSearch) precision() string { return cmp.Or(o.config.Precision, latency.FP32) }

// searchOf looks for the search that found the architecture, newest first, under
// root and beside the training's folder; nil where there is none.
func searchOf(env *Env, t Model, root string) *originSearch {
	roots := []string{root}
	if t.Run != "" {
		roots = append(roots, filepath.Dir(t.Run))
	}
	for _, root := range roots {
		list, err := runsUnder(env, root)
		if err != nil {
			env.log().Warn("runs cannot be listed", "folder", root, "error", err)
			continue
		}
		for i := len(list) - 1; i >= 0; i-- {
			if o := foundIn(list[i], t.Arch); o != nil {
				return o
			}
		}
	}
	return nil
}

// foundIn is the search of a run, if it found the architecture.
func foundIn(info rundir.Info, arch models.Arch) *originSearch {
	var o originSearch
	if info.Verb != "search" || !info.Finished() || json.Unmarshal(info.Summary, &o.summary) != nil {
		return nil
	}
	var err error
	if o.config, err = rundir.ReadConfig[SearchConfig](info.Path); err != nil {
		return nil
	}
	for _, o.found = range o.summary.Results {
		found, err := models.ReadArch(filepath.Join(info.Path, filepath.Base(o.found.File)))
		if err != nil {
			continue
		}
		if found.Classes = arch.Classes; string(found.YAML()) == string(arch.YAML()) {
			return &o
		}
	}
	return nil
}
