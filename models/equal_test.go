package models

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// colliding has options that round to one hidden width: 1.2 is 1 for both
// widths that enter the first block and for both that enter the second; 1.4 is
// 1.2 for one of them; and the tail's 1.1 is 1.
const colliding = `version: 1
name: colliding
input: {channels: 1, height: 8, width: 8}
rounding: {divisor: 4}
width: stage
stem: {kernel: 3, stride: 2, width: [4, 8], act: relu}
stages:
  - {blocks: 2, width: [4, 8], expansion: [1, 1.2, 1.4, 2], kernel: [3, 5], act: relu}
tail: {kind: ir_pool, width: [8, 12], expansion: [1, 1.1], act: relu}
head: {bias: true}
`

// TestEqualOptionsAreOne: what is counted is the number of distinct networks.
func TestEqualOptionsAreOne(t *testing.T) {
	for _, text := range []string{colliding, strings.Replace(colliding, "[4, 8], expansion", "[6, 9, 12], expansion", 1), tinySpace} {
		s, err := ParseSpace([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		choices, layers := s.Choices(), s.Layers(10)
		networks, first := map[string]bool{}, map[string]bool{}
		selections := 0
		sel := make(Selection, len(choices))
		for more := true; more; more = advance(sel, choices) {
			selections++
			var blocks []Block
			canonical := true
			for _, l := range layers {
				p := sel.Point(l)
				blocks = append(blocks, l.Block(p))
				q := p
				q[AxisExpansion] = l.First(p[AxisIn])[p[AxisExpansion]]
				canonical = canonical && q == p
				if l.Block(q) != l.Block(p) {
					t.Fatalf("%s: %+v stands for %+v", l.Name, q, p)
				}
			}
			id := fmt.Sprint(blocks)
			networks[id] = true
			if canonical && first[id] {
				t.Fatalf("%v: another selection stands for the same network", sel)
			}
			first[id] = first[id] || canonical
		}
		if got := s.Log10(); math.Abs(got-math.Log10(float64(len(networks)))) > 1e-12 {
			t.Errorf("10^%.4f = %.1f networks, by enumeration %d of %d", got, math.Pow(10, got), len(networks), selections)
		}
		if got := s.Log10Selections(); math.Abs(got-math.Log10(float64(selections))) > 1e-12 {
			t.Errorf("10^%.4f selections, by enumeration %d", got, selections)
		}
		for id, ok := range first {
			if !ok {
				t.Fatalf("no selection stands for %s", id)
			}
		}
	}
}

// advance is the next selection, false after the last.
func advance(sel Selection, choices []Choice) bool {
	for i := range slices.Backward(sel) {
		if sel[i]++; sel[i] < len(choices[i].Options) {
			return true
		}
		sel[i] = 0
	}
	return false
}

func TestMerged(t *testing.T) {
	s, err := ParseSpace([]byte(colliding))
	if err != nil {
		t.Fatal(err)
	}
	want := []Merged{{"blocks.01.expansion", Number(1.2), Number(1)}, {"blocks.02.expansion", Number(1.2), Number(1)}, {"tail.expansion", Number(1.1), Number(1)}}
	if got := s.Merged(); !slices.Equal(got, want) {
		t.Errorf("merged %v, want %v", got, want)
	}
	var names []string
	for _, c := range s.Choices() {
		names = append(names, fmt.Sprint(c.Name, c.Options))
	}
	if got, want := strings.Join(names, " "), "stem.width[4 8] stage1.width[4 8] blocks.01.expansion[1 1.4 2] blocks.01.kernel[3 5] "+
		"blocks.02.expansion[1 1.4 2] blocks.02.kernel[3 5] tail.width[8 12]"; got != want {
		t.Errorf("choices %s\nwant    %s", got, want)
	}
	for _, name := range SpaceNames() { // their tables and searches are as they were
		if got := loadSpace(t, name).Merged(); len(got) > 0 {
			t.Errorf("%s: merged %v", name, got)
		}
	}
}
