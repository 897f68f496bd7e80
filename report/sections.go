package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"fbnas/internal/text"
)

// compared are the rows of the table that puts networks side by side.
var compared = []struct {
	name  string
	value func(Network) string
}{
	{"top-1 accuracy", func(n Network) string { return train(n, func(t *Train) string { return known(t.Top1, text.Percent) }) }},
	{"top-1 accuracy of the exported file", func(n Network) string {
		return export(n, func(e *Export) string { return known(e.Top1, text.Percent) })
	}},
	{"latency, measured", func(n Network) string {
		return bench(n, func(b *Bench) string { return known(b.LatencyUS, text.Latency) })
	}},
	{"latency, predicted", func(n Network) string { return known(n.predicted(), text.Latency) }},
	{"measured against predicted", func(n Network) string {
		return bench(n, func(b *Bench) string {
			return known(b.LatencyUS, func(us float64) string { return text.Change(us, n.predicted()) })
		})
	}},
	{"limit", func(n Network) string {
		return bench(n, func(b *Bench) string { return known(b.TargetUS, text.Latency) })
	}},
	{"measured against the limit", func(n Network) string {
		return bench(n, func(b *Bench) string {
			return known(b.LatencyUS, func(us float64) string { return text.Change(us, b.TargetUS) })
		})
	}},
	{"latency as timed, not normalised", func(n Network) string { return bench(n, func(b *Bench) string { return known(b.RawUS, text.Latency) }) }},
	{"as a multiple of the sentinel's", func(n Network) string {
		return bench(n, func(b *Bench) string {
			return known(b.SentinelRatio, func(x float64) string { return fmt.Sprintf("%.3f", x) })
		})
	}},
	{"MACs", func(n Network) string { return known(n.MACs, text.Count) }},
	{"parameters", func(n Network) string { return known(n.Params, text.Count) }},
	{"exported file", func(n Network) string { return export(n, func(e *Export) string { return known(e.Bytes, text.Bytes) }) }},
	{"largest difference of a logit after export", func(n Network) string {
		return export(n, func(e *Export) string { return fmt.Sprintf("%.1e", e.ParityDiff) })
	}},
	{"images compared for it", func(n Network) string {
		return export(n, func(e *Export) string { return known(e.ParityInputs, grouped) })
	}},
	{"training", func(n Network) string {
		return train(n, func(t *Train) string { return known(t.Seconds, text.Seconds) })
	}},
	{"epochs", func(n Network) string { return train(n, func(t *Train) string { return known(t.Epochs, grouped) }) }},
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

// Compare returns the table that puts networks side by side, without the rows
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

// BlockTable returns the blocks of a network, one a row, the sum below.
func BlockTable(blocks []Block) *text.Table {
	t := text.NewTable(text.Right("#"), text.Left("block"), text.Right("kernel"), text.Right("stride"), text.Right("in"), text.Right("mid"), text.Right("out"),
		text.Left("SE"), text.Left("activation"), text.Right("latency"), text.Right("share"))
	total := 0.
	for _, b := range blocks {
		total += b.LatencyUS
	}
	word := func(s string) string { return cmp.Or(strings.TrimPrefix(s, "none"), text.Absent) }
	for i, b := range blocks {
		us, share := text.Absent, text.Absent
		if total > 0 {
			us, share = text.Latency(b.LatencyUS), text.Percent(b.LatencyUS/total)
		}
		t.Row(fmt.Sprint(i), string(b.Kind), fmt.Sprintf("%d×%d", b.Kernel, b.Kernel), fmt.Sprint(b.Stride), fmt.Sprint(b.In),
			known(b.Mid, grouped), fmt.Sprint(b.Out), word(b.SE), word(b.Act), us, share)
	}
	if total > 0 {
		t.Row("", "sum of blocks", "", "", "", "", "", "", "", text.Latency(total), text.Percent(1))
	}
	return t
}

func networkSection(r Report) *section {
	s := &section{ID: "architecture", Title: "Architecture"}
	for i, n := range r.Networks {
		if len(n.Blocks) > 0 {
			s.Tables = append(s.Tables, captioned{capital(n.Name), i > 0, BlockTable(n.Blocks)})
		}
	}
	if len(s.Tables) == 0 && r.Search != nil {
		for _, res := range r.Search.Results {
			if len(res.Blocks) > 0 {
				s.Tables = append(s.Tables, captioned{"For " + text.Latency(res.TargetUS), false, BlockTable(res.Blocks)})
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
