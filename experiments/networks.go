package main

import (
	"fmt"

	"fbnas/internal/random"
	"fbnas/models"
)

// network is one contender of the space.
type network struct {
	name string
	sel  models.Selection
	arch string // arch.yaml
}

// byHand are the networks that people write down at a limit in microseconds, by name:
// one width multiplier under each expansion, and the shapes of published networks.
func (o *opened) byHand(limit float64) ([]network, error) {
	var list []network
	add := func(name string, sel models.Selection) error {
		n, err := o.network(name, sel)
		list = append(list, n)
		return err
	}
	for _, s := range o.costs.Uniforms(limit) {
		if err := add(fmt.Sprintf("uniform-%g", s.Expansion), s.Selection); err != nil {
			return nil, err
		}
	}
	for _, family := range []struct{ name, arch string }{
		{"mobilenetv2", "mnv2"}, {"mobilenetv3", "mnv3"}, {"fbnetv2", "fbnetv2_f1"},
	} {
		arch, err := models.LoadArch(family.arch)
		if err != nil {
			return nil, err
		}
		blocks, err := arch.Resolve()
		if err != nil {
			return nil, err
		}
		s, err := o.costs.Shaped(blocks, limit)
		if err != nil {
			return nil, err
		}
		if err := add(family.name, s.Selection); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// atRandom are n networks drawn at a limit in microseconds.
func (o *opened) atRandom(limit float64, n int) ([]network, error) {
	var list []network
	for i := range n {
		sel, err := o.costs.Random(random.New(uint64(i), "experiments"), limit)
		if err != nil {
			return nil, err
		}
		n, err := o.network(fmt.Sprintf("random %d", i), sel)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

func (o *opened) network(name string, sel models.Selection) (network, error) {
	arch, err := o.space.Arch(sel, len(o.set.Classes))
	return network{name, sel, string(arch.YAML())}, err
}
