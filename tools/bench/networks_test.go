package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"fbnas/graph"
	"fbnas/models"
	"fbnas/train"
)

// TestNetworksOfTheYardstick: torch_step.py prints 297,130 and 530,782
// parameters; counted by hand there are 14.2 M multiply-accumulates and 479 k
// inputs of batch norms.
func TestNetworksOfTheYardstick(t *testing.T) {
	s, err := subjectOf("relu")
	if err != nil {
		t.Fatal(err)
	}
	counts := models.Count(s.blocks)
	if counts.Params != 297130 || counts.MACs != 14163968 {
		t.Errorf("relu: %d parameters, %d MACs", counts.Params, counts.MACs)
	}
	gated, err := subjectOf("hswish_se")
	if err != nil {
		t.Fatal(err)
	}
	if n := models.Count(gated.blocks).Params; n != 530782 {
		t.Errorf("hswish_se: %d parameters", n)
	}
	maps, _ := stepSize("relu", 1)
	if n := maps / 4 / 1000; n < 479 || n >= 480 {
		t.Errorf("%.1f thousand numbers leave the convolutions", n)
	}
	if one, two := traffic("relu", 1), traffic("relu", 2); two != 2*one || one < 2*maps {
		t.Errorf("a step moves %v bytes of maps for an image and %v for two", one, two)
	}
	super, err := subjectOf("supernet_20c")
	if err != nil {
		t.Fatal(err)
	}
	if n := models.Count(super.blocks).Params; n != counts.Params {
		t.Errorf("the supernet has %d parameters, builtin8 %d", n, counts.Params)
	}
	plain, err := subjectOf("supernet_0")
	if err != nil || len(plain.choices) != 0 || len(super.choices) != 13 || !super.learn {
		t.Errorf("choices: %d and %d, %v", len(plain.choices), len(super.choices), err)
	}
}

// trained is the number of parameters that a step of the subject changes,
// choices included.
func trained(s subject) int {
	n := 0
	for _, p := range s.net.Params {
		if p.Trained() {
			n += graph.Shape(p.Shape).Len()
		}
	}
	return n
}

// TestWaysToChooseKernels: the yardstick's branches have 415,882 parameters and
// 24 of choices. What the ways differ in is depthwise: 1,680 channels, the first
// block's 48 among them.
func TestWaysToChooseKernels(t *testing.T) {
	const channels = 48 + 96 + 2*144 + 2*240 + 2*384
	counts := map[string]int{}
	for _, name := range []string{"kernels_nested", "kernels_summed", "kernels_branches"} {
		s, err := subjectOf(name)
		if err != nil {
			t.Fatal(err)
		}
		counts[name] = trained(s)
		p := s.program(2, train.DefaultConfig())
		for _, c := range s.choices {
			var writes []string
			for _, w := range p.Writes {
				if strings.HasSuffix(w.Name, choice+c.Name) {
					writes = append(writes, w.Name)
				}
			}
			slices.Sort(writes)
			if len(writes) != 4 { // itself, SGD's momentum, Adam's two moments
				t.Errorf("%s: a step writes %v of %s", name, writes, c.Name)
			}
		}
		if _, err := p.Resolve(s.specs()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := counts["kernels_branches"]; n != 415882+24 {
		t.Errorf("branches: %d parameters", n)
	}
	if n := counts["kernels_summed"] - counts["kernels_nested"]; n != 2*7*7*channels {
		t.Errorf("two more kernels have %d parameters, want %d", n, 2*7*7*channels)
	}
}

func TestEveryPeerHasASubject(t *testing.T) {
	for net, p := range torchPeers {
		s, err := subjectOf(net)
		if err != nil {
			t.Errorf("%s: %v", net, err)
			continue
		}
		args, err := (job{Kind: p.kind, Network: net, Args: p.args}).python("torch_step.py")
		if err != nil {
			t.Fatal(err)
		}
		if p.kind != torchBlocksJob {
			if args[0] != "torch_step.py" {
				t.Errorf("%s: %v", net, args)
			}
			continue
		}
		var blocks []models.Block
		if err := json.Unmarshal([]byte(args[3]), &blocks); err != nil || !slices.Equal(blocks, s.blocks) {
			t.Errorf("%s: PyTorch is given %d blocks of %d: %v", net, len(blocks), len(s.blocks), err)
		}
	}
}
