package predict

import (
	"math"
	"runtime"
	"sync"

	"fbnas/internal/fault"
	"fbnas/models"
)

// family is a block without its channels: blocks of one family differ only there.
func family(b models.Block) models.Block {
	b.In, b.Mid, b.Out, b.Squeeze = 0, 0, 0, 0
	if b.Groups > 1 {
		b.Groups = 2
	}
	return b
}

// channels are a block's widths; their measured ranges limit a family's
// predictions.
func channels(b models.Block) [3]int { return [3]int{b.In, b.Mid, b.Out} }

// ends returns the indices of the blocks at the limits of their families: for
// each width, the first block with the smallest and the first with the largest.
func ends(blocks []models.Block) []int {
	bounds := map[models.Block]*[6]int{}
	var order []*[6]int
	for i, b := range blocks {
		at := bounds[family(b)]
		if at == nil {
			at = &[6]int{i, i, i, i, i, i}
			bounds[family(b)] = at
			order = append(order, at)
		}
		for c, width := range channels(b) {
			if width < channels(blocks[at[2*c]])[c] {
				at[2*c] = i
			}
			if width > channels(blocks[at[2*c+1]])[c] {
				at[2*c+1] = i
			}
		}
	}
	var list []int
	seen := map[int]bool{}
	for _, at := range order {
		for _, i := range at {
			if !seen[i] {
				seen[i] = true
				list = append(list, i)
			}
		}
	}
	return list
}

// Lattice chooses n of the blocks to measure before anything is known: those at
// the limits of their families, then always the one farthest from all chosen
// ones. It may return more than n if the families need them, and depends only on
// its arguments.
func Lattice(blocks []models.Block, n int) []models.Block {
	places := placesOf(blocks, 1)
	far := make([]float64, len(blocks))
	for i := range far {
		far[i] = math.Inf(1)
	}
	var out []models.Block
	take := func(chosen int) {
		out = append(out, blocks[chosen])
		inParallel(len(blocks), func(i int) {
			far[i] = math.Min(far[i], distance(&places[i], &places[chosen]))
		})
	}
	for _, i := range ends(blocks) {
		take(i)
	}
	for len(out) < min(n, len(blocks)) {
		take(largest(far))
	}
	return out
}

// Uncertain returns the n blocks with the least certain predictions, each chosen
// as if the ones before it had been measured.
func (p *Predictor) Uncertain(blocks []models.Block, n int) []models.Block {
	places := placesOf(blocks, p.model.Step)
	for i := range places {
		places[i] = p.field.scaled(places[i])
	}
	variance := make([]float64, len(blocks))
	inParallel(len(blocks), func(i int) {
		around := p.field.nearest(&places[i], -1)
		_, v := p.field.estimate(&around)
		variance[i] = v * p.localExcess(&around)
	})
	var out []models.Block
	for len(out) < min(n, len(blocks)) {
		chosen := largest(variance)
		out = append(out, blocks[chosen])
		inParallel(len(blocks), func(i int) {
			c := correlation(distance(&places[i], &places[chosen]))
			variance[i] *= 1 - c*c/(1+p.model.Nugget)
		})
		variance[chosen] = -1
	}
	return out
}

func placesOf(blocks []models.Block, step int) []place {
	places := make([]place, len(blocks))
	for i, b := range blocks {
		places[i] = placeOf(b, step)
	}
	return places
}

func largest(x []float64) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// inParallel calls do for 0 to n-1 on every core; each call may write only to
// what belongs to its index. A panic in a call is raised again here.
func inParallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	bugs := make([]error, workers)
	for w := range workers {
		wg.Go(func() {
			defer fault.Catch(&bugs[w])
			for i := w * n / workers; i < (w+1)*n/workers; i++ {
				do(i)
			}
		})
	}
	wg.Wait()
	for _, bug := range bugs {
		if bug != nil {
			panic(bug)
		}
	}
}
