package train

import (
	"context"
	"math"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/models"
	"fbnas/nn"
)

// unfoldImages is enough images for statistics of a set.
const unfoldImages = 2048

// folded reports whether values come from a file whose batch norms are folded
// into convolutions: then none of them subtracts a mean.
func folded(params []models.Param, values map[string][]float64) bool {
	norms := 0
	for _, p := range params {
		if p.Role != models.Mean {
			continue
		}
		norms++
		for _, v := range values[p.Name] {
			if v != 0 {
				return false
			}
		}
		if values[p.Name] == nil {
			return false
		}
	}
	return norms > 0
}

// unfold restores what folding took from batch norms: the mean and the variance
// of their inputs, computed on images of the split, and the scale and shift with
// which the network still computes the same. Otherwise the first step of
// training, which normalises by the batch's own statistics, would compute
// something else than the trained network.
func (n Network) unfold(ctx context.Context, e engine.Engine, state engine.State, s Shape, split *dataset.Split) error {
	nb, x := n.begin(s, nn.Observed)
	n.Forward(nb, x)
	if len(nb.Moments) == 0 { // all of them are frozen
		return nil
	}
	p := &engine.Program{Name: "unfold", Graph: nb.G}
	sums := map[string]*moments{}
	for _, m := range nb.Moments {
		p.Returns = append(p.Returns, engine.Binding{Name: m.Name + ".mean", Node: m.Mean}, engine.Binding{Name: m.Name + ".var", Node: m.Variance})
		channels := m.Mean.Shape.Len()
		sums[m.Name] = &moments{make([]float64, channels), make([]float64, channels)}
	}
	run, err := e.Compile(Optimise(p), state)
	if err != nil {
		return err
	}
	defer run.Close()
	batches := 0.0
	err = pass{run, split.Part(max(unfoldImages, s.Batch)), s.Batch, true}.each(ctx,
		func(int) engine.Feeds { return nil },
		func(_ *dataset.Batch, r engine.Results) {
			batches++
			for name, sum := range sums {
				sum.add(r[name+".mean"], r[name+".var"])
			}
		})
	if err != nil {
		return err
	}
	values, err := n.Values(state)
	if err != nil {
		return err
	}
	for name, sum := range sums {
		sum.into(values, name, batches)
	}
	return n.SetValues(state, values)
}

// moments are sums over batches of the mean and the mean square of channels.
type moments struct{ mean, square []float64 }

func (m *moments) add(mean, variance []float64) {
	for i, v := range mean {
		m.mean[i] += v
		m.square[i] += v*v + variance[i]
	}
}

// into makes them the running statistics of a batch norm, and changes its scale
// and shift so that it computes the same.
func (m *moments) into(values map[string][]float64, norm string, batches float64) {
	gamma, beta, mean, variance := values[norm+".gamma"], values[norm+".beta"], values[norm+".mean"], values[norm+".var"]
	for i := range gamma {
		newMean := m.mean[i] / batches
		newVariance := max(m.square[i]/batches-newMean*newMean, 0)
		scale := gamma[i] / math.Sqrt(variance[i]+nn.Epsilon)
		gamma[i] = scale * math.Sqrt(newVariance+nn.Epsilon)
		beta[i] += scale * (newMean - mean[i])
		mean[i], variance[i] = newMean, newVariance
	}
}
