package ortc

// The element types (ONNXTensorElementDataType) of tensors that can be set and
// read.
const (
	Float    = 1 // float32
	Byte     = 2 // uint8
	Int8     = 3
	Uint16   = 4
	Int16    = 5
	Int32    = 6
	Int64    = 7
	Bool     = 9
	Float16  = 10
	Double   = 11 // float64
	Uint32   = 12
	Uint64   = 13
	BFloat16 = 16
)

var sizes = map[int]int{
	Float: 4, Byte: 1, Int8: 1, Uint16: 2, Int16: 2, Int32: 4, Int64: 8, Bool: 1, Float16: 2, Double: 8, Uint32: 4, Uint64: 8, BFloat16: 2,
}

// Size is the number of bytes of an element; 0 for types that are not set and
// read, such as text.
func Size(kind int) int { return sizes[kind] }

// Tensor says what an input is. A dimension that the model leaves open is -1.
type Tensor struct {
	Name  string
	Type  int
	Shape []int64
}
