package models_test

import (
	"slices"
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/internal/random"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// everyKind has a row of every kind, with every option that changes what is
// built.
const everyKind = `version: 1
name: every
input: {channels: 3, height: 9, width: 8}
classes: 3
rounding: {divisor: 2, bump_below: 0.9}
blocks:
  - {kind: conv, out: 4, kernel: 3, stride: 2, act: hswish, bias: true}
  - {kind: ir, out: 4, kernel: 5, expansion: 1, act: relu, repeat: 2}
  - {kind: ir, out: 6, kernel: 3, expansion: 2, act: relu, expand_conv: true, groups: 2, out_groups: 2, shuffle: true}
  - {kind: ir, out: 6, kernel: 3, mid: 8, act: hswish, se: hsigmoid, se_ratio: 0.25, residual: false}
  - {kind: ir, out: 6, kernel: 3, mid: 6, act: relu, se: sigmoid, se_act: relu, squeeze: 2, pad: 0}
  - {kind: skip, out: 6}
  - {kind: skip, out: 8, stride: 2}
  - {kind: ir_pool, out: 10, expansion: 1, act: hswish}
head: {bias: true}
`

// FuzzBuiltArch: what can be read can be counted, built and exported, and all
// of these agree about its size. Bytes that are no arch.yaml choose one.
func FuzzBuiltArch(f *testing.F) {
	f.Add([]byte(everyKind)) // the zoo's are built by onnxexport.TestZooRuns
	f.Fuzz(func(t *testing.T, data []byte) { tryArch(t, data) })
}

// TestRandomArchsAreBuilt is FuzzBuiltArch on random bytes.
func TestRandomArchsAreBuilt(t *testing.T) {
	r, built := random.New(1, "archs"), 0
	for range 3000 {
		data := make([]byte, 60)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		if tryArch(t, data) {
			built++
		}
	}
	if built < 500 {
		t.Errorf("%d of 3000 could be built", built)
	}
}

// tryArch tells whether the data are an architecture that is allowed.
func tryArch(t *testing.T, data []byte) bool {
	t.Helper()
	a, err := models.ParseArch(data)
	if err != nil {
		if a, err = models.ParseArch((&choices{data}).arch().YAML()); err != nil {
			return false
		}
	}
	blocks, err := a.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if err := models.CheckBlocks(blocks); err != nil {
		t.Fatalf("%v in\n%s", err, a.YAML())
	}
	checkCounts(t, blocks)
	if n := models.Count(blocks); n.Params > 1<<16 || n.MACs > 1<<24 {
		return true // what follows would be slow, not different
	}
	weights := onnxexport.RandomWeights(blocks, 1)
	for _, s := range []nn.Statistics{nn.Batch, nn.Running} {
		checkBuilt(t, blocks, s)
	}
	m, err := onnxexport.Export(onnxexport.Spec{Name: a.Name, Blocks: blocks, Weights: weights})
	if err == nil {
		err = onnx.Check(m)
	}
	if err != nil {
		t.Fatalf("%v in\n%s", err, a.YAML())
	}
	return true
}

// choices makes decisions of bytes; without any left, the first of everything.
type choices struct{ data []byte }

func (c *choices) below(n int) int {
	if len(c.data) == 0 {
		return 0
	}
	v := int(c.data[0]) % n
	c.data = c.data[1:]
	return v
}

func (c *choices) yes() bool { return c.below(2) == 1 }

func pick[T any](c *choices, list ...T) T { return list[c.below(len(list))] }

func (c *choices) arch() models.Arch {
	a := models.Arch{
		Name: "drawn", Input: models.Input{Channels: 1 + c.below(4), Height: 1 + c.below(9), Width: 1 + c.below(9)},
		Classes: 1 + c.below(4), Rounding: models.Rounding{Divisor: pick(c, 1, 2, 4, 8), BumpBelow: pick(c, 0, 0.9, 1)},
		Head: models.HeadRow{Bias: c.yes()},
	}
	for range c.below(5) {
		a.Rows = append(a.Rows, c.row())
	}
	return a
}

func (c *choices) row() models.Row {
	r := models.Row{Kind: pick(c, models.Conv, models.IR, models.IR, models.Skip, models.IRPool), Out: 1 + c.below(8), Repeat: c.below(3)}
	if r.Kind != models.IRPool {
		r.Stride = c.below(4)
	}
	if r.Kind == models.Skip {
		return r
	}
	r.Act = pick(c, "none", "relu", "hswish")
	if r.Kind != models.Conv {
		r.ExpandConv = c.yes()
		if r.Expansion = pick(c, 0, 0.1, 1, 1, 1.2, 2); r.Expansion == 0 {
			r.Mid = 1 + c.below(8)
		}
	}
	if r.Kind == models.IRPool {
		return r
	}
	r.Kernel, r.Bias, r.Groups = 1+2*c.below(4), c.yes(), c.below(3)
	if c.yes() {
		pad := c.below(4)
		r.Pad = &pad
	}
	if r.Kind == models.IR {
		r.OutGroups, r.Shuffle = c.below(3), r.Groups == 2 && c.yes()
		c.squeeze(&r)
	}
	return r
}

func (c *choices) squeeze(r *models.Row) {
	if c.yes() {
		no := false
		r.Residual = &no
	}
	if r.SE = pick(c, "", "hsigmoid", "sigmoid"); r.SE == "" {
		return
	}
	r.SEAct = pick(c, "", "relu", "hswish", "none")
	if r.SERatio = pick(c, 0, 0.01, 0.25, 2); r.SERatio == 0 {
		r.Squeeze = 1 + c.below(8)
	} else {
		r.SEOverExpansion = c.yes()
	}
}

func checkCounts(t *testing.T, blocks []models.Block) {
	t.Helper()
	n, trained := models.Count(blocks), int64(0)
	for _, p := range models.Params(blocks) {
		size := int64(1)
		for _, d := range p.Shape {
			if d < 1 {
				t.Fatalf("%s has the shape %v", p.Name, p.Shape)
			}
			size *= int64(d)
		}
		if p.Trained() {
			trained += size
		}
	}
	if n.Params != trained || n.MACs < n.ConvWeights || n.FLOPsWithPool < n.MACs {
		t.Fatalf("%d trained numbers, counts %+v", trained, n)
	}
}

// checkBuilt builds the network for two images; each block has the shape that
// the description says.
func checkBuilt(t *testing.T, blocks []models.Block, s nn.Statistics) {
	t.Helper()
	g := graph.New()
	nb := &nn.Builder{G: g, Statistics: s}
	first, last := blocks[0], blocks[len(blocks)-1]
	x := g.MapInput("x", 2, first.In, first.Height, first.Width)
	for i, b := range blocks {
		x = b.Build(nb, models.BlockName(b, i), x, models.Masks{})
		h, w := b.OutSize()
		if want := (graph.Shape{2, b.Out, h, w}); b.Kind != models.Head && !slices.Equal(x.Shape, want) {
			t.Fatalf("block %d, %+v, gives %v, want %v", i, b, x.Shape, want)
		}
	}
	if want := (graph.Shape{2, last.Out}); !slices.Equal(x.Shape, want) {
		t.Fatalf("logits %v, want %v", x.Shape, want)
	}
}

// TestPoolWithoutExpansion: an ir_pool whose hidden width is its input's pools
// what enters, as an inverted residual convolves it.
func TestPoolWithoutExpansion(t *testing.T) {
	for name, text := range map[string]string{
		"expansion 1": "{kind: ir_pool, out: 2, expansion: 1, act: relu}",
		"its width":   "{kind: ir_pool, out: 2, mid: 2, act: relu}",
	} {
		a, err := models.ParseArch([]byte("version: 1\nname: pool\ninput: {channels: 2, height: 1, width: 2}\nclasses: 2\n" +
			"rounding: {divisor: 1}\nblocks:\n  - " + text + "\nhead: {bias: false}\n"))
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := a.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		nb := &nn.Builder{G: graph.New()}
		y := models.Network(nb, blocks, nb.G.MapInput("x", 1, 2, 1, 2))
		got, err := interp.Eval([]*graph.Node{y}, map[string][]float64{
			"x":                        {1, 3, 4, 6},  // means 2 and 5
			"blocks.00.project.weight": {1, 1, 1, -1}, // 7, and -3 before the relu
			"head.classifier.weight":   {10, 1, -1, 1},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := enginetest.Close(got[0], []float64{70, -7}, 1e-12); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := models.Count(blocks); n.Params != 8 || n.MACs != 8 || n.FLOPsWithPool != 8+4+2 {
			t.Errorf("%s: %+v", name, n)
		}
	}
}
