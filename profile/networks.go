package profile

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

// Purpose is what networks are measured for; each purpose has its own random
// numbers.
type Purpose string

// The purposes.
const (
	Calibration Purpose = "calibration"
	Validation  Purpose = "validation"
)

// PerProfile is how many networks a profile measures for each purpose, the same
// number from each tenth of the latency range (docs/background/measuring.md,
// "From blocks to networks"). A calibration fits a saving for each shape of a
// border, and needs several networks with each (docs/decisions/calibration.md).
var PerProfile = map[Purpose]int{Calibration: 40, Validation: 20}

// Draw says which networks of a space to measure.
type Draw struct {
	Space   models.Space
	Classes int
	Purpose Purpose
	Count   int // a multiple of 10; 0: that of PerProfile
	Seed    uint64
	Without map[string]bool // digests of excluded models
}

// Networks draws networks that are spread evenly over the latency range that the
// table predicts for the space, in ascending order. If a space has too few, it
// returns all of them.
func (d Draw) Networks(t *lut.Table) ([]Network, error) {
	if d.Count == 0 {
		d.Count = PerProfile[d.Purpose]
	}
	if d.Count < 10 || d.Count%10 != 0 {
		return nil, fault.New(fault.Usage, "Give a multiple of 10: as many come from each tenth of the latency range.",
			"the %s needs 10, 20, 30 or more networks, not %d", d.Purpose, d.Count)
	}
	choice := Choice{Seed: d.Seed, Purpose: string(d.Purpose), PerTenth: d.Count / 10, Draws: 25 * d.Count}
	sample := d.sampler()
	for {
		chosen, err := Choose(t, choice, sample)
		if errors.Is(err, ErrFew) {
			return d.remaining(t)
		}
		if err != nil {
			return nil, err
		}
		networks, excluded, err := d.export(chosen, formatOf(t))
		if err != nil {
			return nil, err
		}
		if len(excluded) == 0 {
			return networks, nil
		}
		choice.Exclude = append(choice.Exclude, excluded...)
	}
}

// sampler returns a function that draws one network. Independent choices would
// give latencies near the middle of the range, so each network is drawn towards a
// random point between the smallest and the widest, by a random amount.
func (d Draw) sampler() func(*rand.Rand) []models.Block {
	choices, layers := d.Space.Choices(), d.Space.Layers(d.Classes)
	return func(r *rand.Rand) []models.Block {
		point, independence := r.Float64(), r.Float64()
		sel := make(models.Selection, len(choices))
		for i, c := range choices {
			at := (1-independence)*point + independence*r.Float64()
			sel[i] = int(at * float64(len(c.Options)))
		}
		blocks := make([]models.Block, len(layers))
		for i, l := range layers {
			blocks[i] = l.Block(sel.Point(l))
		}
		return blocks
	}
}

// export exports the models of the chosen networks; excluded are the chosen
// networks that d excludes.
func (d Draw) export(chosen [][]models.Block, f Format) (networks []Network, excluded [][]models.Block, err error) {
	for _, blocks := range chosen {
		n, err := f.drawn(blocks)
		if err != nil {
			return nil, nil, err
		}
		if d.Without[n.Model.Digest()] {
			excluded = append(excluded, blocks)
		}
		networks = append(networks, n)
	}
	return networks, excluded, nil
}

// drawn exports blocks under a name and with weights that depend only on the
// blocks, so that the networks of a calibration are recognised by their digests.
func (f Format) drawn(blocks []models.Block) (Network, error) {
	id, err := json.Marshal(blocks)
	if err != nil {
		return Network{}, err
	}
	sum := sha256.Sum256(id)
	name := fmt.Sprintf("network-%x", sum[:6])
	s, err := f.network(name, blocks)
	return Network{
		Name: name, Blocks: blocks, MACs: models.Count(blocks).MACs,
		Model: latency.Model{Name: name, Bytes: s.Bytes},
	}, err
}
