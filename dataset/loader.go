package dataset

import (
	"cmp"
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"time"

	"fbnas/internal/fault"
	"fbnas/internal/random"
)

// LoaderOptions say which batches a Loader makes.
type LoaderOptions struct {
	Batch   int    // images in a batch
	Seed    uint64 // of order and augmentation
	Purpose string // distinguishes the random streams of loaders with one seed
	Augment Augment
	// Mixup, if above 0 (at most 1), mixes pairs of a batch's images; the share of each
	// is drawn from Beta(Mixup, Mixup).
	Mixup   float64
	Shuffle bool // a new order in every epoch
	// DropLast leaves out an epoch's incomplete last batch. Otherwise that
	// batch is filled up with zeros and label 0, and its N is smaller.
	DropLast bool
	Epochs   int // after which Next returns io.EOF; 0: never
	Workers  int // goroutines that make batches; default: up to 4
	Depth    int // batches made ahead; default 4
}

// Loader makes the batches of a split in the background. Batch k of epoch e is
// a pure function of (Seed, Purpose, e, k) and the split, whatever Workers and
// Depth are and wherever the loader was started.
type Loader struct {
	split   *Split
	o       LoaderOptions
	pending chan *job
	cancel  context.CancelFunc
	stopped func() error // why plan ended early; nil if it did not
	group   sync.WaitGroup
	free    chan *Batch
	failed  error
	waited  time.Duration
}

// job is one batch to be made; done is closed when batch or err is set.
type job struct {
	epoch, step int
	images      []int // as indices of the split
	done        chan struct{}
	batch       *Batch
	err         error
}

// NewLoader returns a stopped loader; call Start.
func NewLoader(split *Split, o LoaderOptions) (*Loader, error) {
	o.Workers = cmp.Or(o.Workers, min(4, runtime.GOMAXPROCS(0)))
	o.Depth = cmp.Or(o.Depth, 4)
	switch {
	case o.Batch <= 0 || o.Workers < 0 || o.Depth < 0 || o.Epochs < 0:
		return nil, fault.New(fault.Usage, "", "loader: batch %d, workers %d, depth %d, epochs %d: none may be negative, and a batch has an image",
			o.Batch, o.Workers, o.Depth, o.Epochs)
	case !(o.Mixup >= 0 && o.Mixup <= 1):
		return nil, fault.New(fault.Usage, "", "loader: mixup of %g: want 0 to 1", o.Mixup)
	case split.Len() == 0 || (o.DropLast && split.Len() < o.Batch):
		return nil, fault.New(fault.Usage, "Make the batch smaller, or give more images.",
			"%d images do not fill one batch of %d", split.Len(), o.Batch)
	}
	if err := o.Augment.Validate(); err != nil {
		return nil, fault.New(fault.Usage, "", "loader: %w", err)
	}
	return &Loader{split: split, o: o}, nil
}

// StepsPerEpoch is the number of batches of one epoch.
func (l *Loader) StepsPerEpoch() int {
	n := l.split.Len()
	if l.o.DropLast {
		return n / l.o.Batch
	}
	return (n + l.o.Batch - 1) / l.o.Batch
}

// Start begins with the given step, counted from the start of the first epoch: Next
// then returns that step's batch. A running loader is stopped first. Close must
// be called afterwards.
func (l *Loader) Start(ctx context.Context, step int) {
	l.Close()
	ctx, l.cancel = context.WithCancel(ctx)
	l.stopped, l.failed, l.waited = ctx.Err, nil, 0
	l.pending = make(chan *job, l.o.Depth)
	l.free = make(chan *Batch, l.o.Depth+l.o.Workers)
	jobs := make(chan *job)
	l.group.Go(func() { l.plan(ctx, step, jobs, l.pending) })
	for range l.o.Workers {
		l.group.Go(func() { l.work(jobs) })
	}
}

// plan hands out the jobs in order. Each job first enters pending, whose capacity
// limits the number of batches made ahead.
func (l *Loader) plan(ctx context.Context, step int, jobs, pending chan<- *job) {
	defer close(jobs)
	defer close(pending)
	perEpoch := l.StepsPerEpoch()
	var order []int
	for ordered := -1; ; step++ {
		epoch, k := step/perEpoch, step%perEpoch
		if l.o.Epochs > 0 && epoch >= l.o.Epochs {
			return
		}
		if epoch != ordered {
			order, ordered = l.order(epoch), epoch
		}
		j := &job{epoch: epoch, step: step, done: make(chan struct{})}
		j.images = order[k*l.o.Batch : min((k+1)*l.o.Batch, len(order))]
		for _, queue := range []chan<- *job{pending, jobs} {
			select {
			case queue <- j:
			case <-ctx.Done():
				j.err = ctx.Err()
				close(j.done)
				return
			}
		}
	}
}

// order is the order of the split's images in an epoch.
func (l *Loader) order(epoch int) []int {
	if l.o.Shuffle {
		return random.New(l.o.Seed, l.o.Purpose+"/order", uint64(epoch)).Perm(l.split.Len())
	}
	order := make([]int, l.split.Len())
	for i := range order {
		order[i] = i
	}
	return order
}

func (l *Loader) work(jobs <-chan *job) {
	r := newRenderer(l.split)
	for j := range jobs {
		j.batch, j.err = l.make(j, r)
		close(j.done)
	}
}

// make makes one batch. An image's augmentation is drawn from a stream of its
// own, so that it does not depend on the images before it.
func (l *Loader) make(j *job, r *renderer) (b *Batch, err error) {
	defer fault.Catch(&err)
	b = l.buffer()
	b.N, b.Epoch, b.Step = len(j.images), j.epoch, j.step
	size := len(b.Images) / l.o.Batch
	for k, i := range j.images {
		var v view
		if l.o.Augment != (Augment{}) {
			v = l.o.Augment.draw(random.New(l.o.Seed, l.o.Purpose+"/augment", uint64(j.epoch), uint64(i)), r.form)
		}
		if err := r.render(l.split.index[i], v, b.Images[k*size:][:size]); err != nil {
			return nil, err
		}
		b.Labels[k] = l.split.Label(i)
	}
	clear(b.Images[b.N*size:])
	clear(b.Labels[b.N:])
	if l.o.Mixup > 0 {
		l.mix(b, j)
	}
	return b, nil
}

// Next returns the next batch, in order, and io.EOF after the last epoch. It waits
// until the batch is made. After an error it returns the same error.
func (l *Loader) Next() (*Batch, error) {
	if l.failed != nil {
		return nil, l.failed
	}
	if l.cancel == nil {
		return nil, errors.New("loader: Next before Start")
	}
	began := time.Now()
	j, more := <-l.pending
	if !more {
		if l.failed = l.stopped(); l.failed == nil {
			l.failed = io.EOF
		}
		return nil, l.failed
	}
	<-j.done
	l.waited += time.Since(began)
	l.failed = j.err
	return j.batch, j.err
}

// WaitTime is the total time that Next has waited since Start.
func (l *Loader) WaitTime() time.Duration { return l.waited }

// Close stops the loader and waits for its goroutines. Batches that Next has
// returned stay valid.
func (l *Loader) Close() {
	if l.cancel == nil {
		return
	}
	l.cancel()
	for range l.pending { // unblocks plan if the queue is full
	}
	l.group.Wait()
	l.cancel = nil
	l.failed = errors.New("loader: Next after Close")
}
