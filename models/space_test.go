package models

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fbnas/internal/random"
)

func loadSpace(t *testing.T, name string) Space {
	t.Helper()
	s, err := LoadSpace(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func resolve(t *testing.T, a Arch) []Block {
	t.Helper()
	blocks, err := a.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}

// A derived architecture, written and read, resolves to what the layers say
// at the selected points; and the table holds each of these blocks.
func TestDerivedArchitecturesAreTheLayersBlocks(t *testing.T) {
	for _, name := range SpaceNames() {
		s := loadSpace(t, name)
		table := map[Block]bool{}
		for _, b := range s.Blocks() {
			table[b] = true
		}
		r := random.New(1, "models/selections")
		for range 100 {
			sel := s.Smallest()
			for i, c := range s.Choices() {
				sel[i] = r.IntN(len(c.Options))
			}
			a, err := s.Arch(sel, 100)
			if err != nil {
				t.Fatal(err)
			}
			back, err := ParseArch(a.YAML())
			if err != nil {
				t.Fatal(err)
			}
			var want []Block
			for _, l := range s.Layers(100) {
				b := l.Block(sel.Point(l))
				want = append(want, b)
				if !table[b] {
					t.Fatalf("%s: %s is not in the table: %+v", name, l.Name, b)
				}
			}
			if d := cmp.Diff(want, resolve(t, back)); d != "" {
				t.Fatalf("%s %v: layers and architecture differ: %s", name, sel, d)
			}
		}
	}
}

// The supernet's blocks contain every derived block: no width, kernel or
// hidden width is larger, and what has a convolution or a shortcut agrees.
func TestLayersContainTheirBlocks(t *testing.T) {
	for _, name := range SpaceNames() {
		for _, l := range loadSpace(t, name).Layers(10) {
			w := l.SupernetBlock()
			for p := range l.Points() {
				b := l.Block(p)
				if b.In > w.In || b.Mid > w.Mid || b.Out > w.Out || b.Kernel > w.Kernel {
					t.Fatalf("%s %s: %+v is larger than %+v", name, l.Name, b, w)
				}
				bh, bw := b.OutSize()
				if wh, ww := w.OutSize(); bh != wh || bw != ww || b.ExpandConv != w.ExpandConv || b.Residual != w.Residual {
					t.Fatalf("%s %s: %+v differs from %+v in structure", name, l.Name, b, w)
				}
			}
		}
	}
}

// The demo's space is sized for two CPU cores: docs/decisions/demo-space.md.
func TestDemoSpaceIsSmall(t *testing.T) {
	s := loadSpace(t, "demo")
	if n := len(s.Blocks()); n > 800 {
		t.Errorf("%d table rows, want at most 800", n)
	}
	count := func(sel Selection) Counts {
		a, err := s.Arch(sel, 10)
		if err != nil {
			t.Fatal(err)
		}
		return Count(resolve(t, a))
	}
	widest, smallest := count(s.Largest()), count(s.Smallest())
	if widest.MACs > 3.1e6 || widest.MACs < 8*smallest.MACs {
		t.Errorf("MACs from %d to %d, want at most about 3 M and a wide span", smallest.MACs, widest.MACs)
	}
}

const tinySpace = `version: 1
name: tiny
input: {channels: 3, height: 16, width: 12}
rounding: {divisor: 1}
width: stage
stem: {kernel: 3, stride: 2, width: [4, 8], act: relu}
stages:
  - {blocks: 2, stride: 2, width: {min: 4, max: 8, step: 4}, expansion: [1, 2], kernel: 3, act: relu}
tail: {kind: ir_pool, width: 16, expansion: 2, act: hswish}
head: {bias: true}
`

func TestLayersOfATinySpace(t *testing.T) {
	s, err := ParseSpace([]byte(tinySpace))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range s.Choices() {
		names = append(names, c.Name)
	}
	if want := []string{"stem.width", "stage1.width", "blocks.01.expansion", "blocks.02.expansion"}; !slices.Equal(names, want) {
		t.Errorf("choices %v, want %v", names, want)
	}
	if got := s.Log10(); math.Abs(got-math.Log10(16)) > 1e-12 {
		t.Errorf("10^%v architectures, want 16", got)
	}
	layers := s.Layers(10)
	if layers[1].Tied() || !layers[2].Tied() {
		t.Error("want the stage's second block, not its first, to keep the width")
	}
	first := layers[1].Block(Point{AxisIn: 1, AxisExpansion: 1})
	want := Block{
		Kind: IR, Kernel: 3, Stride: 2, Pad: 1, Act: "relu", SE: "none", SEAct: "none", Groups: 1, OutGroups: 1, BatchNorm: true,
		Height: 8, Width: 6, In: 8, Mid: 16, Out: 4, ExpandConv: true,
	}
	if d := cmp.Diff(want, first); d != "" {
		t.Error(d)
	}
	second := layers[2].Block(Point{})
	want = Block{
		Kind: IR, Kernel: 3, Stride: 1, Pad: 1, Act: "relu", SE: "none", SEAct: "none", Groups: 1, OutGroups: 1, BatchNorm: true,
		Height: 4, Width: 3, In: 4, Mid: 4, Out: 4, ExpandConv: true, Residual: true,
	}
	if d := cmp.Diff(want, second); d != "" {
		t.Error(d)
	}
	// stem 2, first 2·2·2, second 2·2, tail 2, head 4.
	if n := len(s.Blocks()); n != 2+8+4+2+4 {
		t.Errorf("%d table rows, want 20", n)
	}
}

func TestSpaceRoundTripAndDigest(t *testing.T) {
	digests := map[string]string{}
	for _, name := range SpaceNames() {
		s := loadSpace(t, name)
		back, err := ParseSpace(s.YAML())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(s, back); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		renamed := s
		renamed.Name = "other"
		if s.Digest() != renamed.Digest() {
			t.Errorf("%s: the digest depends on the name", name)
		}
		digests[s.Digest()] = name
	}
	for _, change := range [][2]string{{"", ""}, {"step: 4", "step: 2"}, {"[1, 2]", "[1, 3]"}, {"height: 16", "height: 18"}, {"blocks: 2", "blocks: 3"}, {"bias: true", "bias: false"}} {
		s, err := ParseSpace([]byte(strings.Replace(tinySpace, change[0], change[1], 1)))
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := digests[s.Digest()]; ok {
			t.Errorf("%q has the digest of %q", change, other)
		}
		digests[s.Digest()] = change[1]
	}
}

func TestArchRefusesForeignSelections(t *testing.T) {
	s := loadSpace(t, "demo")
	wrong := s.Largest()
	wrong[3]++
	for _, sel := range []Selection{nil, wrong, append(s.Largest(), 0)} {
		if _, err := s.Arch(sel, 10); err == nil {
			t.Errorf("no error for %v", sel)
		}
	}
}
