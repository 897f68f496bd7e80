package report

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg/draw"

	"fbnas/internal/text"
)

// The plots return an SVG element, "" if there is nothing to draw. They
// draw all points; Thin shortens long curves.

// LossPlot draws cross-entropy over steps, the running mean on top.
func LossPlot(curves ...Line) string {
	c := newChart("Loss over the steps", "step", "cross-entropy")
	c.noisy(curves, 1)
	return c.svg()
}

// AccuracyPlot draws accuracies, as fractions, over steps.
func AccuracyPlot(curves ...Line) string {
	c := newChart("Accuracy over the steps", "step", "top-1, %")
	c.noisy(curves, 100)
	return c.svg()
}

// TemperaturePlot draws the temperature of the Gumbel softmax over steps.
func TemperaturePlot(points []Point) string {
	c := newChart("Temperature over the steps", "step", "temperature of the choices")
	c.line(Line{"Gumbel softmax", points}, solid(colors[0]))
	return c.svg()
}

// LatencyPlot draws the expected latency of a search over steps, in µs, the
// limit that it followed, and the target: the limit's last value.
func LatencyPlot(expected, limit []Point, targetUS float64) string {
	unit := text.LatencyUnit(math.Max(targetUS, highest(expected, limit)))
	c := newChart("Expected latency against the limit", "step", "latency, "+unit.Name)
	c.line(Line{"expected", times(expected, 1/unit.Worth)}, solid(colors[0]))
	c.line(Line{"limit", times(limit, 1/unit.Worth)}, draw.LineStyle{Color: colors[1], Width: 1.75})
	if c.drawn && targetUS > 0 {
		y := targetUS / unit.Worth
		c.line(Line{"target " + text.Latency(targetUS), []Point{{c.plot.X.Min, y}, {c.plot.X.Max, y}}},
			draw.LineStyle{Color: ink, Width: 1.25, Dashes: dashed})
		c.plot.Y.Min = 0
	}
	return c.svg()
}

// ChoicePlot draws the probabilities of a choice's options over steps, stacked,
// the first option at the bottom: small, to be placed beside others.
func ChoicePlot(choice Choice) string {
	c := newChart("Probabilities of "+choice.Name, "step", "")
	c.shrink()
	var below []Point
	for i, o := range choice.Options {
		above := make([]Point, len(o.Probability))
		for j, p := range o.Probability {
			above[j] = p
			if j < len(below) {
				above[j].Y += below[j].Y
			}
		}
		if below == nil {
			below = times(above, 0)
		}
		c.area(o.Label, below, above, shade(i, len(choice.Options)))
		below = above
	}
	c.plot.Y.Min, c.plot.Y.Max = 0, 1
	c.plot.Y.Tick.Marker = ticks{2}
	return c.svg()
}

// ValidationPlot draws measured over predicted latencies, in µs: X is the
// prediction. The band is 5 % on either side of equality.
func ValidationPlot(networks []Point) string {
	low, high := math.Inf(1), 0.
	for _, p := range networks {
		low, high = min(low, p.X, p.Y), max(high, p.X, p.Y)
	}
	unit := text.LatencyUnit(high)
	low, high = 0.9*low/unit.Worth, 1.05*high/unit.Worth
	c := newChart("Measured against predicted latency", "predicted, "+unit.Name, "measured, "+unit.Name)
	c.width, c.height = 420, 360
	if len(networks) > 0 {
		c.area("±5 %", []Point{{low, 0.95 * low}, {high, 0.95 * high}}, []Point{{low, 1.05 * low}, {high, 1.05 * high}},
			color.NRGBA{colors[0].R, colors[0].G, colors[0].B, 0x30})
		c.line(Line{"equal", []Point{{low, low}, {high, high}}}, draw.LineStyle{Color: grey, Width: 1, Dashes: dashed})
	}
	scaled := make([]Point, len(networks))
	for i, p := range networks {
		scaled[i] = Point{p.X / unit.Worth, p.Y / unit.Worth}
	}
	c.dots(Line{"a network", scaled}, colors[0])
	x, y := &c.plot.X, &c.plot.Y
	x.Min, x.Max = min(x.Min, y.Min), max(x.Max, y.Max)
	round(x)
	y.Min, y.Max = x.Min, x.Max
	return c.svg()
}

// StaircasePlot draws the latency of blocks, in µs, over their width: one line
// for each family of blocks that differ in nothing else.
func StaircasePlot(families ...Line) string {
	c := newChart("Latency over width", "channels", "latency, µs")
	for i, f := range families {
		color := shade(i, len(families))
		c.line(f, solid(color))
		c.dots(Line{Points: f.Points}, color)
	}
	return c.svg()
}

// ParetoPlot draws accuracy, as a fraction, over latency in µs, a colour for
// each group of networks; there is no target line if the target is 0.
func ParetoPlot(targetUS float64, groups ...Line) string {
	top := targetUS
	for _, g := range groups {
		for _, p := range g.Points {
			top = max(top, p.X)
		}
	}
	unit := text.LatencyUnit(top)
	c := newChart("Accuracy over latency", "latency, "+unit.Name, "top-1, %")
	for i, g := range groups {
		points := make([]Point, len(g.Points))
		for j, p := range g.Points {
			points[j] = Point{p.X / unit.Worth, 100 * p.Y}
		}
		c.dots(Line{g.Name, points}, colors[i%len(colors)])
	}
	if !c.drawn {
		return ""
	}
	c.plot.X.Min, c.plot.Y.Min = c.plot.X.Min*0.99, c.plot.Y.Min*0.999
	round(&c.plot.Y)
	if targetUS > 0 {
		x := targetUS / unit.Worth
		c.line(Line{"target " + text.Latency(targetUS), []Point{{x, c.plot.Y.Min}, {x, c.plot.Y.Max}}},
			draw.LineStyle{Color: ink, Width: 1.25, Dashes: dashed})
	}
	round(&c.plot.X)
	return c.svg()
}

// noisy draws curves faintly, with their running means on top.
func (c *chart) noisy(curves []Line, factor float64) {
	for i, l := range curves {
		strong := colors[i%len(colors)]
		weak := strong
		weak.A = 0x50
		points := times(l.Points, factor)
		c.line(Line{Points: points}, draw.LineStyle{Color: weak, Width: 1})
		c.line(Line{l.Name, smooth(points)}, solid(strong))
	}
}

func solid(c color.Color) draw.LineStyle { return draw.LineStyle{Color: c, Width: 2} }
