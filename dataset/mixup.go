package dataset

import (
	"math"
	"math/rand/v2"

	"fbnas/internal/random"
)

// mix is mixup (Zhang et al., 2018): it mixes every image of a batch with the one that
// is as far from the batch's end as it is from its start; the batch is shuffled
// anyway. Shares are drawn for each image from Beta(alpha, alpha); a share below one
// half is replaced by one minus itself, which mixes the same pairs in the same way.
// So Labels stays the label of the larger part.
func (l *Loader) mix(b *Batch, j *job) {
	size := len(b.Images) / l.o.Batch
	for k, i := range j.images {
		share := beta(random.New(l.o.Seed, l.o.Purpose+"/mixup", uint64(j.epoch), uint64(i)), l.o.Mixup)
		b.Shares[k], b.Others[k] = float32(max(share, 1-share)), b.Labels[b.N-1-k]
	}
	for k := range b.N / 2 {
		other := b.N - 1 - k
		p, q := b.Images[k*size:][:size], b.Images[other*size:][:size]
		s, t := b.Shares[k], b.Shares[other]
		for i, x := range p {
			y := q[i]
			p[i], q[i] = s*x+(1-s)*y, t*y+(1-t)*x
		}
	}
	for k := b.N; k < l.o.Batch; k++ {
		b.Shares[k], b.Others[k] = 1, 0
	}
}

// beta draws from Beta(alpha, alpha), alpha from 0 to 1, by Jöhnk's method: with
// logarithms, since powers of 1/alpha underflow.
func beta(rng *rand.Rand, alpha float64) float64 {
	for {
		x, y := math.Log(rng.Float64())/alpha, math.Log(rng.Float64())/alpha
		if math.Exp(x)+math.Exp(y) <= 1 {
			return 1 / (1 + math.Exp(y-x))
		}
	}
}
