package dataset

import "unsafe"

// Batch is what one step is fed.
type Batch struct {
	// Images is [batch, channels, height, width] in row-major order,
	// normalised; its first element lies on a 64-byte boundary.
	Images []float32
	Labels []int64 // [batch]
	N      int     // how many of them are images; the rest is padding
	Epoch  int     // from 0
	Step   int     // from the first epoch's start

	home chan<- *Batch // where the buffers are used again
}

// Release gives the buffers back to the loader, which writes the next batches
// into them. The batch must not be used afterwards. A batch that is never
// released is the garbage collector's.
func (b *Batch) Release() {
	home := b.home
	if home == nil {
		return
	}
	b.home = nil
	again := *b
	again.home = home
	b.Images, b.Labels = nil, nil
	select {
	case home <- &again:
	default: // enough buffers wait there
	}
}

// buffer returns a batch with memory and no content.
func (l *Loader) buffer() *Batch {
	select {
	case b := <-l.free:
		return b
	default:
	}
	f := l.split.Shape()
	return &Batch{
		Images: aligned(l.o.Batch * f[0] * f[1] * f[2]),
		Labels: make([]int64, l.o.Batch),
		home:   l.free,
	}
}

// alignment is that of ONNX Runtime's own tensors, in bytes; feeds that lack
// it are copied.
const alignment = 64

// aligned makes n float32 whose first lies on the boundary. Go's collector
// does not move them.
func aligned(n int) []float32 {
	const number = int(unsafe.Sizeof(float32(0)))
	s := make([]float32, n+alignment/number)
	skip := 0
	if rest := int(uintptr(unsafe.Pointer(unsafe.SliceData(s))) % alignment); rest != 0 {
		skip = (alignment - rest) / number
	}
	return s[skip : skip+n : skip+n]
}
