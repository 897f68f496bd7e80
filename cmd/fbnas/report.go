package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/card"
	"fbnas/report"
)

func reportVerb(a *app) *cobra.Command {
	var o report.Options
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
	f.StringVarP(&o.Page, "output", "o", "report.html", "the HTML `file` to write")
	f.StringVar(&o.Summary, "summary", "", "also write all figures as JSON to this `file`")
	f.StringVar(&o.Title, "title", "", "of the page")
	cmd.RunE = a.action(func(_ context.Context, args []string) (result, error) {
		o.Paths = args
		r, err := report.Publish(a.env, o)
		return view(r, reportText), err
	})
	return cmd
}

// reportText is the end of a pipeline's output: what was chosen, and the networks
// side by side.
func reportText(w io.Writer, r *report.Published) error {
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
