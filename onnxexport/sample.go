package onnxexport

import (
	"errors"
	"fmt"
	"math"

	"fbnas/graph"
	"fbnas/internal/random"
	"fbnas/models"
	"fbnas/onnx"
)

// Sample is a model with random weights, for timing.
type Sample struct {
	Name  string // a readable name
	Bytes []byte // the ONNX model
	Graph string // digest of the model with weights blanked: the key of its latency
}

// ErrNothing is the error of Block for a block that computes nothing.
var ErrNothing = errors.New("the block computes nothing: there is no model to measure")

// Block exports a single block for inputs of the batch, in the same way as whole
// networks. The same block gives the same bytes.
func Block(b models.Block, batch int) (Sample, error) {
	if b.Identity() {
		return Sample{}, ErrNothing
	}
	name := fmt.Sprintf("%s k%d s%d %dx%d %d-%d-%d", b.Kind, b.Kernel, b.Stride, b.Height, b.Width, b.In, b.Mid, b.Out)
	return sample(Spec{Name: name, Blocks: []models.Block{b}, Form: Form{Batch: batch}}, 1)
}

// Network exports a network with random weights.
func Network(name string, blocks []models.Block, batch int, seed uint64) (Sample, error) {
	return sample(Spec{Name: name, Blocks: blocks, Form: Form{Batch: batch}}, seed)
}

func sample(s Spec, seed uint64) (Sample, error) {
	s.Weights = RandomWeights(s.Blocks, seed)
	m, err := Export(s)
	if err != nil {
		return Sample{}, err
	}
	return SampleOf(s.Name, m)
}

// SampleOf is a sample of a model that was made from an exported one.
func SampleOf(name string, m *onnx.Model) (Sample, error) {
	digest, err := StructureDigest(m)
	if err != nil {
		return Sample{}, err
	}
	data, err := m.Bytes()
	return Sample{name, data, digest}, err
}

// RandomWeights draws the state of a network that was never trained, such
// that activations stay near 1 in all of it: denormal or infinite numbers
// would make a timing wrong. All tensors differ, as in a trained network.
func RandomWeights(blocks []models.Block, seed uint64) map[string][]float64 {
	weights := map[string][]float64{}
	for _, p := range models.Params(blocks) {
		r := random.New(seed, p.Name)
		v := make([]float64, graph.Shape(p.Shape).Len())
		for i := range v {
			switch p.Role {
			case models.Weight:
				v[i] = math.Sqrt(2/float64(p.FanIn)) * r.NormFloat64()
			case models.Gamma, models.Var:
				v[i] = 0.8 + 0.4*r.Float64()
			default:
				v[i] = 0.2*r.Float64() - 0.1
			}
		}
		weights[p.Name] = v
	}
	return weights
}
