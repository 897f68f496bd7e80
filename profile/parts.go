package profile

import (
	"fmt"
	"math"

	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/lut"
	"fbnas/lut/predict"
	"fbnas/models"
)

// A space with more rows than a profile may measure is measured in part, and the
// rest is predicted (docs/decisions/predicted-rows.md).
const (
	wholeKinds = 64   // a kind with at most this many blocks is measured completely
	heldOut    = 0.05 // of a kind's rows: drawn at random, to test the predictions
)

// roundShares is the share of a kind's rows that is measured by the end of each
// round: first a lattice, then the least certain blocks.
var roundShares = []float64{0.125, 0.25, 0.5, 0.75, 1}

// part is a kind of block that is measured in part.
type part struct {
	kind   models.Kind
	blocks []models.Block // without the test rows
	test   []models.Block
	tested map[models.Block]bool
	rows   int // to measure, including the test rows

	fitted map[int]*predict.Model // fits by number of rows, without the test rows
}

// fit fits the part's first rows, once.
func (p part) fit(samples []predict.Sample) (*predict.Model, error) {
	if m := p.fitted[len(samples)]; m != nil {
		return m, nil
	}
	m, err := predict.Fit(samples)
	p.fitted[len(samples)] = m
	return m, err
}

// goal is the number of rows, without the test rows, by the end of a round.
func (p part) goal(round int) int { return goalOf(p.rows, len(p.test), round) }

func goalOf(rows, test, round int) int {
	return int(math.Round(roundShares[round] * float64(rows-test)))
}

// firstGoal is the goal of the first round, for a kind with the given number of
// rows.
func firstGoal(rows int) int { return goalOf(rows, testsOf(rows), 0) }

// testsOf is the number of a kind's rows that test its predictions.
func testsOf(rows int) int { return int(heldOut * float64(rows)) }

// divide splits blocks into those that are all measured and the parts, which
// share the rest of most in proportion to their numbers of blocks.
func divide(blocks []models.Block, most int, seed uint64) (whole []models.Block, parts []part) {
	var kinds []models.Kind
	of := map[models.Kind][]models.Block{}
	for _, b := range blocks {
		if of[b.Kind] == nil {
			kinds = append(kinds, b.Kind)
		}
		of[b.Kind] = append(of[b.Kind], b)
	}
	large := 0
	for _, k := range kinds {
		if len(of[k]) <= wholeKinds {
			whole = append(whole, of[k]...)
			continue
		}
		large += len(of[k])
		parts = append(parts, part{kind: k, blocks: of[k], fitted: map[int]*predict.Model{}})
	}
	left := most - len(whole)
	for i := range parts {
		p := &parts[i]
		p.rows = left * len(p.blocks) / large
		p.holdOut(seed)
	}
	return whole, parts
}

// CheckRows refuses, before anything is measured, a limit of rows (0: none) so
// low that the others cannot be predicted.
func CheckRows(blocks []models.Block, most int) error {
	if least := LeastRows(blocks); most > 0 && most < least {
		return fault.New(fault.Usage, fmt.Sprintf("Give --max-rows %d or more, --max-rows 0 to measure all, or a smaller space.", least),
			"%d rows are too few: the space asks for %d, of which at least %d must be measured", most, len(lut.Rows(blocks)), least)
	}
	return nil
}

// LeastRows is the fewest rows that a table of blocks can have: all of the small
// kinds, and of each other kind as many as a first fit needs; or all rows, if
// that is not less.
func LeastRows(blocks []models.Block) int {
	all := lut.Rows(blocks)
	of, large, least := map[models.Kind]int{}, 0, 0
	for _, b := range all {
		of[b.Kind]++
	}
	for _, n := range of {
		if n <= wholeKinds {
			least += n
		} else {
			large += n
		}
	}
	first := 1 // rows of a kind that leave enough for its first fit
	for firstGoal(first) < predict.Fewest {
		first++
	}
	share := 0
	for _, n := range of {
		if n > wholeKinds {
			share = max(share, (first*large+n-1)/n)
		}
	}
	return min(least+share, len(all))
}

// holdOut draws the rows that test the predictions.
func (p *part) holdOut(seed uint64) {
	p.tested = map[models.Block]bool{}
	rng := random.New(seed, "lut/held out/"+string(p.kind))
	for _, i := range rng.Perm(len(p.blocks))[:testsOf(p.rows)] {
		p.test = append(p.test, p.blocks[i])
		p.tested[p.blocks[i]] = true
	}
	rest := make([]models.Block, 0, len(p.blocks)-len(p.test))
	for _, b := range p.blocks {
		if !p.tested[b] {
			rest = append(rest, b)
		}
	}
	p.blocks = rest
}
