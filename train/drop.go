package train

import (
	"slices"

	"fbnas/engine"
	"fbnas/internal/random"
	"fbnas/models"
	"fbnas/nn"
)

// drop is what training drops at random in a layer: for each image, with
// probability rate, a group of channels. Kept channels are divided by 1 - rate.
type drop struct {
	layer    string
	rate     float64
	channels int
	together int // channels per group: all of them, or 1
}

// drops are stochastic depth, whose rate grows linearly over the residual blocks
// up to path at the last one (Huang et al., 2016, section 3), and dropout of the
// classifier's input features.
func drops(blocks []models.Block, path, features float64) []drop {
	var branches, all []drop
	for i, b := range blocks {
		switch name := models.BlockName(b, i); {
		case b.Kind == models.IR && b.Residual:
			branches = append(branches, drop{layer: name, channels: b.Out, together: b.Out})
		case b.Kind == models.Head:
			all = append(all, drop{layer: name, rate: features, channels: b.In, together: 1})
		}
	}
	for i := range branches {
		branches[i].rate = path * float64(i+1) / float64(len(branches))
	}
	return slices.DeleteFunc(append(branches, all...), func(d drop) bool { return d.rate == 0 })
}

// gates draws a step's feeds, [batch,channels,1,1]: a function of the seed, the
// layer and the step.
func (d drop) gates(seed uint64, step, batch int) engine.Feed {
	r := random.New(seed, "drop "+d.layer, uint64(step))
	kept := float32(1 / (1 - d.rate))
	gates := make([]float32, batch*d.channels)
	for group := range slices.Chunk(gates, d.together) {
		if r.Float64() < d.rate {
			continue
		}
		for i := range group {
			group[i] = kept
		}
	}
	return engine.Floats(gates)
}

// Feeds are the feeds of a weight step, counted from 0, for the network's
// techniques.
func (n Network) Feeds(c Config, step int) engine.Feeds {
	feeds := engine.Feeds{}
	for _, d := range n.drops {
		feeds[nn.GateOf(d.layer)] = d.gates(c.Seed, step, c.Batch)
	}
	if n.averaged {
		feeds[averageWeight] = averageFeed(c.EMA, step)
	}
	return feeds
}
