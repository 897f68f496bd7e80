package latency

// Beside returns the rounds with the group of another model, which is in every
// batch, in the sentinel's place: their figures are ratios to that model.
func Beside(rounds []Round, digest string) []Round {
	var out []Round
	for _, r := range rounds {
		for _, g := range r.Groups {
			if g.Digest == digest {
				r.Sentinel = []Group{g}
				out = append(out, r)
				break
			}
		}
	}
	return out
}

// BatchesBeside is Batches for models of which the first is to be in each batch.
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
