package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"fbnas/card"
	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/job"
	"fbnas/report"
)

type reportOptions struct {
	out     string
	summary string
	title   string
}

func reportVerb(a *app) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report RUN... -o report.html",
		Short: "Show runs on one page: what was searched, how it went, what came out",
		Long: "Write one HTML file that loads nothing, and print what came out. Besides runs it\n" +
			"takes latency tables, exported files and documents that verbs printed with --json;\n" +
			"a folder that holds all these, such as the demo's, is taken as a whole.",
		Example: "  fbnas report runs/search-1 runs/train-1 -o report.html\n" +
			"  fbnas report runs/demo -o report.html --summary runs/demo/summary.json",
		Args: cobra.MinimumNArgs(1),
	}
	f := cmd.Flags()
	f.StringVarP(&o.out, "output", "o", "report.html", "the HTML `file` to write")
	f.StringVar(&o.summary, "summary", "", "also write all figures as JSON to this `file`")
	f.StringVar(&o.title, "title", "", "of the page")
	cmd.RunE = a.does(func(_ context.Context, args []string) (result, error) { return runReport(o, args) })
	return cmd
}

// reportResult is a report and the files that it was written to.
type reportResult struct {
	Path    string  `json:"path"`
	Summary *string `json:"summary"`
	report.Report
}

func runReport(o reportOptions, paths []string) (result, error) {
	if err := job.CheckOutputs(o.out, o.summary); err != nil {
		return nil, err
	}
	if err := job.CheckPage(o.out); err != nil {
		return nil, err
	}
	for _, path := range paths {
		if err := job.KeepInputs(o.summary, append(rundir.Files(path), path)...); err != nil {
			return nil, err
		}
	}
	r, err := report.Load(paths...)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Usage, "List the runs with `fbnas runs list`.", "%w", err)
	}
	if err != nil {
		return nil, err
	}
	if o.title != "" {
		r.Title = o.title
	}
	r.Tool, r.Created = "fbnas "+version, time.Now().Format(time.DateOnly)
	if err := atomicfile.Write(o.out, func(w io.Writer) error { return report.HTML(w, r) }); err != nil {
		return nil, err
	}
	if o.summary != "" {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", o.summary, err)
		}
		if err := atomicfile.WriteBytes(o.summary, append(text, '\n')); err != nil {
			return nil, err
		}
	}
	return reportResult{o.out, orNull(o.summary), r}, nil
}

// Text is what a pipeline ends with: what was chosen, and the networks side by
// side.
func (r reportResult) Text(w io.Writer) error {
	if s := report.Headline(r.Report); s != "" {
		fmt.Fprintf(w, "%s\n\n", s)
	}
	if len(r.Networks) > 0 {
		if n := r.Networks[0]; len(n.Blocks) > 0 {
			fmt.Fprintf(w, "%s:\n", n.Name)
			if err := card.BlockTable(n.Blocks).WriteText(w); err != nil {
				return err
			}
			fmt.Fprintln(w)
		}
		if err := report.Compare(r.Networks).WriteText(w); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	return writeFacts(w, fact{"report", r.Path})
}
