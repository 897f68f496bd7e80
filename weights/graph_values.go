package weights

import (
	"errors"
	"math"
	"slices"

	"fbnas/models"
	"fbnas/nn"
)

// take stores the numbers of a convolution under the names of models.Params.
func (w *walk) take(where string, c models.Convolution, have *convolution, fresh bool) error {
	if fresh {
		w.loaded.Fresh, w.loaded.FileClasses = append(w.loaded.Fresh, where+".weight"), have.shape[0]
		if c.Bias {
			w.loaded.Fresh = append(w.loaded.Fresh, where+".bias")
		}
		return nil
	}
	values, err := have.as(c)
	if err != nil {
		return err
	}
	for role, v := range values {
		if !finite(v) {
			return errNotFinite
		}
		name := where + "." + string(role)
		if role != models.Weight && role != models.Bias {
			name = where + ".bn." + string(role)
		}
		w.loaded.Values[name] = v
	}
	return nil
}

var errNotFinite = errors.New("numbers that float32 does not hold")

// finite reports whether float32 holds every number.
func finite(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return !(math.Abs(x) <= math.MaxFloat32) })
}

// as returns a layer's numbers in the form of ours. A batch norm that was folded
// becomes one that only adds: scale 1, mean 0 and a
// variance of 1 minus epsilon.
func (have *convolution) as(c models.Convolution) (map[models.Role][]float64, error) {
	n := c.Out
	bias := make([]float64, n)
	if have.bias != nil {
		bias = have.bias()
	}
	out := map[models.Role][]float64{models.Weight: have.weight()}
	if have.gamma != nil && !c.BatchNorm {
		return nil, errors.New("a batch norm that the network does not have there")
	}
	switch {
	case !c.BatchNorm && c.Bias:
		out[models.Bias] = bias
	case !c.BatchNorm:
		if slices.ContainsFunc(bias, func(x float64) bool { return x != 0 }) {
			return nil, errors.New("biases that the network does not have there")
		}
	case have.gamma != nil:
		out[models.Gamma], out[models.Beta], out[models.Var] = have.gamma(), have.beta(), have.variance()
		out[models.Mean] = slices.Clone(have.mean())
		if c.Bias {
			out[models.Bias] = bias
			break
		}
		for i, b := range bias {
			out[models.Mean][i] -= b // as the batch norm subtracts it
		}
	default:
		out[models.Gamma], out[models.Beta] = slices.Repeat([]float64{1}, n), bias
		out[models.Mean], out[models.Var] = make([]float64, n), slices.Repeat([]float64{1 - nn.Epsilon}, n)
		if c.Bias {
			out[models.Bias] = make([]float64, n)
		}
	}
	return out, nil
}
