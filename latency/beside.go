package latency

// Beside returns the rounds with the group of another model, which must be in
// every batch, in place of the sentinel's: figures then become ratios to that
// model. It leaves out rounds in which its group was dropped, unless fewer than
// half of the batch's rounds are clean, as in Figures.
func Beside(rounds []Round, digest string) []Round {
	clean, all := map[int]int{}, map[int]int{}
	for _, r := range rounds {
		if g, ok := groupOf(r, digest); ok {
			all[r.Batch]++
			if !g.Dropped {
				clean[r.Batch]++
			}
		}
	}
	var out []Round
	for _, r := range rounds {
		g, ok := groupOf(r, digest)
		if !ok || g.Dropped && 2*clean[r.Batch] >= all[r.Batch] {
			continue
		}
		r.Sentinel = []Group{g}
		out = append(out, r)
	}
	return out
}

// groupOf is a model's group in a round.
func groupOf(r Round, digest string) (Group, bool) {
	for _, g := range r.Groups {
		if g.Digest == digest {
			return g, true
		}
	}
	return Group{}, false
}

// BatchesBeside is Batches for models of which the first must be in each batch.
func (o Options) BatchesBeside(n int) [][]int {
	if n == 1 {
		return [][]int{{0}}
	}
	o.BatchModels = o.WithDefaults().BatchModels - 1
	batches := o.Batches(n - 1)
	for b, others := range batches {
		batches[b] = []int{0}
		for _, i := range others {
			batches[b] = append(batches[b], i+1)
		}
	}
	return batches
}
