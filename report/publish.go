package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"time"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/job"
)

// Options are those of Publish.
type Options struct {
	Paths   []string // the paths for Load
	Page    string   // the HTML file to write
	Summary string   // a JSON file with all figures; "": none
	Title   string   // of the page; "": made from its content
}

// Published is the document of fbnas report: a report, and the files that it was
// written to.
type Published struct {
	Path    string  `json:"path"`
	Summary *string `json:"summary"`
	Report
}

// Documents are all documents that fbnas prints: those of job and of this package.
func Documents() map[string][]any {
	all := maps.Clone(job.Documents)
	all["report"] = []any{Published{}}
	return all
}

// Publish reads the files at the paths and writes a page about them.
func Publish(env *job.Env, o Options) (*Published, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	r, err := Load(o.Paths...)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Usage, "List the runs with `fbnas runs list`.", "%w", err)
	}
	if err != nil {
		return nil, err
	}
	if o.Title != "" {
		r.Title = o.Title
	}
	r.Tool, r.Created = env.Tool, time.Now().Format(time.DateOnly)
	result := &Published{Path: o.Page, Report: r}
	if err := atomicfile.Write(o.Page, func(w io.Writer) error { return HTML(w, r) }); err != nil || o.Summary == "" {
		return result, err
	}
	result.Summary = &o.Summary
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", o.Summary, err)
	}
	return result, atomicfile.WriteBytes(o.Summary, append(text, '\n'))
}

// check refuses files that cannot be written, or must not be replaced.
func (o Options) check() error {
	if err := job.CheckOutputs(o.Page, o.Summary); err != nil {
		return err
	}
	if err := job.CheckPage(o.Page); err != nil {
		return err
	}
	for _, path := range o.Paths {
		if err := job.KeepInputs(o.Summary, append(rundir.Files(path), path)...); err != nil {
			return err
		}
	}
	return nil
}
