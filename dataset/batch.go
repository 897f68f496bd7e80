package dataset

// Batch is what one step is fed.
type Batch struct {
	// Images is [batch, channels, height, width] in row-major order,
	// normalised. Engines copy it to memory of their own alignment.
	Images []float32
	Labels []int64 // [batch]
	// Where images are mixed: each holds that share of an image with its label,
	// the rest is of one with the label of Others. nil otherwise.
	Others []int64   // [batch]
	Shares []float32 // [batch], from 1/2 to 1
	N      int       // how many of them are images; the rest is padding
	Epoch  int       // from 0
	Step   int       // from the first epoch's start

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
	b.Images, b.Labels, b.Others, b.Shares = nil, nil, nil, nil
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
