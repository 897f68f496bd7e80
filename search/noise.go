package search

import (
	"math"

	"fbnas/engine"
	"fbnas/internal/random"
)

// smallestDraw keeps the logarithm of an exponential draw finite.
const smallestDraw = 1e-20

// forced is noise beside which no logit counts: one weight is 1, the others are below
// 1e-13 (nn.GumbelSoftmax).
const forced = 1e4

// draw feeds the noise of a weight step.
func (r *runner) draw(step int, temperature float64) engine.Feeds {
	if r.Config.Sampling == Gumbel {
		return r.gumbel("weight noise", step, temperature)
	}
	stream := random.New(r.Config.Train.Seed, "sandwich", uint64(step))
	feeds := engine.Feeds{temperatureFeed: engine.Scalar(temperature)}
	for _, c := range r.super.choices {
		picked := stream.IntN(len(c.Options))
		switch step % 4 {
		case 0:
			picked = len(c.Options) - 1
		case 2:
			picked = 0
		}
		noises := make([]float32, len(c.Options))
		noises[picked] = forced
		feeds[noise+c.Name] = engine.Floats(noises)
	}
	return feeds
}

// gumbel feeds one draw from Gumbel(0,1) for every option, and the temperature.
func (r *runner) gumbel(purpose string, step int, temperature float64) engine.Feeds {
	stream := random.New(r.Config.Train.Seed, purpose, uint64(step))
	feeds := engine.Feeds{temperatureFeed: engine.Scalar(temperature)}
	for _, c := range r.super.choices {
		draw := make([]float32, len(c.Options))
		for i := range draw {
			draw[i] = float32(-math.Log(max(stream.ExpFloat64(), smallestDraw)))
		}
		feeds[noise+c.Name] = engine.Floats(draw)
	}
	return feeds
}
