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
	out.Facts.Add("space", s.Space)
	out.Facts.Add("architectures", text.Known(s.Log10Architectures, func(x float64) string { return fmt.Sprintf("10^%.1f", x) }))
	if s.LargestUS > 0 {
		out.Facts.Add("possible latencies", text.Latency(s.SmallestUS)+" to "+text.Latency(s.LargestUS))
	}
	if s.Certainty != nil {
		out.Facts.Add("predictions", s.Certainty.String())
	}
	out.Facts.Add("choices", text.Known(len(s.Choices), text.Grouped))
	out.Facts.Add("epochs", text.Known(s.Epochs, text.Grouped))
	out.Facts.Add("time", text.Known(s.Seconds, text.Seconds))
	out.Facts.Add("seed", fmt.Sprint(s.Seed))
	out.Warning = strings.Join(s.Warnings, " · ")
	if t := ResultTable(s.Results); len(t.Rows) > 0 {
		out.Tables = append(out.Tables, captioned{Table: t})
	}
	goal := 0.
	if len(s.Results) == 1 {
		goal = s.Results[0].Target
	}
	out.draw("Expected latency of a network drawn from the choices, and the limit that the search followed.", LatencyPlot(s.Expected, s.Limit, goal), false)
	out.draw("Loss: weight steps and choice steps see different images.", LossPlot(Line{"weight steps", s.Loss}, Line{"choice steps", s.ChoiceLoss}), false)
	out.draw("Accuracy of the supernet on training batches.", AccuracyPlot(Line{"supernet", s.Accuracy}), false)
	out.draw("Temperature: when it is high, all options are drawn about equally often; when it is low, almost only the best is.", TemperaturePlot(s.Temperature), false)
	points := 0
	for _, c := range s.Choices {
		points += len(c.Options)
	}
	for _, c := range s.Choices {
		out.draw(c.Name+" "+c.leader(), ChoicePlot(c.thin(max(12, min(60, choicePoints/max(1, points))))), true)
	}
	return out
}

// ResultTable returns the networks that a search derived, one target per row.
func ResultTable(results []Result) *text.Table {
	t := text.NewTable(text.Right("target"), text.Right("limit with margin"), text.Right("predicted"), text.Right("error ±"), text.Right("rows predicted"), text.Right("of the target"), text.Right("MACs"), text.Right("parameters"), text.Left("architecture"))
	for _, r := range results {
		share := text.Absent
		if r.Target > 0 {
			share = text.Percent(r.Cost / r.Target)
		}
		t.Row(text.Latency(r.Target), text.Known(r.Limit, text.Latency), text.Latency(r.Cost), text.Known(orZero(r.Error), text.Latency),
			text.PredictedRows(r.PredictedRows, r.Rows, r.PredictedCost), share, text.Known(r.MACs, text.Count), text.Known(r.Params, text.Count), r.File)
	}
	return t
}

// leader names the option with the highest probability at the end.
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
		out.Warning = "This table is marked noisy: " + why + ". Its figures are less certain than their spread suggests."
	}
	out.Facts.Add("file", t.Path)
	out.Facts.Add("device", t.Device)
	out.Facts.Add("condition", t.Condition)
	out.Facts.Add("space", t.Space)
	out.Facts.Add("blocks measured", text.Known(t.Rows, text.Grouped))
	out.Facts.Add("blocks that failed", text.Known(t.Failed, text.Grouped))
	v := t.Validation
	if v == nil {
		out.Lead = "How well this table predicts whole networks has not been measured."
		if c := t.Certainty; c.Origin == lut.LeaveOneOut {
			out.Lead = fmt.Sprintf("This table was not validated: its errors are those of %d networks, each predicted by a calibration without it.", c.Networks)
			out.Facts.Add("mean error", text.Percent(c.MeanError))
			out.Facts.Add("95th percentile", text.Known(c.P95Error, text.Percent))
			out.Facts.Add("largest error", text.Percent(c.MaxError))
		}
		out.draw("Latency of blocks over their width.", StaircasePlot(t.Families...), false)
		return out
	}
	out.Lead = fmt.Sprintf("Predictions of %d whole networks, none of them used in the calibration, against their measured latency.", v.N)
	out.Facts.Add("mean error", text.Percent(v.MAPE))
	out.Facts.Add("bias", fmt.Sprintf("%+.1f %%", 100*v.Bias))
	out.Facts.Add("95th percentile", text.Known(v.P95Error, text.Percent))
	out.Facts.Add("largest error", text.Percent(v.MaxError))
	out.Facts.Add("within 5 %", text.Percent(v.Within5))
	out.Facts.Add("within 10 %", text.Percent(v.Within10))
	out.Facts.Add("rank correlation", fmt.Sprintf("%.3f", v.Spearman))
	pairs := make([]Point, len(v.Pairs))
	for i, p := range v.Pairs {
		pairs[i] = Point{p.PredictedUS, p.MeasuredUS}
	}
	out.draw("Measured against predicted latency of whole networks.", ValidationPlot(pairs), false)
	out.draw("Latency of blocks over their width.", StaircasePlot(t.Families...), false)
	return out
}
