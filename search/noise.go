package search

import (
	"math"

	"fbnas/engine"
	"fbnas/internal/random"
)

// smallestDraw keeps the logarithm of an exponential draw finite.
const smallestDraw = 1e-20

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
