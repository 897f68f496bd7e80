package search

import (
	"math"
	"slices"
	"testing"

	"fbnas/graph"
	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/models"
	"fbnas/nn"
)

// FuzzBuiltSpace: every space that can be read can be counted, priced, built as a
// supernet, and derived from. Bytes that are not a space.yaml generate one.
func FuzzBuiltSpace(f *testing.F) {
	for _, text := range []string{tiny, searched, colliding} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { trySpace(t, data) })
}

// TestRandomSpacesAreBuilt is FuzzBuiltSpace on random bytes.
func TestRandomSpacesAreBuilt(t *testing.T) {
	r, built := random.New(1, "spaces"), 0
	for range 100 {
		data := make([]byte, 40)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		if trySpace(t, data) {
			built++
		}
	}
	if built < 30 {
		t.Errorf("%d of 100 could be built", built)
	}
}

// trySpace reports whether the data are an allowed space.
func trySpace(t *testing.T, data []byte) bool {
	t.Helper()
	space, err := models.ParseSpace(data)
	if err != nil {
		if space, err = models.ParseSpace((&decisions{data}).space().YAML()); err != nil {
			return false
		}
	}
	if len(space.Blocks()) > 2000 || len(space.Choices()) > 30 {
		return true // the rest would be slow, not different
	}
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatalf("%v in\n%s", err, space.YAML())
	}
	smallest, largest := costs.Bounds()
	widest := space.Largest()
	if n := float64(countOf(t, space, widest).MACs); n != costs.Of(widest) || smallest > largest || n > largest {
		t.Fatalf("the widest has %g MACs, priced %g of %g to %g, in\n%s", n, costs.Of(widest), smallest, largest, space.YAML())
	}
	if a, b := space.Log10(), space.Log10Selections(); a < -1e-9 || a > b+1e-9 {
		t.Fatalf("10^%g networks of 10^%g selections in\n%s", a, b, space.YAML())
	}
	tryDeriving(t, costs, smallest, largest)
	buildSupernet(t, space)
	return true
}

func countOf(t *testing.T, space models.Space, sel models.Selection) models.Counts {
	t.Helper()
	arch, err := space.Arch(sel, classes)
	if err != nil {
		t.Fatal(err)
	}
	if arch, err = models.ParseArch(arch.YAML()); err != nil {
		t.Fatalf("%v in\n%s", err, space.YAML())
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return models.Count(blocks)
}

func tryDeriving(t *testing.T, costs *Costs, smallest, largest float64) {
	t.Helper()
	ps := randomProbabilities(costs.Space, 1)
	if mean := costs.Mean(ps); mean < smallest*(1-1e-9) || mean > largest*(1+1e-9) {
		t.Fatalf("expected %g of %g to %g in\n%s", mean, smallest, largest, costs.Space.YAML())
	}
	for _, limit := range []float64{smallest, (smallest + largest) / 2, largest} {
		list, err := costs.Derive(t.Context(), ps, limit, 3, nil)
		if err != nil || len(list) == 0 {
			t.Fatalf("%v in\n%s", err, costs.Space.YAML())
		}
		for i, c := range list {
			if c.Cost > limit || float64(countOf(t, costs.Space, c.Selection).MACs) != c.Cost || i > 0 && slices.Equal(c.Selection, list[i-1].Selection) {
				t.Fatalf("limit %g: %+v in\n%s", limit, c, costs.Space.YAML())
			}
		}
		costs.Changes(list[0].Selection)
		if s, err := costs.Uniform(limit); err == nil && costs.Of(s.Selection) > limit || err != nil && fault.CodeOf(err) != fault.Target {
			t.Fatalf("limit %g: uniform %+v (%v) in\n%s", limit, s, err, costs.Space.YAML())
		}
	}
	sel, r := costs.Space.Smallest(), random.New(1, "draw")
	if costs.sampler().draw(r, sel); math.IsNaN(costs.Of(sel)) {
		t.Fatalf("%v has no cost in\n%s", sel, costs.Space.YAML())
	}
}

func buildSupernet(t *testing.T, space models.Space) {
	t.Helper()
	if n := models.Count(space.SupernetBlocks(classes)); n.Params > 1<<18 {
		return
	}
	g := graph.New()
	x := g.MapInput("x", 2, space.Input.Channels, space.Input.Height, space.Input.Width)
	super := NewSupernet(space, classes)
	logits := space.Supernet(&nn.Builder{G: g}, x, classes, super.inputs(g, weight))
	if !slices.Equal(logits.Shape, graph.Shape{2, classes}) {
		t.Fatalf("logits %v of\n%s", logits.Shape, space.YAML())
	}
}

// decisions are taken from bytes; when none are left, the first of everything.
type decisions struct{ data []byte }

func (d *decisions) below(n int) int {
	if len(d.data) == 0 {
		return 0
	}
	v := int(d.data[0]) % n
	d.data = d.data[1:]
	return v
}

// subsetOf takes a few options of an ascending list.
func subsetOf[T any](d *decisions, all ...T) []T {
	first := d.below(len(all))
	return all[first : first+1+d.below(min(3, len(all)-first))]
}

func (d *decisions) space() models.Space {
	acts := []string{"none", "relu", "hswish"}
	widths := []int{1, 2, 3, 4, 6, 8, 12}
	expansions := []float64{1. / 64, 0.5, 1, 1.1, 1.2, 1.5, 2, 3}
	s := models.Space{
		Name: "drawn", Input: models.Input{Channels: 1 + d.below(3), Height: 1 + d.below(9), Width: 1 + d.below(9)},
		Rounding: models.Rounding{Divisor: []int{1, 2, 4, 8}[d.below(4)], BumpBelow: []float64{0, 0.9, 1}[d.below(3)]}, WidthBy: "stage",
		Stem: models.Stem{Kernel: 1 + 2*d.below(3), Stride: 1 + d.below(2), Width: subsetOf(d, widths...), Act: acts[d.below(3)], Bias: d.below(2) == 1},
		Head: models.HeadRow{Bias: d.below(2) == 1},
	}
	for range 1 + d.below(2) {
		s.Stages = append(s.Stages, models.Stage{
			Blocks: 1 + d.below(2), Stride: d.below(3), Width: subsetOf(d, widths...), Expansion: subsetOf(d, expansions...),
			Kernel: subsetOf(d, 1, 3, 5, 7), Act: acts[d.below(3)],
		})
	}
	switch d.below(3) {
	case 1:
		s.Tail = models.Tail{Kind: models.Conv, Width: subsetOf(d, widths...), Act: acts[d.below(3)]}
	case 2:
		s.Tail = models.Tail{Kind: models.IRPool, Width: subsetOf(d, widths...), Expansion: subsetOf(d, expansions...), Act: acts[d.below(3)]}
	}
	return s
}
