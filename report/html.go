package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"fbnas/internal/text"
)

//go:embed page.html
var pageText string

//go:embed style.css
var styleText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// section is one part of a page.
type section struct {
	ID, Title string
	Lead      string // a sentence or two
	Warning   string
	Facts     text.Facts
	Figures   []figure
	Tables    []captioned
	Files     []File
}

// figure is a picture; small ones are placed side by side.
type figure struct {
	Caption string
	SVG     template.HTML
	Small   bool
}

// captioned is a table with its title; a folded one opens on a click.
type captioned struct {
	Caption string
	Folded  bool
	Table   *text.Table
}

// HTML writes r as one page that loads nothing: it contains styles and pictures,
// and no scripts. Missing parts of r are left out.
func HTML(w io.Writer, r Report) error {
	title := r.Title
	if title == "" {
		title = "fbnas report"
	}
	p := htmlPage{Title: title, Headline: Headline(r), Origin: origin(r)}
	for _, build := range []func(Report) *section{
		resultSection, networkSection, searchSection, trainSection, tableSection, stageSection, settingsSection,
	} {
		if s := build(r); s != nil {
			p.Sections = append(p.Sections, *s)
		}
	}
	return writePage(w, p)
}

// htmlPage is the data of page.html.
type htmlPage struct {
	Title, Headline, Origin string
	Style                   template.CSS
	Sections                []section
}

func writePage(w io.Writer, p htmlPage) error {
	p.Style = template.CSS(styleText)
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func origin(r Report) string {
	switch {
	case r.Tool == "" && r.Created == "":
		return ""
	case r.Tool == "":
		return r.Created
	case r.Created == "":
		return "Written by " + r.Tool
	}
	return "Written by " + r.Tool + ", " + r.Created
}

// draw adds a picture unless it is empty.
func (s *section) draw(caption, svg string, small bool) {
	if svg != "" {
		// The plots escape their texts.
		s.Figures = append(s.Figures, figure{caption, template.HTML(svg), small})
	}
}
