package main

import (
	"context"
	"image"
	"image/color"
	"io"
	"time"

	"github.com/spf13/cobra"

	"fbnas/dataset"
	"fbnas/internal/atomicfile"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/report"
)

// Examples on the page of a data set.
const (
	exampleSide    = 96 // pixels, of images in folders
	examples       = 4  // of a class
	exampleClasses = 200
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
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) { return showData(ctx, a, args[0], page) })
	return cmd
}

// dataShowResult stands beside data_set, which every document has whose verb
// opened data.
type dataShowResult struct {
	Sizes  dataset.Sizes `json:"sizes"`
	Report *string       `json:"report"`

	summary dataset.Summary
}

func showData(ctx context.Context, a *app, name, page string) (result, error) {
	if page != "" {
		if err := job.CheckPage(page); err != nil {
			return nil, err
		}
	}
	p := dataset.Preprocessing{Channels: 3, Height: exampleSide, Width: exampleSide, Mean: []float32{0, 0, 0}, Std: []float32{1, 1, 1}}
	set, err := job.OpenWith(ctx, a.env, name, p, dataset.Options{Look: true, MaxCorrupt: 1})
	if err != nil {
		return nil, err
	}
	r := dataShowResult{Report: orNull(page), summary: set.Summary}
	if r.Sizes, err = set.Sizes(ctx); err != nil || page == "" {
		return r, err
	}
	d := report.DataSet{Tool: "fbnas " + version, Created: time.Now().Format(time.DateOnly), Summary: set.Summary, Sizes: r.Sizes}
	if d.Examples, err = exampleImages(set); err != nil {
		return nil, err
	}
	return r, atomicfile.Write(page, func(w io.Writer) error { return report.DataSetHTML(w, d) })
}

// exampleImages are the first images of each class, as a network sees them.
func exampleImages(set *dataset.Set) ([][]image.Image, error) {
	all := make([][]image.Image, min(len(set.Classes), exampleClasses))
	shape := set.Train.Shape()
	pixels := make([]float32, shape[0]*shape[1]*shape[2])
	for _, split := range []*dataset.Split{set.Train, set.Test} {
		for i := range split.Len() {
			class := split.Label(i)
			if int(class) >= len(all) || len(all[class]) >= examples {
				continue
			}
			if _, err := split.Image(i, pixels); err != nil {
				return nil, err
			}
			all[class] = append(all[class], colourImage(pixels, shape[2]))
		}
	}
	return all, nil
}

// colourImage is an image of three planes of pixels from 0 to 1.
func colourImage(planes []float32, width int) image.Image {
	plane := len(planes) / 3
	img := image.NewRGBA(image.Rect(0, 0, width, plane/width))
	for i := range plane {
		at := func(channel int) uint8 { return uint8(planes[channel*plane+i]*255 + 0.5) }
		img.SetRGBA(i%width, i/width, color.RGBA{at(0), at(1), at(2), 255})
	}
	return img
}

func (r dataShowResult) Text(w io.Writer) error {
	var facts []fact
	for _, f := range report.DataSetFacts(r.summary, r.Sizes) {
		facts = append(facts, fact{f[0], f[1]})
	}
	if r.Report != nil {
		facts = append(facts, fact{"report", *r.Report})
	}
	if err := writeFacts(w, facts...); err != nil {
		return err
	}
	for _, t := range []*text.Table{report.Classes(r.summary), report.LeftOut(r.summary)} {
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
