package dataset

// Batch is what one step is fed.
type Batch struct {
	// Images is [batch, channels, height, width] in row-major order,
	// normalised. Engines copy it to memory of their own alignment.
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
		Images: make([]float32, l.o.Batch*f[0]*f[1]*f[2]),
		Labels: make([]int64, l.o.Batch),
		home:   l.free,
	}
}
