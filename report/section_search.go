package report

import (
	"cmp"
	"fmt"
	"strings"

	"fbnas/internal/text"
	"fbnas/lut"
)

// choicePoints bounds the points of all small pictures together, so that a
// space of many choices does not make a page of many megabytes.
const choicePoints = 16_000

func searchSection(r Report) *section {
	s := r.Search
	if s == nil {
		return nil
	}
	out := &section{ID: "search", Title: "Search"}
	out.fact("space", s.Space)
	out.fact("architectures", known(s.Log10Architectures, func(x float64) string { return fmt.Sprintf("10^%.1f", x) }))
	if s.LargestUS > 0 {
		out.fact("possible latencies", text.Latency(s.SmallestUS)+" to "+text.Latency(s.LargestUS))
	}
	if s.Certainty != nil {
		out.fact("predictions", s.Certainty.String())
	}
	out.fact("choices", known(len(s.Choices), grouped))
	out.fact("epochs", known(s.Epochs, grouped))
	out.fact("time", known(s.Seconds, text.Seconds))
	out.fact("seed", fmt.Sprint(s.Seed))
	out.Warning = strings.Join(s.Warnings, " · ")
	if t := ResultTable(s.Results); len(t.Rows) > 0 {
		out.Tables = append(out.Tables, captioned{Table: t})
	}
	goal := 0.
	if len(s.Results) == 1 {
		goal = s.Results[0].TargetUS
	}
	out.draw("Expected latency of a network drawn from the choices, and the limit that it was led along.", LatencyPlot(s.Expected, s.Limit, goal), false)
	out.draw("Loss: weight steps and choice steps see different images.", LossPlot(Line{"weight steps", s.Loss}, Line{"choice steps", s.ChoiceLoss}), false)
	out.draw("Accuracy of the supernet on training batches.", AccuracyPlot(Line{"supernet", s.Accuracy}), false)
	out.draw("Temperature: high draws all options alike, low nearly only the best.", TemperaturePlot(s.Temperature), false)
	points := 0
	for _, c := range s.Choices {
		points += len(c.Options)
	}
	for _, c := range s.Choices {
		out.draw(c.Name+" "+c.leader(), ChoicePlot(c.thin(max(12, min(60, choicePoints/max(1, points))))), true)
	}
	return out
}

// ResultTable returns what a search derived, one target a row.
func ResultTable(results []Result) *text.Table {
	t := text.NewTable(text.Right("target"), text.Right("limit with margin"), text.Right("predicted"), text.Right("error ±"), text.Right("rows predicted"), text.Right("of the target"), text.Right("MACs"), text.Right("parameters"), text.Left("architecture"))
	for _, r := range results {
		share := text.Absent
		if r.TargetUS > 0 {
			share = text.Percent(r.PredictedUS / r.TargetUS)
		}
		t.Row(text.Latency(r.TargetUS), known(r.LimitUS, text.Latency), text.Latency(r.PredictedUS), known(r.ErrorUS, text.Latency),
			text.PredictedRows(r.PredictedRows, r.Rows, r.PredictedRowsUS), share, known(r.MACs, text.Count), known(r.Params, text.Count), r.Arch)
	}
	return t
}

// leader says which option is the most probable at the end.
func (c Choice) leader() string {
	best, p := "", 0.
	for _, o := range c.Options {
		if n := len(o.Probability); n > 0 && o.Probability[n-1].Y > p {
			best, p = o.Label, o.Probability[n-1].Y
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("→ %s, %.0f %%", best, 100*p)
}

func (c Choice) thin(n int) Choice {
	out := Choice{Name: c.Name}
	for _, o := range c.Options {
		out.Options = append(out.Options, Option{o.Label, Thin(o.Probability, n)})
	}
	return out
}

func tableSection(r Report) *section {
	t := r.Table
	if t == nil {
		return nil
	}
	out := &section{ID: "latencies", Title: "Latency table"}
	if why := cmp.Or(t.Certainty.Noisy, t.Noisy); why != "" {
		out.Warning = "This table is marked noisy: " + why + ". Its figures are less certain than their spread says."
	}
	out.fact("file", t.Path)
	out.fact("device", t.Device)
	out.fact("condition", t.Condition)
	out.fact("space", t.Space)
	out.fact("blocks measured", known(t.Rows, grouped))
	out.fact("blocks that failed", known(t.Failed, grouped))
	v := t.Validation
	if v == nil {
		out.Lead = "How well this table predicts whole networks has not been measured."
		if c := t.Certainty; c.Origin == lut.LeaveOneOut {
			out.Lead = fmt.Sprintf("This table was not validated: its errors are those at each of %d networks when it is left out of the calibration.", c.Networks)
			out.fact("mean error", text.Percent(c.MeanError))
			out.fact("95th percentile", known(c.P95Error, text.Percent))
			out.fact("largest error", text.Percent(c.MaxError))
		}
		out.draw("Latency of blocks over their width.", StaircasePlot(t.Families...), false)
		return out
	}
	out.Lead = fmt.Sprintf("Predictions of %d whole networks, none of them used in the calibration, against their measured latency.", v.Networks)
	out.fact("mean error", text.Percent(v.MAPE))
	out.fact("bias", fmt.Sprintf("%+.1f %%", 100*v.Bias))
	out.fact("95th percentile", known(v.P95Error, text.Percent))
	out.fact("largest error", text.Percent(v.MaxError))
	out.fact("within 5 %", text.Percent(v.Within5Pct))
	out.fact("within 10 %", text.Percent(v.Within10Pct))
	out.fact("rank correlation", fmt.Sprintf("%.3f", v.Spearman))
	pairs := make([]Point, len(v.Pairs))
	for i, p := range v.Pairs {
		pairs[i] = Point{p.PredictedUS, p.MeasuredUS}
	}
	out.draw("Measured against predicted latency of whole networks.", ValidationPlot(pairs), false)
	out.draw("Latency of blocks over their width.", StaircasePlot(t.Families...), false)
	return out
}
