package train

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"fbnas/dataset"
	"fbnas/engine"
)

// Loop runs steps. What happens in a step is a function of its number and the
// state, so that a resumed loop does bit for bit what an uninterrupted one does.
type Loop struct {
	Steps   int
	Streams []*Stream
	// Turns lists the runs of a step, in order.
	Turns func(step int) []Turn
	// AfterStep is called after every finished step, for metrics and progress.
	AfterStep func(step int) error
	// Save stores the state after `done` steps and how long they took: every
	// SaveEvery (one minute where zero), at the end, and when the loop is
	// interrupted.
	Save      func(done int, t Timing) error
	SaveEvery time.Duration
	Before    Timing // of the steps before `from`
}

// Stream is the images of one kind of turn: each of its turns takes the next
// batch.
type Stream struct {
	Loader *dataset.Loader
	At     func(step int) int // number of batches taken before the step
}

// Turn is one run of a program within a step.
type Turn struct {
	Runner engine.Runner
	Stream *Stream // of images and labels
	Feeds  engine.Feeds
	Done   func(r engine.Results, b *dataset.Batch) error
}

// Timing says where a loop's time was spent.
type Timing struct {
	Total time.Duration `json:"total_ns"`
	Wait  time.Duration `json:"wait_ns"` // for images
}

// WaitFraction is the part of the time spent waiting for images.
func (t Timing) WaitFraction() float64 { return float64(t.Wait) / float64(max(t.Total, 1)) }

// Run does the steps from `from` on. An interruption takes effect between two
// steps, after the state was saved, so that no training is lost. The error then
// wraps the context's.
func (l *Loop) Run(ctx context.Context, from int) (Timing, error) {
	for _, s := range l.Streams {
		s.Loader.Start(context.WithoutCancel(ctx), s.At(from))
		defer s.Loader.Close()
	}
	begin, saved := time.Now(), time.Now()
	every := l.SaveEvery
	if every == 0 {
		every = time.Minute
	}
	for step := from; step < l.Steps; step++ {
		if ctx.Err() != nil {
			if err := l.Save(step, l.timing(begin)); err != nil {
				return l.timing(begin), fmt.Errorf("interrupted after step %d of %d, and the state could not be saved: %w", step, l.Steps, err)
			}
			return l.timing(begin), fmt.Errorf("interrupted after step %d of %d: %w", step, l.Steps, ctx.Err())
		}
		if ran, err := l.step(context.WithoutCancel(ctx), step); err != nil {
			err = fmt.Errorf("step %d: %w", step, err)
			if !ran { // the state is still that after a complete step
				err = errors.Join(err, l.Save(step, l.timing(begin)))
			}
			return l.timing(begin), err
		}
		if time.Since(saved) > every && step+1 < l.Steps {
			if err := l.Save(step+1, l.timing(begin)); err != nil {
				return l.timing(begin), err
			}
			saved = time.Now()
		}
	}
	t := l.timing(begin)
	return t, l.Save(l.Steps, t)
}

func (l *Loop) timing(begin time.Time) Timing {
	t := l.Before
	t.Total += time.Since(begin)
	for _, s := range l.Streams {
		t.Wait += s.Loader.WaitTime()
	}
	return t
}

// step reports whether any of its programs has run, and so changed the state.
func (l *Loop) step(ctx context.Context, step int) (ran bool, err error) {
	for _, t := range l.Turns(step) {
		batch, err := t.Stream.Loader.Next()
		if err != nil {
			return ran, fmt.Errorf("next batch: %w", err)
		}
		r, err := t.Runner.Run(ctx, t.feeds(batch))
		if err != nil {
			return ran, err
		}
		ran = true
		err = t.Done(r, batch)
		batch.Release()
		if err != nil {
			return ran, err
		}
	}
	return ran, l.AfterStep(step)
}

func (t Turn) feeds(batch *dataset.Batch) engine.Feeds {
	feeds := engine.Feeds{Images: engine.Floats(batch.Images), Labels: engine.Ints(batch.Labels)}
	if batch.Shares != nil {
		feeds[Others], feeds[Shares] = engine.Ints(batch.Others), engine.Floats(batch.Shares)
	}
	maps.Copy(feeds, t.Feeds)
	return feeds
}
