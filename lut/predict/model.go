package predict

import (
	"fmt"
	"math"
	"slices"

	"fbnas/models"
)

// Sample is a measured block; both times in microseconds.
type Sample struct {
	Block   models.Block
	US      float64
	ErrorUS float64 // standard error
}

// Model is what was fitted for one kind of block on one device. Together with the
// samples (see New) it makes predictions; it has no other state.
type Model struct {
	Kind models.Kind `json:"kind"`
	Stairs
	Trend   map[string]float64 `json:"trend"`   // µs per unit of each feature
	Weights map[Axis]float64   `json:"weights"` // inverse correlation lengths; an axis without one has no effect
	Nugget  float64            `json:"nugget"`  // share of a residual's variance that neighbours do not explain
	Scale   float64            `json:"scale"`   // standard deviation of the logarithmic residuals, from leave-one-out errors
}

// Check refuses what no fit can give.
func (m *Model) Check() error {
	ok := inBounds(m.Step) && inBounds(m.Align) && finite(m.Nugget) && finite(m.Scale) && m.Scale > 0
	for _, v := range m.Trend {
		ok = ok && finite(v)
	}
	for _, v := range m.Weights {
		ok = ok && finite(v)
	}
	if !ok {
		return fmt.Errorf("a coefficient of kind %q is not a number that a fit can give", m.Kind)
	}
	return nil
}

func inBounds(stair int) bool { return stair > 0 && stair <= 1<<10 }

func finite(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }

// trend is the prediction for b from its features alone, in µs.
func (m *Model) trend(b models.Block) float64 {
	var us float64
	for _, f := range features(b, m.Stairs) {
		us += m.Trend[f.name] * f.amount
	}
	return math.Max(us, tiny)
}

// tiny keeps logarithms finite.
const tiny = 1e-3

// Predictor predicts the blocks of one kind. It is safe for concurrent use.
type Predictor struct {
	model  *Model
	field  field
	excess []float64 // per sample, left out: squared error over expected variance
	ranges map[models.Block]*[3][2]int
}

// New combines a model with the samples of its kind. It leaves out samples of
// other kinds, which a file may contain.
func New(m *Model, samples []Sample) *Predictor {
	samples = slices.DeleteFunc(slices.Clone(samples), func(s Sample) bool { return s.Block.Kind != m.Kind || !usable(s) })
	p := &Predictor{model: m, field: fieldOf(m, samples), ranges: map[models.Block]*[3][2]int{}}
	for _, s := range samples {
		r := p.ranges[family(s.Block)]
		if r == nil {
			r = &[3][2]int{}
			p.ranges[family(s.Block)] = r
		}
		for c, width := range channels(s.Block) {
			if r[c][1] == 0 || width < r[c][0] {
				r[c][0] = width
			}
			r[c][1] = max(r[c][1], width)
		}
	}
	p.excess = make([]float64, len(samples))
	inParallel(len(samples), func(i int) {
		around := p.field.nearest(&p.field.at[i], i)
		mean, variance := p.field.estimate(&around)
		e := (p.field.residuals[i] - mean) / m.Scale
		p.excess[i] = e * e / (variance + m.Nugget)
	})
	return p
}

// usable reports whether a sample's features can be computed and its logarithm
// taken.
func usable(s Sample) bool {
	b := s.Block
	return min(b.Kernel, b.Stride, b.Groups, b.OutGroups, b.Height, b.Width, b.In, b.Out) > 0 && min(b.Mid, b.Pad, b.Squeeze) >= 0 && s.US > 0
}

// fieldOf makes a field of the samples' residuals from the model's trend.
func fieldOf(m *Model, samples []Sample) field {
	f := field{nugget: m.Nugget}
	for i, a := range axes {
		f.weights[i] = m.Weights[a.name]
	}
	for _, s := range samples {
		f.at = append(f.at, f.scaled(placeOf(s.Block, m.Step)))
		f.residuals = append(f.residuals, math.Log(s.US/m.trend(s.Block)))
		noise := 0.0
		if m.Scale > 0 {
			noise = math.Pow(s.ErrorUS/s.US/m.Scale, 2)
		}
		f.noise = append(f.noise, noise)
	}
	return f
}

// Covers reports whether predictions of b are supported by measurements: blocks
// of its family were measured, and none of its widths is outside their range by
// more than a quarter.
func (p *Predictor) Covers(b models.Block) bool {
	r := p.ranges[family(b)]
	if r == nil {
		return false
	}
	for c, width := range channels(b) {
		if 5*width < 4*r[c][0] || 4*width > 5*r[c][1] {
			return false
		}
	}
	return true
}

// Predict returns the expected latency of b and its standard error, in
// microseconds.
func (p *Predictor) Predict(b models.Block) (us, errUS float64) {
	at := p.field.scaled(placeOf(b, p.model.Step))
	around := p.field.nearest(&at, -1)
	mean, variance := p.field.estimate(&around)
	us = p.model.trend(b) * math.Exp(mean)
	return us, us * p.model.Scale * math.Sqrt((variance+p.model.Nugget)*p.localExcess(&around))
}

// witnesses is the number of samples near a place whose leave-one-out errors
// correct the expected variance there; prior is the weight, in samples, of no
// correction.
const (
	witnesses = 8
	prior     = 4
)

// localExcess is the factor by which the variance around a place exceeds the model's.
func (p *Predictor) localExcess(around *neighbourhood) float64 {
	n := min(witnesses, around.n)
	sum := float64(prior)
	for _, i := range around.at[:n] {
		sum += p.excess[i]
	}
	return sum / float64(prior+n)
}
