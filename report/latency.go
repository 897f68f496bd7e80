package report

import (
	"cmp"
	"fmt"
	"slices"

	"fbnas/card"
	"fbnas/internal/evenly"
	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/models"
)

// maxFamilies bounds the number of lines in the picture of latency over width.
const maxFamilies = 6

// Use shows the table, and its predictions for the blocks and networks in
// the report; those that it lacks stay unknown.
func (r *Report) Use(t *lut.Table) {
	r.Table = LatencyOf(t)
	if r.Search != nil {
		for i := range r.Search.Results {
			price(t, r.Search.Results[i].Blocks)
		}
	}
	for i := range r.Networks {
		n := &r.Networks[i]
		if us := price(t, n.Blocks); n.PredictedUS == 0 {
			n.PredictedUS = us
		}
	}
}

// price sets the latency of each block and returns the total in µs, 0
// if the table lacks a block.
func price(t *lut.Table, blocks []card.Block) float64 {
	if len(blocks) == 0 {
		return 0
	}
	total := t.Base()
	for i := range blocks {
		share, err := t.BlockCost(blocks[i].Block)
		if err != nil {
			return 0
		}
		blocks[i].LatencyUS = share.Cost
		total += share.Cost
	}
	return total
}

// LatencyOf describes a latency table.
func LatencyOf(t *lut.Table) *LatencyTable {
	d, c := t.Header.Device, t.Header.Condition
	out := &LatencyTable{
		Path:      t.Path,
		Device:    fmt.Sprintf("%s, %s, %s", cmp.Or(d.Model.SoC, d.Model.Arch), text.Plural(d.Model.Cores, "core"), d.OS),
		Condition: fmt.Sprintf("%s, %s, %s, batch %d, %s on core %s", c.Runtime, c.Provider, c.Precision, c.Batch, text.Plural(c.Threads, "thread"), c.CoreSet),
		Space:     t.Header.Space.Name,
		Noisy:     t.Header.Noisy,
		Certainty: t.Certainty(),
		Families:  families(t.Rows()),
	}
	for _, r := range t.Rows() {
		if r.Status == lut.Failed {
			out.Failed++
		} else {
			out.Rows++
		}
	}
	if v := t.Validation; v != nil {
		out.Validation = &Validation{Accuracy: v.Accuracy}
		for _, n := range v.Measured {
			out.Validation.Pairs = append(out.Validation.Pairs, Pair{n.PredictedUS, n.MeasuredUS})
		}
	}
	return out
}

// families groups inverted residuals that differ only in their output width,
// and returns the groups with the most widths, in the order of their cost.
func families(rows []lut.Row) []Line {
	groups := map[models.Block][]Point{}
	for _, r := range rows {
		b := r.Key.Block
		if b.Kind != models.IR || r.Status == lut.Failed {
			continue
		}
		width := float64(b.Out)
		b.Out = 0
		groups[b] = append(groups[b], Point{width, r.LatencyUS})
	}
	var lines []Line
	for b, points := range groups {
		slices.SortFunc(points, func(a, b Point) int { return cmp.Compare(a.X, b.X) })
		lines = append(lines, Line{fmt.Sprintf("%d→%d→out, %d×%d at %d×%d, stride %d", b.In, b.Mid, b.Kernel, b.Kernel, b.Height, b.Width, b.Stride), points})
	}
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(-cmp.Compare(len(a.Points), len(b.Points)), -cmp.Compare(highest(a.Points), highest(b.Points)), cmp.Compare(a.Name, b.Name))
	})
	lines = slices.DeleteFunc(lines, func(l Line) bool { return len(l.Points) < 3 })
	return evenly.Span(lines, maxFamilies)
}
