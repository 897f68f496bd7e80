package onnx

import (
	"math"

	"fbnas/onnx/onnxpb"
)

// foldFloats computes shapes that nodes cast to float32 and
// back: exporters scale them so, to half a height or twice a width.
func (inf *inference) foldFloats(n *onnxpb.NodeProto) {
	if canonical(n.GetDomain()) != "" || len(n.GetOutput()) != 1 || len(n.GetInput()) == 0 || n.Output[0] == "" {
		return
	}
	out := n.Output[0]
	t := inf.types[out]
	if size, known := t.Shape.Lengths(); !known || len(size) > 1 || len(size) == 1 && size[0] > maxRank {
		return
	}
	whole, isWhole := inf.consts[n.Input[0]]
	float, isFloat := inf.scales[n.Input[0]]
	switch compute := floatFolds[n.GetOpType()]; {
	case n.GetOpType() == "Cast" && isWhole && t.Type == Float32 && len(whole) <= maxRank:
		for _, v := range whole {
			inf.scales[out] = append(inf.scales[out], float32(v))
		}
	case n.GetOpType() == "Cast" && isFloat && (t.Type == Int64 || t.Type == Int32):
		var cut []int64
		for _, v := range float {
			if !(math.Abs(float64(v)) < maxDim) {
				return
			}
			cut = append(cut, int64(v))
		}
		inf.consts[out] = cut
	case compute != nil && isFloat && t.Type == Float32:
		second := []float32{0}
		if len(n.Input) == 2 {
			second = inf.scales[n.Input[1]]
		}
		if len(float) == 0 || len(second) == 0 || len(n.Input) > 2 || len(float) != len(second) && len(float) != 1 && len(second) != 1 {
			return
		}
		result := make([]float32, max(len(float), len(second)))
		for i := range result {
			result[i] = compute(float[i%len(float)], second[i%len(second)])
		}
		inf.scales[out] = result
	}
}

// floatFolds compute operators element by element; the second number is 0 for operators
// with one input.
var floatFolds = map[string]func(a, b float32) float32{
	"Add":   func(a, b float32) float32 { return a + b },
	"Ceil":  func(a, _ float32) float32 { return float32(math.Ceil(float64(a))) },
	"Div":   func(a, b float32) float32 { return a / b },
	"Floor": func(a, _ float32) float32 { return float32(math.Floor(float64(a))) },
	"Mul":   func(a, b float32) float32 { return a * b },
	"Round": func(a, _ float32) float32 { return float32(math.RoundToEven(float64(a))) },
	"Sub":   func(a, b float32) float32 { return a - b },
}
