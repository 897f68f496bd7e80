package quantize

import (
	"fmt"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/onnx"
)

// Options of a quantisation; the zero value suits most models: activations in
// int8, weights of 8 bits, no layer left in float.
type Options struct {
	Activations onnx.DType // Int8 (also Unknown) or Uint8
	ReduceRange bool       // weights of 7 bits, for x86 without VNNI
	// Float are layers that stay in float: names as in the file, without
	// ".weight", whole blocks (blocks.03), First or Last.
	Float []string
}

// Names of layers by their place.
const (
	First = "first"
	Last  = "last"
)

func (o Options) activations() onnx.DType {
	if o.Activations == onnx.Unknown {
		return onnx.Int8
	}
	return o.Activations
}

func (o Options) weightCodes() int {
	if o.ReduceRange {
		return reducedWeightCodes
	}
	return weightCodes
}

// validate also resolves o.Float to the layers that stay in float. Layers with equal
// weights have one name.
func (o Options) validate(layers []string) (left map[string]bool, err error) {
	if t := o.activations(); t != onnx.Int8 && t != onnx.Uint8 {
		return nil, fmt.Errorf("activations of %v; int8 and uint8 are possible", t)
	}
	left = map[string]bool{}
	var unknown []string
	for _, name := range o.Float {
		if !leave(left, layers, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return nil, fault.New(fault.Usage, fmt.Sprintf("Its layers are %s; %s and %s name the outer ones.", strings.Join(unique(layers), ", "), First, Last),
			"the network has no layer %s", strings.Join(unknown, ", "))
	}
	return left, nil
}

// leave adds the layers that name means to left; false if there are none.
func leave(left map[string]bool, layers []string, name string) bool {
	switch {
	case len(layers) == 0:
		return false
	case name == First:
		name = layers[0]
	case name == Last:
		name = layers[len(layers)-1]
	}
	found := false
	for _, layer := range layers {
		if layer == name || strings.HasPrefix(layer, name+".") {
			left[layer], found = true, true
		}
	}
	return found
}

// unique returns the elements of list without repetitions, in their order.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
