package interp

import (
	"fmt"

	"fbnas/graph"
)

// Eval computes outputs from the named inputs and returns their elements,
// row-major, in order. Integer inputs are given as whole float64 numbers.
func Eval(outputs []*graph.Node, inputs map[string][]float64) ([][]float64, error) {
	order := graph.Reachable(outputs...)
	uses := map[*graph.Node]int{}
	for _, n := range order {
		for _, x := range n.In {
			uses[x]++
		}
	}
	for _, n := range outputs {
		uses[n]++
	}
	values := map[*graph.Node][]float64{}
	for _, n := range order {
		v, err := eval(n, values, inputs)
		if err != nil {
			return nil, err
		}
		values[n] = v
		for _, x := range n.In { // free what nobody reads any more
			if uses[x]--; uses[x] == 0 {
				delete(values, x)
			}
		}
	}
	result := make([][]float64, len(outputs))
	for i, n := range outputs {
		result[i] = values[n]
	}
	return result, nil
}

func eval(n *graph.Node, values map[*graph.Node][]float64, inputs map[string][]float64) ([]float64, error) {
	switch n.Op {
	case graph.Const:
		return n.Data, nil
	case graph.Input:
		v, ok := inputs[n.Name]
		if !ok || len(v) != n.Shape.Len() {
			return nil, fmt.Errorf("interp: input %s has %d elements, want the shape %v", n.Name, len(v), n.Shape)
		}
		return v, nil
	}
	in := make([][]float64, len(n.In))
	for i, x := range n.In {
		in[i] = values[x]
	}
	return kernels[n.Op](n, in), nil
}
