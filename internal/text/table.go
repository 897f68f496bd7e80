package text

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// Column is one column of a table. Its name is printed unchanged, so it may
// contain a unit.
type Column struct {
	Name  string
	Right bool // aligned to the right, as numbers are
}

// Left returns a left-aligned column, for words.
func Left(name string) Column { return Column{Name: name} }

// Right returns a right-aligned column, for figures.
func Right(name string) Column { return Column{Name: name, Right: true} }

// Table is a table of short cells without line breaks.
type Table struct {
	Columns []Column
	Rows    [][]string
}

// NewTable returns a table without rows.
func NewTable(columns ...Column) *Table { return &Table{Columns: columns} }

// Row appends a row. It panics if the number of cells differs from that of the
// columns.
func (t *Table) Row(cells ...string) {
	if len(cells) != len(t.Columns) {
		panic(fmt.Sprintf("text: a row of %d cells in a table of %d columns", len(cells), len(t.Columns)))
	}
	t.Rows = append(t.Rows, cells)
}

// rules of the text form: a line under the header, and only two blanks between columns,
// so that columns of figures can be cut out.
var rules = tw.NewSymbolCustom("rules").WithRow("-").WithColumn("  ").WithCenter("  ").
	WithMidLeft("").WithMidRight("").WithHeaderMid("  ")

// WriteText writes the table for a terminal or a log, without colours.
func (t *Table) WriteText(w io.Writer) error {
	var out bytes.Buffer
	err := t.render(&out, renderer.NewBlueprint(tw.Rendition{
		Borders: tw.BorderNone,
		Symbols: rules,
		Settings: tw.Settings{
			Separators: tw.Separators{BetweenColumns: tw.On, BetweenRows: tw.Off},
			Lines:      tw.Lines{ShowHeaderLine: tw.On},
		},
	}), tw.PaddingNone, strings.NewReplacer("\n", " ").Replace)
	if err != nil {
		return err
	}
	for line := range strings.Lines(out.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// WriteMarkdown writes the table in GitHub's Markdown.
func (t *Table) WriteMarkdown(w io.Writer) error {
	return t.render(w, renderer.NewMarkdown(), tw.PaddingDefault, strings.NewReplacer("|", `\|`, "\n", " ").Replace)
}

func (t *Table) render(w io.Writer, r tw.Renderer, padding tw.Padding, escape func(string) string) error {
	names, align := make([]string, len(t.Columns)), make(tw.Alignment, len(t.Columns))
	for i, c := range t.Columns {
		names[i], align[i] = escape(Plain(c.Name)), tw.AlignLeft
		if c.Right {
			align[i] = tw.AlignRight
		}
	}
	// By default, tablewriter turns "p50 µs" into "P 50 ΜS", folds long
	// cells and hides empty columns.
	table := tablewriter.NewTable(w,
		tablewriter.WithRenderer(r),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithAutoHide(tw.Off),
		tablewriter.WithPadding(padding),
		tablewriter.WithAlignment(align),
	)
	table.Header(names)
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = escape(Plain(cell))
		}
		if err := table.Append(cells); err != nil {
			return fmt.Errorf("table: %w", err)
		}
	}
	if err := table.Render(); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	return nil
}
