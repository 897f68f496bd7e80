package models

import (
	"slices"
	"testing"
)

func TestCheckBlocks(t *testing.T) {
	for _, name := range ArchNames() {
		arch, err := LoadArch(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := arch.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckBlocks(blocks); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	arch, err := LoadArch("fbnetv2_f1")
	if err != nil {
		t.Fatal(err)
	}
	good, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Block){
		"huge":       func(b *Block) { b.Mid = 1 << 40 },
		"no groups":  func(b *Block) { b.Groups = 0 },
		"groups":     func(b *Block) { b.Groups = 7 },
		"kernel":     func(b *Block) { b.Kernel = -3 },
		"unexpanded": func(b *Block) { b.ExpandConv = false },
		"kind":       func(b *Block) { b.Kind = "other" },
		"nothing":    func(b *Block) { b.Height, b.Kernel, b.Pad = 1, 5, 0 },
		"joint":      func(b *Block) { b.Width++ },
		"shuffle":    func(b *Block) { b.Shuffle, b.ExpandConv, b.Groups, b.In, b.Mid = true, false, 7, 7, 9 },
	} {
		blocks := slices.Clone(good)
		if spoil(&blocks[2]); CheckBlocks(blocks) == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if CheckBlocks(nil) == nil {
		t.Error("a network of nothing: taken")
	}
}
