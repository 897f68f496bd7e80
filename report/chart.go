package report

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"math"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Point is one point of a curve.
type Point struct{ X, Y float64 }

// Line is a named curve, or a named group of points.
type Line struct {
	Name   string
	Points []Point
}

// The colours can be distinguished on white, on black and by colour-blind readers. Ink
// becomes the colour of the text around the picture.
var (
	ink    = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	grey   = color.NRGBA{0x80, 0x80, 0x80, 0xff}
	faint  = color.NRGBA{0x80, 0x80, 0x80, 0x40}
	colors = []color.NRGBA{{0x3b, 0x78, 0xc4, 0xff}, {0xe0, 0x82, 0x1f, 0xff}, {0x2a, 0x9d, 0x76, 0xff}, {0xc2, 0x4f, 0x8b, 0xff}}

	// ramp colours options in their order, the smallest first.
	ramp = []color.NRGBA{{0x2f, 0x5d, 0x9a, 0xff}, {0x45, 0xa8, 0x9a, 0xff}, {0xf2, 0xc1, 0x4e, 0xff}}

	dashed = []vg.Length{5, 3}
)

// The sizes match the page's text if a picture has the width that the
// page gives it.
const (
	wide, tall   = 480, 240
	small, short = 230, 150 // of one picture in a row of several
	textSize     = 12
	rowHeight    = 18
)

// chart is a plot whose vertical axis and curves are named in rows above it,
// where they hide no data.
type chart struct {
	plot          *plot.Plot
	about         string // the text for screen readers
	width, height vg.Length
	gap, swatch   vg.Length // the gap between two names above the plot, and the length of the sample beside a name
	names         []key
	drawn         bool // a curve, an area or dots were added
}

func newChart(about, x, y string) *chart {
	p := plot.New()
	p.BackgroundColor = color.Transparent
	style := text.Style{Color: ink, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: textSize}, Handler: p.TextHandler}
	p.X.Label.Text, p.X.Label.Padding = x, 3
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		for _, s := range []*text.Style{&a.Label.TextStyle, &a.Tick.Label} {
			align := *s
			*s = style
			s.XAlign, s.YAlign = align.XAlign, align.YAlign
		}
		a.Tick.Length, a.Tick.Width, a.Padding = 0, 0, 4
		a.Color, a.Width = faint, 0
		a.Tick.Marker = ticks{5}
	}
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	grid.Horizontal = draw.LineStyle{Color: faint, Width: 0.75}
	p.Add(grid)
	return &chart{plot: p, about: about, width: wide, height: tall, gap: 14, swatch: 16, names: []key{{name: y}}}
}

// shrink makes the chart small, without a name of the vertical axis.
func (c *chart) shrink() {
	c.width, c.height, c.gap, c.swatch, c.names = small, short, 8, 9, nil
	c.plot.X.Tick.Marker = ticks{3}
}

// line adds a curve; one without a name does not appear in the rows above the plot.
func (c *chart) line(l Line, look draw.LineStyle) {
	xys := finite(l.Points)
	if len(xys) == 0 {
		return
	}
	c.drawn = true
	c.plot.Add(&plotter.Line{XYs: xys, LineStyle: look})
	if l.Name != "" {
		c.names = append(c.names, key{name: l.Name, LineStyle: look})
	}
}

// area fills the space between two curves over the same steps.
func (c *chart) area(name string, lower, upper []Point, fill color.Color) {
	below, above := finite(lower), finite(upper)
	if len(above) == 0 {
		return
	}
	for i := len(below) - 1; i >= 0; i-- {
		above = append(above, below[i])
	}
	c.drawn = true
	c.plot.Add(&plotter.Polygon{XYs: []plotter.XYs{above}, Color: fill})
	if name != "" {
		c.names = append(c.names, key{name: name, LineStyle: draw.LineStyle{Color: fill, Width: 8}})
	}
}

// dots adds a group of points.
func (c *chart) dots(l Line, fill color.Color) {
	xys := finite(l.Points)
	if len(xys) == 0 {
		return
	}
	c.drawn = true
	c.plot.Add(&plotter.Scatter{XYs: xys, GlyphStyle: dot(fill)})
	if l.Name != "" {
		c.names = append(c.names, key{name: l.Name, LineStyle: draw.LineStyle{Color: fill}, dot: true})
	}
}

// svg returns the picture as an <svg> element that scales with its container
// and takes its text colour from it, "" for an empty chart.
func (c *chart) svg() string {
	if !c.drawn {
		return ""
	}
	round(&c.plot.Y)
	rows := c.rows()
	height := c.height + vg.Length(len(rows)-1)*rowHeight
	canvas := vgsvg.New(c.width, height)
	dc := draw.New(canvas)
	for i, row := range rows {
		c.drawRow(dc, row, height-vg.Length(i+1)*rowHeight+4)
	}
	// The margin on the right is half the last number below the plot.
	c.plot.Draw(draw.Crop(dc, 0, -8, 0, -vg.Length(len(rows))*rowHeight-4))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		panic(fmt.Sprintf("report: a buffer refused to be written: %v", err))
	}
	return c.page(out.String(), height)
}

// round widens an axis to round numbers at both ends.
func round(a *plot.Axis) {
	if a.Min == a.Max {
		a.Min, a.Max = a.Min-math.Abs(a.Min)/10-1e-9, a.Max+math.Abs(a.Max)/10+1e-9
	}
	// The wider range may have a wider step, whose marks lie further out.
	for range 3 {
		step := ticks{5}.step(a.Min, a.Max)
		a.Min, a.Max = math.Floor(a.Min/step+1e-9)*step, math.Ceil(a.Max/step-1e-9)*step
	}
}

var (
	head   = regexp.MustCompile(`(?s)^.*?<svg[^>]*>`)
	inkCSS = fmt.Sprintf("#%02X%02X%02X", ink.R, ink.G, ink.B)
)

// page turns gonum/plot's SVG file into an element of a page.
func (c *chart) page(svg string, height vg.Length) string {
	svg = head.ReplaceAllLiteralString(svg, fmt.Sprintf(
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" role="img"><title>%s</title>`,
		c.width.Points(), height.Points(), html.EscapeString(c.about)))
	return strings.TrimSpace(strings.NewReplacer(
		inkCSS, "currentColor",
		"font-family:Liberation Sans", "font-family:'Liberation Sans',Arial,Helvetica,sans-serif",
		";font-variant:normal;font-weight:normal;font-style:normal", "",
	).Replace(svg))
}

// finite leaves out points that cannot be drawn: NaN, infinities, and values so large
// that the rest would become a line.
func finite(points []Point) plotter.XYs {
	var xys plotter.XYs
	for _, p := range points {
		if math.Abs(p.X) < 1e15 && math.Abs(p.Y) < 1e15 {
			xys = append(xys, plotter.XY{X: p.X, Y: p.Y})
		}
	}
	return xys
}
