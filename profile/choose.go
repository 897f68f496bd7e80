package profile

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"fbnas/internal/random"
	"fbnas/lut"
	"fbnas/models"
)

// Choice says how Choose picks networks; the zero value works.
type Choice struct {
	Seed     uint64
	Purpose  string           // keeps calibration and validation apart: "calibration", "validation"
	PerTenth int              // networks from each tenth of the range (2)
	Draws    int              // draws to find the range (2000); at most ten times as many in all
	Exclude  [][]models.Block // networks not to be picked
}

const tenths = 10

// ErrFew is the error for a space with too few networks to choose from.
var ErrFew = errors.New("too few networks")

// Choose picks networks drawn by a sampler, in ascending order of the table's
// prediction: the same number from each tenth of the latency range that the draws
// span. A tenth that the sampler does not reach often enough is filled with the
// draws nearest to it, so the number stays the same. The error wraps ErrFew if
// there are not enough draws.
func Choose(t *lut.Table, c Choice, sample func(*rand.Rand) []models.Block) ([][]models.Block, error) {
	if c.PerTenth == 0 {
		c.PerTenth = 2
	}
	if c.Draws == 0 {
		c.Draws = 2000
	}
	p := &pool{table: t, seen: map[string]bool{}, sample: sample,
		rng: random.New(c.Seed, "lut/choose/"+c.Purpose)}
	for _, b := range c.Exclude {
		p.seen[identity(b)] = true
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for range c.Draws {
		if _, err := p.draw(); err != nil {
			return nil, err
		}
	}
	for _, d := range p.drawn {
		lo, hi = math.Min(lo, d.us), math.Max(hi, d.us)
	}
	tenth := func(us float64) int { return min(tenths-1, int(tenths*(us-lo)/(hi-lo))) }
	if !(hi > lo) {
		tenth = func(float64) int { return 0 }
	}
	if err := p.fill(9*c.Draws, c.PerTenth, tenth, lo, hi); err != nil {
		return nil, err
	}
	if need := tenths * c.PerTenth; len(p.drawn) < need {
		return nil, fmt.Errorf("choose %s networks: %w: %d different ones in %d draws, %d needed",
			c.Purpose, ErrFew, len(p.drawn), 10*c.Draws, need)
	}
	return p.pick(c.PerTenth, lo, hi, tenth), nil
}

type draw struct {
	blocks []models.Block
	us     float64
	taken  bool
}

// pool has the distinct networks drawn so far.
type pool struct {
	table  *lut.Table
	rng    *rand.Rand
	sample func(*rand.Rand) []models.Block
	seen   map[string]bool
	drawn  []*draw
}

// draw adds one network to the pool; nil if it was there already, or has a block
// that the device cannot run.
func (p *pool) draw() (*draw, error) {
	blocks := p.sample(p.rng)
	id := identity(blocks)
	if p.seen[id] {
		return nil, nil
	}
	predicted, err := p.table.Predict(blocks)
	if errors.Is(err, lut.ErrFailed) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("choose networks: %w", err)
	}
	p.seen[id] = true
	d := &draw{blocks: blocks, us: predicted.Cost}
	p.drawn = append(p.drawn, d)
	return d, nil
}

// fill draws up to limit times more until each tenth has enough; it drops draws
// outside the range found before.
func (p *pool) fill(limit, perTenth int, tenth func(float64) int, lo, hi float64) error {
	var have [tenths]int
	short := tenths
	count := func(d *draw) {
		i := tenth(d.us)
		if have[i]++; have[i] == perTenth {
			short--
		}
	}
	for _, d := range p.drawn {
		count(d)
	}
	for ; short > 0 && limit > 0; limit-- {
		d, err := p.draw()
		switch {
		case err != nil:
			return err
		case d == nil:
		case d.us < lo || d.us > hi:
			p.drawn = p.drawn[:len(p.drawn)-1]
		default:
			count(d)
		}
	}
	return nil
}

// pick takes the first draws of each tenth, then fills the tenths that lack some.
func (p *pool) pick(perTenth int, lo, hi float64, tenth func(float64) int) [][]models.Block {
	var have [tenths]int
	for _, d := range p.drawn {
		if i := tenth(d.us); have[i] < perTenth {
			have[i]++
			d.taken = true
		}
	}
	for i := range have {
		centre := lo + (hi-lo)*(float64(i)+0.5)/tenths
		for ; have[i] < perTenth; have[i]++ {
			p.nearest(centre).taken = true
		}
	}
	return p.taken()
}

func (p *pool) nearest(us float64) *draw {
	var best *draw
	for _, d := range p.drawn {
		if !d.taken && (best == nil || math.Abs(d.us-us) < math.Abs(best.us-us)) {
			best = d
		}
	}
	return best
}

// taken returns the picked networks, fastest first.
func (p *pool) taken() [][]models.Block {
	slices.SortStableFunc(p.drawn, func(a, b *draw) int { return cmp.Compare(a.us, b.us) })
	var out [][]models.Block
	for _, d := range p.drawn {
		if d.taken {
			out = append(out, d.blocks)
		}
	}
	return out
}

func identity(blocks []models.Block) string {
	b, err := json.Marshal(blocks)
	if err != nil {
		panic(err) // cannot fail: plain data
	}
	return string(b)
}
