package models

import (
	"slices"
	"testing"
)

// A network without one of the supernet's blocks counts the others anew: every
// parameter finds its origin all the same.
func TestCutsFindTheSupernetsParameters(t *testing.T) {
	s, err := ParseSpace([]byte(tinySpace))
	if err != nil {
		t.Fatal(err)
	}
	const classes, gone = 4, 2
	sel := s.Largest()
	layers := slices.Delete(s.Layers(classes), gone, gone+1)
	var blocks []Block
	for _, l := range layers {
		blocks = append(blocks, l.Block(sel.Point(l)))
	}
	cuts := cuts(layers, sel)
	for i, p := range Params(blocks) {
		if got := cuts[i].To; got.Name != p.Name || !slices.Equal(got.Shape, p.Shape) {
			t.Fatalf("parameter %d is %v, want %v", i, got, p)
		}
	}
	from := map[string]string{}
	for _, c := range cuts {
		from[c.To.Name] = c.From.Name
	}
	for to, want := range map[string]string{
		"blocks.01.depthwise.weight": "blocks.01.depthwise.weight", "blocks.02.expand.weight": "blocks.03.expand.weight",
		"head.classifier.bias": "head.classifier.bias",
	} {
		if from[to] != want {
			t.Errorf("%s is cut from %q, want %s", to, from[to], want)
		}
	}
}

func TestCutKeepsFirstChannelsAndTheKernelsCentre(t *testing.T) {
	c := Cut{From: Param{Shape: []int{2, 1, 3, 3}}, To: Param{Shape: []int{1, 1, 1, 1}}}
	if got := c.Values([]float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}); !slices.Equal(got, []float64{4}) {
		t.Errorf("got %v, want the centre, 4", got)
	}
	c = Cut{From: Param{Shape: []int{3, 2}}, To: Param{Shape: []int{2, 1}}}
	if got := c.Values([]float64{0, 1, 2, 3, 4, 5}); !slices.Equal(got, []float64{0, 2}) {
		t.Errorf("got %v, want the first channels, 0 and 2", got)
	}
}
