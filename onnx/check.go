package onnx

// Check finds everything that is wrong with a model, as one joined error.
func Check(m *Model) error { return nil }

func irVersionOf(opset int64) int64 {
	switch {
	case opset <= 14:
		return 7
	case opset <= 18:
		return 8
	case opset <= 20:
		return 9
	}
	return 10
}
