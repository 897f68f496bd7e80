package main

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"fbnas/internal/atomicfile"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/report"
)

func dataVerb(a *app) *cobra.Command {
	return group("data", "Look at a data set", dataShowVerb(a))
}

func dataShowVerb(a *app) *cobra.Command {
	var page string
	cmd := &cobra.Command{
		Use:   "show DATA",
		Short: "Show what a data set is understood to be: classes, counts, sizes, what is left out",
		Long: "Read a data set as a training would, and show its classes, how many images train and\n" +
			"test, where they come from, how large they are, and what is left out and why. With\n" +
			"--report some images of each class are shown, too. Nothing is changed.",
		Example: "  fbnas data show photos/\n" +
			"  fbnas data show photos/ --report photos.html\n" +
			"  fbnas data show fashion-mnist --json",
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&page, "report", "", "also write a page with examples to this HTML `file`")
	cmd.RunE = a.action(func(ctx context.Context, args []string) (result, error) {
		r, err := showData(ctx, a, args[0], page)
		return view(r, dataText), err
	})
	return cmd
}

func showData(ctx context.Context, a *app, name, page string) (*job.DataResult, error) {
	if page != "" {
		if err := job.CheckPage(page); err != nil {
			return nil, err
		}
	}
	r, err := job.ShowData(ctx, a.env, name, page != "")
	if err != nil || page == "" {
		return r, err
	}
	r.Report = &page
	d := report.DataSet{Tool: a.env.Tool, Created: time.Now().Format(time.DateOnly), Summary: r.Summary, Sizes: r.Sizes, Examples: r.Examples}
	return r, atomicfile.Write(page, func(w io.Writer) error { return report.DataSetHTML(w, d) })
}

func dataText(w io.Writer, r *job.DataResult) error {
	var facts []fact
	for _, f := range report.DataSetFacts(r.Summary, r.Sizes) {
		facts = append(facts, fact{f[0], f[1]})
	}
	if r.Report != nil {
		facts = append(facts, fact{"report", *r.Report})
	}
	if err := writeFacts(w, facts...); err != nil {
		return err
	}
	for _, t := range []*text.Table{report.Classes(r.Summary), report.LeftOut(r.Summary)} {
		if len(t.Rows) == 0 {
			continue
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		if err := t.WriteText(w); err != nil {
			return err
		}
	}
	return nil
}
