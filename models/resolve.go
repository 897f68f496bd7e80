package models

import (
	"fmt"
	"slices"

	"fbnas/internal/chw"
	"fbnas/internal/yamlform"
)

// rule lists the fields that the rows of a kind need and may have, besides kind,
// out and repeat.
type rule struct {
	kind       Kind
	need, also []string
}

// rules are the kinds that a row may have (the head has its own field).
var rules = []rule{
	{Conv, []string{"kernel", "act"}, []string{"stride", "pad", "groups", "bias"}},
	{IR, []string{"kernel", "act"}, []string{"stride", "pad", "groups", "bias", "expansion", "mid", "expand_conv", "out_groups", "shuffle",
		"se", "se_act", "se_ratio", "se_over_expansion", "squeeze", "residual"}},
	{Skip, nil, []string{"stride"}},
	{IRPool, []string{"act"}, []string{"expansion", "mid", "expand_conv"}},
}

func rowKinds() []string {
	var kinds []string
	for _, r := range rules {
		kinds = append(kinds, string(r.kind))
	}
	return kinds
}

// resolve resolves the rows one after the other. Problems of a row do not hide
// those of the next, because its out and stride are used all the same.
func (a Arch) resolve() ([]Block, yamlform.Problems) {
	problems := yamlform.Check(versioned{&a})
	if a.Name != "" && !validName.MatchString(a.Name) {
		problems.Add("name", "is %.40q, want %s", a.Name, nameRule)
	}
	s := a.Input
	var blocks []Block
	for i, row := range a.Rows {
		path := fmt.Sprintf("blocks[%d]", i)
		row.check(path, &problems)
		for range min(max(1, row.Repeat), maxBlocks) {
			b := row.block(s, a.Rounding)
			if !problems.Inside(path) {
				row.checkShapes(b, path, &problems)
			}
			blocks = append(blocks, b)
			h, w := b.OutSize()
			s = chw.Shape{Channels: row.Out, Height: max(1, h), Width: max(1, w)}
			row.Stride = 1
		}
		if len(blocks) > maxBlocks {
			problems.Add(path, "exceeds the limit of %d blocks", maxBlocks)
			return nil, problems
		}
	}
	return append(blocks, head(s, a.Classes, a.Head.Bias)), problems
}

// check reports what is wrong with the row whatever its input is.
func (r Row) check(path string, problems *yamlform.Problems) {
	i := slices.IndexFunc(rules, func(k rule) bool { return k.kind == r.Kind })
	if i < 0 {
		return
	}
	set := map[string]bool{}
	for _, f := range yamlform.Set(&r) {
		set[f] = true
		if !slices.Contains(rules[i].need, f) && !slices.Contains(rules[i].also, f) && !slices.Contains([]string{"kind", "out", "repeat"}, f) {
			problems.Add(path+"."+f, "is not a field of kind %s", r.Kind)
		}
	}
	for _, f := range rules[i].need {
		if !set[f] {
			problems.Add(path+"."+f, "is missing; kind %s needs it", r.Kind)
		}
	}
	if r.Kind == IR || r.Kind == IRPool {
		oneOf(set, "expansion", "mid", path, problems)
	}
	if r.Kernel > 0 && r.Kernel%2 == 0 {
		problems.Add(path+".kernel", "is %d, want an odd size", r.Kernel)
	}
	if r.Pad != nil && *r.Pad > r.Kernel/2 {
		problems.Add(path+".pad", "is %d, want at most half of kernel %d", *r.Pad, r.Kernel)
	}
	if r.Shuffle && r.Groups < 2 {
		problems.Add(path+".shuffle", "needs groups of 2 or more")
	}
	r.checkSE(set, path, problems)
}

func oneOf(set map[string]bool, a, b, path string, problems *yamlform.Problems) {
	if set[a] == set[b] {
		problems.Add(path+"."+a, "want exactly one of %s and %s", a, b)
	}
}

func (r Row) checkSE(set map[string]bool, path string, problems *yamlform.Problems) {
	if r.Kind != IR {
		return
	}
	if r.SE == "" {
		for _, f := range []string{"se_act", "se_ratio", "se_over_expansion", "squeeze"} {
			if set[f] {
				problems.Add(path+"."+f, "needs se")
			}
		}
		return
	}
	oneOf(set, "se_ratio", "squeeze", path, problems)
	if r.SEOverExpansion && r.Squeeze > 0 {
		problems.Add(path+".se_over_expansion", "needs se_ratio")
	}
}

// block returns one block of the row on input s. It never fails: rows with
// problems give blocks that are not used.
func (r Row) block(s chw.Shape, round Rounding) Block {
	b := Block{
		Kind: r.Kind, Kernel: r.Kernel, Stride: max(1, r.Stride), Pad: r.Kernel / 2, Act: r.Act, SE: "none", SEAct: "none",
		Groups: max(1, r.Groups), OutGroups: max(1, r.OutGroups), Shuffle: r.Shuffle, Bias: r.Bias, BatchNorm: true,
		Height: s.Height, Width: s.Width, In: s.Channels, Out: r.Out,
	}
	if r.Pad != nil {
		b.Pad = *r.Pad
	}
	switch r.Kind {
	case IR, IRPool:
		b.Mid = r.Mid
		if b.Mid == 0 {
			b.Mid = round.Round(float64(s.Channels) * r.Expansion)
		}
		b.ExpandConv = r.ExpandConv || b.Mid != b.In
		b.squeeze(r, round)
	case Skip:
		b.Act = "relu"
	}
	b.Kernel = max(1, b.Kernel)
	h, w := b.OutSize()
	allowed := (r.Kind == IR || r.Kind == Skip) && b.In == b.Out && b.Stride == 1 && h == b.Height && w == b.Width
	b.Residual = allowed && (r.Residual == nil || *r.Residual)
	if b.Identity() {
		b.Act, b.BatchNorm = "none", false
	}
	return b
}

// squeeze sets the gate. The ratio applies to the number of hidden channels, and
// the product is truncated before the rounding (docs/background/networks.md,
// "Blocks").
func (b *Block) squeeze(r Row, round Rounding) {
	if r.SE == "" {
		return
	}
	b.SE, b.SEAct, b.Squeeze = r.SE, r.SEAct, r.Squeeze
	if b.SEAct == "" {
		b.SEAct = r.Act
	}
	if b.Squeeze == 0 {
		ratio := r.SERatio
		if r.SEOverExpansion {
			expansion := r.Expansion
			if expansion == 0 {
				expansion = float64(b.Mid) / float64(b.In)
			}
			ratio /= expansion
		}
		b.Squeeze = round.Round(float64(int(float64(b.Mid) * ratio)))
	}
}

// head returns the classifier on input s.
func head(s chw.Shape, classes int, bias bool) Block {
	return Block{
		Kind: Head, Kernel: 1, Stride: 1, Act: "none", SE: "none", SEAct: "none", Groups: 1, OutGroups: 1, Bias: bias,
		Height: s.Height, Width: s.Width, In: s.Channels, Out: classes, Classes: classes,
	}
}

// checkShapes reports what is wrong with the row's block b on its actual input.
func (r Row) checkShapes(b Block, path string, problems *yamlform.Problems) {
	if h, w := b.OutSize(); h < 1 || w < 1 {
		problems.Add(path, "has no output for a %dx%d map", b.Height, b.Width)
	}
	if r.Residual != nil && *r.Residual && !b.Residual {
		problems.Add(path+".residual", "is true, but the block changes the shape")
	}
	if b.Mid > maxChannels {
		problems.Add(path+".expansion", "gives %d hidden channels for %d inputs, want at most %d", b.Mid, b.In, maxChannels)
	}
	for _, c := range b.Convolutions() {
		if c.In%c.Groups != 0 || c.Out%c.Groups != 0 {
			field := ".groups"
			if c.Name == "project" {
				field = ".out_groups"
			}
			problems.Add(path+field, "%d groups do not divide the channels of the convolution %s (%d to %d)", c.Groups, c.Name, c.In, c.Out)
		}
	}
	if b.Shuffle && b.Mid%b.Groups != 0 {
		problems.Add(path+".groups", "%d groups do not divide the %d shuffled channels", b.Groups, b.Mid)
	}
}
