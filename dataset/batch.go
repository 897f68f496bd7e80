package dataset

// Batch is the input of one step.
type Batch struct {
	// Images is [batch, channels, height, width] in row-major order,
	// normalised. Engines copy it to memory of their own alignment.
	Images []float32
	Labels []int64 // [batch]
	// If images are mixed, each has the given share of an image with its label;
	// the rest is from one with the label in Others. Otherwise nil.
	Others []int64   // [batch]
	Shares []float32 // [batch], from 1/2 to 1
	N      int       // number of images; the rest of the batch is padding
	Epoch  int       // from 0
	Step   int       // from the first epoch's start

	home chan<- *Batch // to which the buffers are returned
}

// Release returns the buffers to the loader, which writes the next batches
// into them. The batch must not be used afterwards. If a batch is never
// released, the garbage collector frees it.
func (b *Batch) Release() {
	home := b.home
	if home == nil {
		return
	}
	b.home = nil
	again := *b
	again.home = home
	b.Images, b.Labels, b.Others, b.Shares = nil, nil, nil, nil
	select {
	case home <- &again:
	default: // enough buffers are waiting there
	}
}

// buffer returns a batch with memory but no content.
func (l *Loader) buffer() *Batch {
	select {
	case b := <-l.free:
		return b
	default:
	}
	b := &Batch{
		Images: make([]float32, l.o.Batch*l.split.Shape().Size()),
		Labels: make([]int64, l.o.Batch),
		home:   l.free,
	}
	if l.o.Mixup > 0 {
		b.Others, b.Shares = make([]int64, l.o.Batch), make([]float32, l.o.Batch)
	}
	return b
}
