package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/png"
	"io"
	"strings"

	"fbnas/dataset"
	"fbnas/internal/text"
)

// DataSet is the content of the page of a data set.
type DataSet struct {
	Tool, Created string
	Summary       dataset.Summary
	Sizes         dataset.Sizes
	Examples      [][]image.Image // of each class
}

// DataSetHTML writes d as one page that loads nothing.
func DataSetHTML(w io.Writer, d DataSet) error {
	s := d.Summary
	sections := []section{{
		ID: "data", Title: "What was read", Warning: strings.Join(s.Warnings, " · "),
		Tables: []captioned{{Table: Classes(s)}},
	}}
	read := &sections[0]
	for _, f := range DataSetFacts(s, d.Sizes) {
		read.Facts.Add(f[0], f[1])
	}
	if len(s.LeftOut) > 0 {
		read.Tables = append(read.Tables, captioned{Caption: "Left out", Table: LeftOut(s)})
	}
	examples := section{ID: "examples", Title: "Examples", Lead: "Images of each class as they are read: upright, brought to one size, and cropped."}
	for class, images := range d.Examples {
		if err := examples.show(s.Classes[class].Name, images); err != nil {
			return err
		}
	}
	if examples.Figures != nil {
		sections = append(sections, examples)
	}
	return writePage(w, htmlPage{Title: "Data set " + s.Data, Origin: origin(Report{Tool: d.Tool, Created: d.Created}), Sections: sections})
}

// show adds pictures.
func (s *section) show(caption string, images []image.Image) error {
	var html strings.Builder
	for _, img := range images {
		var file bytes.Buffer
		if err := png.Encode(&file, img); err != nil {
			return fmt.Errorf("report: %w", err)
		}
		fmt.Fprintf(&html, `<img alt="" src="data:image/png;base64,%s"/> `, base64.StdEncoding.EncodeToString(file.Bytes()))
	}
	if html.Len() > 0 {
		s.Figures = append(s.Figures, figure{caption, template.HTML(html.String()), true})
	}
	return nil
}

// Classes counts the images of each class.
func Classes(s dataset.Summary) *text.Table {
	t := text.NewTable(text.Left("class"), text.Right("training images"), text.Right("test images"))
	for _, c := range s.Classes {
		t.Row(c.Name, text.Grouped(c.Train), text.Grouped(c.Test))
	}
	return t
}

// LeftOut lists the unused files of a data set.
func LeftOut(s dataset.Summary) *text.Table {
	t := text.NewTable(text.Right("left out"), text.Left("why"), text.Left("such as"))
	for _, o := range s.LeftOut {
		t.Row(text.Grouped(o.Count), o.Reason, strings.Join(o.First, ", "))
	}
	return t
}

// DataSetFacts are names and values.
func DataSetFacts(s dataset.Summary, sizes dataset.Sizes) [][2]string {
	facts := [][2]string{{"data", s.Data}, {"kind", s.Kind}, {"classes", text.Grouped(len(s.Classes))}}
	for _, p := range []struct {
		name string
		part dataset.PartSummary
	}{{"training images", s.Train}, {"validation images", s.Validation}, {"test images", s.Test}} {
		if p.part.Images == 0 {
			continue
		}
		value := text.Grouped(p.part.Images)
		if p.part.From != "" {
			value += ", " + p.part.From
		}
		facts = append(facts, [2]string{p.name, value})
	}
	small, middle, large := sizes.Smallest, sizes.Median, sizes.Largest
	size := fmt.Sprintf("%d×%d", middle.Width, middle.Height)
	if small != large {
		size = fmt.Sprintf("%d×%d to %d×%d pixels, in the middle %s", small.Width, small.Height, large.Width, large.Height, size)
	}
	return append(facts, [2]string{"sizes", size})
}
