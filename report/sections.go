package report

import (
	"fmt"
	"math"
	"slices"

	"fbnas/card"
	"fbnas/internal/text"
)

// compared are the rows of the table that compares networks.
var compared = []struct {
	name  string
	value func(Network) string
}{
	{"top-1 accuracy", func(n Network) string {
		return train(n, func(t *Train) string { return text.Known(t.Top1, text.Percent) })
	}},
	{"top-1 accuracy of the exported file", func(n Network) string {
		return export(n, func(e *Export) string { return text.Known(e.Top1, text.Percent) })
	}},
	{"latency, measured", func(n Network) string {
		return bench(n, func(b *Bench) string { return text.Known(b.LatencyUS, text.Latency) })
	}},
	{"latency, predicted", func(n Network) string { return text.Known(n.predicted(), text.Latency) }},
	{"measured against predicted", func(n Network) string {
		return bench(n, func(b *Bench) string {
			return text.Known(b.LatencyUS, func(us float64) string { return text.Change(us, n.predicted()) })
		})
	}},
	{"limit", func(n Network) string {
		return bench(n, func(b *Bench) string { return text.Known(b.TargetUS, text.Latency) })
	}},
	{"measured against the limit", func(n Network) string {
		return bench(n, func(b *Bench) string {
			return text.Known(b.LatencyUS, func(us float64) string { return text.Change(us, b.TargetUS) })
		})
	}},
	{"latency as timed, not normalised", func(n Network) string {
		return bench(n, func(b *Bench) string { return text.Known(b.RawUS, text.Latency) })
	}},
	{"as a multiple of the sentinel's", func(n Network) string {
		return bench(n, func(b *Bench) string {
			return text.Known(b.SentinelRatio, func(x float64) string { return fmt.Sprintf("%.3f", x) })
		})
	}},
	{"MACs", func(n Network) string { return text.Known(n.MACs, text.Count) }},
	{"parameters", func(n Network) string { return text.Known(n.Params, text.Count) }},
	{"exported file", func(n Network) string {
		return export(n, func(e *Export) string { return text.Known(e.Bytes, text.Bytes) })
	}},
	{"largest difference of a logit after export", func(n Network) string {
		return export(n, func(e *Export) string { return difference(e.ParityDiff, e.ParityInputs) })
	}},
	{"images compared for it", func(n Network) string {
		return export(n, func(e *Export) string { return text.Known(e.ParityInputs, text.Grouped) })
	}},
	{"largest difference of a logit of the int8 file", func(n Network) string {
		return export(n, func(e *Export) string { return difference(e.Int8Diff, e.Int8Inputs) })
	}},
	{"inputs compared for it", func(n Network) string {
		return export(n, func(e *Export) string { return text.Known(e.Int8Inputs, text.Grouped) })
	}},
	{"training", func(n Network) string {
		return train(n, func(t *Train) string { return text.Known(t.Seconds, text.Seconds) })
	}},
	{"epochs", func(n Network) string {
		return train(n, func(t *Train) string { return text.Known(t.Epochs, text.Grouped) })
	}},
}

// difference is a difference measured on this number of inputs; it may be 0.
func difference(diff float64, inputs int) string {
	return text.Known(inputs, func(int) string { return fmt.Sprintf("%.1e", diff) })
}

func train(n Network, f func(*Train) string) string   { return ifAny(n.Train, f) }
func bench(n Network, f func(*Bench) string) string   { return ifAny(n.Bench, f) }
func export(n Network, f func(*Export) string) string { return ifAny(n.Export, f) }

func ifAny[T any](x *T, f func(*T) string) string {
	if x == nil {
		return text.Absent
	}
	return f(x)
}

// Compare returns the table that compares networks, without the rows
// that are unknown for all of them.
func Compare(networks []Network) *text.Table {
	t := text.NewTable(text.Left(""))
	for _, n := range networks {
		t.Columns = append(t.Columns, text.Right(n.Name))
	}
	for _, row := range compared {
		cells := []string{row.name}
		for _, n := range networks {
			cells = append(cells, row.value(n))
		}
		if slices.ContainsFunc(cells[1:], func(c string) bool { return c != text.Absent }) {
			t.Row(cells...)
		}
	}
	return t
}

func resultSection(r Report) *section {
	t := Compare(r.Networks)
	if len(t.Rows) == 0 {
		return nil
	}
	s := &section{ID: "result", Title: "Result", Tables: []captioned{{Table: t}}}
	var groups []Line
	for _, n := range r.Networks {
		if n.Train != nil && n.Train.Top1 > 0 && n.latency() > 0 {
			groups = append(groups, Line{n.Name, []Point{{n.latency(), n.Train.Top1}}})
		}
	}
	if len(groups) > 1 {
		s.draw("Accuracy over latency: up and to the left is better.", ParetoPlot(target(r), groups...), false)
	}
	return s
}

func networkSection(r Report) *section {
	s := &section{ID: "architecture", Title: "Architecture"}
	for i, n := range r.Networks {
		if len(n.Blocks) > 0 {
			s.Tables = append(s.Tables, captioned{capital(n.Name), i > 0, card.BlockTable(n.Blocks)})
		}
	}
	if len(s.Tables) == 0 && r.Search != nil {
		for _, res := range r.Search.Results {
			if len(res.Blocks) > 0 {
				s.Tables = append(s.Tables, captioned{"For " + text.Latency(res.Target), false, card.BlockTable(res.Blocks)})
			}
		}
	}
	if len(s.Tables) == 0 {
		return nil
	}
	return s
}

func trainSection(r Report) *section {
	s := &section{ID: "training", Title: "Training"}
	var loss, accuracy []Line
	for _, n := range r.Networks {
		if n.Train != nil {
			loss = append(loss, Line{n.Name, n.Train.Loss})
			accuracy = append(accuracy, Line{n.Name, n.Train.Accuracy})
		}
	}
	s.draw("Loss on training batches, smoothed.", LossPlot(loss...), false)
	s.draw("Accuracy on training batches, smoothed.", AccuracyPlot(accuracy...), false)
	if len(s.Figures) == 0 {
		return nil
	}
	return s
}

func stageSection(r Report) *section {
	if len(r.Stages) == 0 {
		return nil
	}
	t := text.NewTable(text.Left("stage"), text.Right("time"), text.Right("share"))
	total := 0.
	for _, st := range r.Stages {
		total += st.Seconds
	}
	for _, st := range r.Stages {
		t.Row(st.Name, text.Seconds(st.Seconds), text.Percent(st.Seconds/math.Max(total, 1e-9)))
	}
	t.Row("sum", text.Seconds(total), text.Percent(1))
	return &section{ID: "time", Title: "Time", Tables: []captioned{{Table: t}}}
}

func settingsSection(r Report) *section {
	if len(r.Settings) == 0 {
		return nil
	}
	return &section{ID: "settings", Title: "Settings", Files: r.Settings}
}
