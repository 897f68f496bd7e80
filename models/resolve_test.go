package models

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRound(t *testing.T) {
	eight := Rounding{Divisor: 8, BumpBelow: 0.95}
	for _, c := range []struct {
		rule Rounding
		x    float64
		want int
	}{
		{eight, 24 * 4.7912, 112}, // 114.99: 112 is above 0.95 of it
		{eight, 8 * 5.4566, 48},   // 43.65: 40 is below 0.95 of it
		{eight, 12, 16},           // halves go up
		{eight, 20, 24},           // not to even
		{eight, 16, 16},
		{eight, 1, 8},
		{Rounding{Divisor: 8}, 8 * 5.4566, 40},
		{Rounding{Divisor: 1}, 4.5, 5},
		{Rounding{}, 0.2, 1},
	} {
		if got := c.rule.Round(c.x); got != c.want {
			t.Errorf("%+v.Round(%v) = %d, want %d", c.rule, c.x, got, c.want)
		}
	}
}

var one64 = Arch{Name: "x", Input: Input{Channels: 64, Height: 14, Width: 14}, Classes: 10, Rounding: Rounding{8, 0.95}, Head: HeadRow{Bias: true}}

// block resolves a single row on 64 channels of 14x14.
func block(t *testing.T, r Row) Block {
	t.Helper()
	a := one64
	a.Rows = []Row{r}
	return resolve(t, a)[0]
}

func TestResolveRows(t *testing.T) {
	base := Block{Stride: 1, Act: "relu", SE: "none", SEAct: "none", Groups: 1, OutGroups: 1, BatchNorm: true, Height: 14, Width: 14, In: 64}
	with := func(change func(*Block)) Block { b := base; change(&b); return b }
	no := new(bool)
	for _, c := range []struct {
		name string
		row  Row
		want Block
	}{
		{"conv", Row{Kind: Conv, Out: 32, Kernel: 3, Stride: 2, Act: "relu", Bias: true, Groups: 2},
			with(func(b *Block) {
				b.Kind, b.Kernel, b.Stride, b.Pad, b.Bias, b.Groups, b.Out = Conv, 3, 2, 1, true, 2, 32
			})},
		{"expansion 1 drops the convolution", Row{Kind: IR, Out: 64, Kernel: 5, Expansion: 1, Act: "relu"},
			with(func(b *Block) { b.Kind, b.Kernel, b.Pad, b.Mid, b.Out, b.Residual = IR, 5, 2, 64, 64, true })},
		{"unless it is stated", Row{Kind: IR, Out: 64, Kernel: 5, Mid: 64, Act: "relu", ExpandConv: true, Residual: no},
			with(func(b *Block) { b.Kind, b.Kernel, b.Pad, b.Mid, b.Out, b.ExpandConv = IR, 5, 2, 64, 64, true })},
		{"squeeze of the hidden width", Row{Kind: IR, Out: 80, Kernel: 3, Mid: 200, Act: "hswish", SE: "hsigmoid", SERatio: 0.25},
			with(func(b *Block) {
				b.Kind, b.Kernel, b.Pad, b.Mid, b.Out, b.ExpandConv = IR, 3, 1, 200, 80, true
				b.Act, b.SE, b.SEAct, b.Squeeze = "hswish", "hsigmoid", "hswish", 48 // of 50; 48 is not below 0.95·50
			})},
		{"squeeze of the input", Row{Kind: IR, Out: 80, Kernel: 3, Expansion: 4, Act: "relu", SE: "sigmoid", SEAct: "hswish", SERatio: 0.25, SEOverExpansion: true},
			with(func(b *Block) {
				b.Kind, b.Kernel, b.Pad, b.Mid, b.Out, b.ExpandConv = IR, 3, 1, 256, 80, true
				b.SE, b.SEAct, b.Squeeze = "sigmoid", "hswish", 16
			})},
		{"identity", Row{Kind: Skip, Out: 64},
			with(func(b *Block) {
				b.Kind, b.Kernel, b.Act, b.BatchNorm, b.Out, b.Residual = Skip, 1, "none", false, 64, true
			})},
		{"skip that changes the width", Row{Kind: Skip, Out: 80},
			with(func(b *Block) { b.Kind, b.Kernel, b.Out = Skip, 1, 80 })},
		{"skip that changes the size", Row{Kind: Skip, Out: 64, Stride: 2},
			with(func(b *Block) { b.Kind, b.Kernel, b.Stride, b.Out = Skip, 1, 2, 64 })},
		{"ir_pool", Row{Kind: IRPool, Out: 128, Expansion: 6, Act: "relu"},
			with(func(b *Block) { b.Kind, b.Kernel, b.Mid, b.Out, b.ExpandConv = IRPool, 1, 384, 128, true })},
	} {
		if d := cmp.Diff(c.want, block(t, c.row)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// The JSON of a block is the key of a table's row: changing it makes every
// table stale.
func TestBlockKeyIsStable(t *testing.T) {
	b := block(t, Row{Kind: IR, Out: 64, Kernel: 3, Expansion: 2, Act: "relu"})
	got, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"kind":"ir","kernel":3,"stride":1,"pad":1,"act":"relu","se":"none","se_act":"none","sq":0,"groups":1,"out_groups":1,` +
		`"shuffle":false,"bias":false,"bn":true,"h":14,"w":14,"cin":64,"mid":128,"cout":64,"expand_conv":true,"residual":true}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Parameter names are what checkpoints use.
func TestParamNames(t *testing.T) {
	a := one64
	a.Rows = []Row{
		{Kind: IR, Out: 64, Kernel: 3, Expansion: 2, Act: "relu", SE: "hsigmoid", SERatio: 0.25},
		{Kind: Skip, Out: 64},
		{Kind: Skip, Out: 80},
	}
	var got []string
	norms := map[string]Init{}
	for _, p := range Params(resolve(t, a)) {
		switch p.Role {
		case Gamma:
			norms[p.Name] = p.Init
		case Weight, Bias:
			got = append(got, p.Name)
		}
	}
	want := []string{
		"blocks.00.expand.weight", "blocks.00.depthwise.weight",
		"blocks.00.se.reduce.weight", "blocks.00.se.reduce.bias", "blocks.00.se.expand.weight", "blocks.00.se.expand.bias",
		"blocks.00.project.weight", "blocks.02.conv.weight", "head.classifier.weight", "head.classifier.bias",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	starts := map[string]Init{
		"blocks.00.expand.bn.gamma": InitOne, "blocks.00.depthwise.bn.gamma": InitOne, "blocks.00.project.bn.gamma": InitZero, "blocks.02.conv.bn.gamma": InitOne,
	}
	if d := cmp.Diff(starts, norms); d != "" {
		t.Error(d)
	}
}

func TestFans(t *testing.T) {
	ps := Params([]Block{block(t, Row{Kind: IR, Out: 32, Kernel: 5, Expansion: 2, Act: "relu"})})
	for _, c := range []struct {
		name    string
		in, out int
	}{
		{"blocks.00.expand.weight", 64, 128},
		{"blocks.00.depthwise.weight", 25, 25},
		{"blocks.00.project.weight", 128, 32},
	} {
		i := slices.IndexFunc(ps, func(p Param) bool { return p.Name == c.name })
		if p := ps[i]; p.FanIn != c.in || p.FanOut != c.out {
			t.Errorf("%s: fans %d and %d, want %d and %d", c.name, p.FanIn, p.FanOut, c.in, c.out)
		}
	}
}
