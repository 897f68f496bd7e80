package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// compared are the rows of the table that puts networks side by side.
var compared = []struct {
	name  string
	value func(Network) string
}{
	{"top-1 accuracy", func(n Network) string { return train(n, func(t *Train) string { return known(t.Top1, Percent) }) }},
	{"top-1 accuracy of the exported file", func(n Network) string { return export(n, func(e *Export) string { return known(e.Top1, Percent) }) }},
	{"latency, measured", func(n Network) string { return bench(n, func(b *Bench) string { return known(b.LatencyUS, Latency) }) }},
	{"latency, predicted", func(n Network) string { return known(n.predicted(), Latency) }},
	{"measured against predicted", func(n Network) string {
		return bench(n, func(b *Bench) string {
			return known(b.LatencyUS, func(us float64) string { return Change(us, n.predicted()) })
		})
	}},
	{"limit", func(n Network) string { return bench(n, func(b *Bench) string { return known(b.TargetUS, Latency) }) }},
	{"measured against the limit", func(n Network) string {
		return bench(n, func(b *Bench) string {
			return known(b.LatencyUS, func(us float64) string { return Change(us, b.TargetUS) })
		})
	}},
	{"latency as timed, not normalised", func(n Network) string { return bench(n, func(b *Bench) string { return known(b.RawUS, Latency) }) }},
	{"as a multiple of the sentinel's", func(n Network) string {
		return bench(n, func(b *Bench) string {
			return known(b.SentinelRatio, func(x float64) string { return fmt.Sprintf("%.3f", x) })
		})
	}},
	{"MACs", func(n Network) string { return known(n.MACs, Count) }},
	{"parameters", func(n Network) string { return known(n.Params, Count) }},
	{"exported file", func(n Network) string { return export(n, func(e *Export) string { return known(e.Bytes, Bytes) }) }},
	{"largest difference of a logit after export", func(n Network) string {
		return export(n, func(e *Export) string { return fmt.Sprintf("%.1e", e.ParityDiff) })
	}},
	{"images compared for it", func(n Network) string {
		return export(n, func(e *Export) string { return known(e.ParityInputs, grouped) })
	}},
	{"training", func(n Network) string { return train(n, func(t *Train) string { return known(t.Seconds, Seconds) }) }},
	{"epochs", func(n Network) string { return train(n, func(t *Train) string { return known(t.Epochs, grouped) }) }},
}

func train(n Network, f func(*Train) string) string   { return ifAny(n.Train, f) }
func bench(n Network, f func(*Bench) string) string   { return ifAny(n.Bench, f) }
func export(n Network, f func(*Export) string) string { return ifAny(n.Export, f) }

func ifAny[T any](x *T, f func(*T) string) string {
	if x == nil {
		return Absent
	}
	return f(x)
}

// Compare returns the table that puts networks side by side, without the rows
// that are unknown for all of them.
func Compare(networks []Network) *Table {
	t := NewTable(Text(""))
	for _, n := range networks {
		t.Columns = append(t.Columns, Number(n.Name))
	}
	for _, row := range compared {
		cells := []string{row.name}
		for _, n := range networks {
			cells = append(cells, row.value(n))
		}
		if slices.ContainsFunc(cells[1:], func(c string) bool { return c != Absent }) {
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
func BlockTable(blocks []Block) *Table {
	t := NewTable(Number("#"), Text("block"), Number("kernel"), Number("stride"), Number("in"), Number("mid"), Number("out"),
		Text("SE"), Text("activation"), Number("latency"), Number("share"))
	total := 0.
	for _, b := range blocks {
		total += b.LatencyUS
	}
	word := func(s string) string { return cmp.Or(strings.TrimPrefix(s, "none"), Absent) }
	for i, b := range blocks {
		us, share := Absent, Absent
		if total > 0 {
			us, share = Latency(b.LatencyUS), Percent(b.LatencyUS/total)
		}
		t.Row(fmt.Sprint(i), string(b.Kind), fmt.Sprintf("%d×%d", b.Kernel, b.Kernel), fmt.Sprint(b.Stride), fmt.Sprint(b.In),
			known(b.Mid, grouped), fmt.Sprint(b.Out), word(b.SE), word(b.Act), us, share)
	}
	if total > 0 {
		t.Row("", "sum of blocks", "", "", "", "", "", "", "", Latency(total), Percent(1))
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
				s.Tables = append(s.Tables, captioned{"For " + Latency(res.TargetUS), false, BlockTable(res.Blocks)})
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
	t := NewTable(Text("stage"), Number("time"), Number("share"))
	total := 0.
	for _, st := range r.Stages {
		total += st.Seconds
	}
	for _, st := range r.Stages {
		t.Row(st.Name, Seconds(st.Seconds), Percent(st.Seconds/math.Max(total, 1e-9)))
	}
	t.Row("sum", Seconds(total), Percent(1))
	return &section{ID: "time", Title: "Time", Tables: []captioned{{Table: t}}}
}

func settingsSection(r Report) *section {
	if len(r.Settings) == 0 {
		return nil
	}
	return &section{ID: "settings", Title: "Settings", Files: r.Settings}
}
