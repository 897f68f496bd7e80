package report

import (
	"image/color"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// key is one entry of the rows above a chart; the first is the axis's name.
type key struct {
	name string
	draw.LineStyle
	dot bool
}

func (c *chart) style() text.Style {
	s := c.plot.X.Label.TextStyle
	s.XAlign, s.YAlign = draw.XLeft, draw.YBottom
	return s
}

// reach is the width of an entry, including the gap after it.
func (c *chart) reach(k key) vg.Length {
	w := c.style().Width(k.name) + c.gap
	if k.Color != nil {
		w += c.swatch + 4
	}
	return w
}

// rows breaks the names into rows as wide as the chart.
func (c *chart) rows() [][]key {
	var rows [][]key
	var x vg.Length
	for i, k := range c.names {
		if i == 0 || x+c.reach(k) > c.width+c.gap {
			rows, x = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], k)
		x += c.reach(k)
	}
	return rows
}

func (c *chart) drawRow(dc draw.Canvas, row []key, y vg.Length) {
	var x vg.Length
	for _, k := range row {
		at := x
		switch {
		case k.dot:
			dc.DrawGlyph(dot(k.Color), vg.Point{X: x + c.swatch/2, Y: y + 4})
			at += c.swatch + 4
		case k.Color != nil:
			dc.StrokeLine2(k.LineStyle, x, y+4, x+c.swatch, y+4)
			at += c.swatch + 4
		}
		dc.FillText(c.style(), vg.Point{X: at, Y: y}, k.name)
		x += c.reach(k)
	}
}

func dot(fill color.Color) draw.GlyphStyle {
	return draw.GlyphStyle{Color: fill, Radius: 3.5, Shape: draw.CircleGlyph{}}
}
