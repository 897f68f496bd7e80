package train

import (
	"context"
	"errors"
	"io"

	"fbnas/dataset"
	"fbnas/engine"
)

// Accuracy counts top-1 hits.
type Accuracy struct {
	Images, Correct int
}

// Top1 is the fraction of correct images; 0 for none.
func (a Accuracy) Top1() float64 {
	if a.Images == 0 {
		return 0
	}
	return float64(a.Correct) / float64(a.Images)
}

// Count adds the first n rows of logits [N,classes].
func (a *Accuracy) Count(logits []float64, labels []int64, n int) {
	classes := len(logits) / len(labels)
	for i := range n {
		if int64(argmax(logits[i*classes:(i+1)*classes])) == labels[i] {
			a.Correct++
		}
	}
	a.Images += n
}

func argmax(v []float64) int {
	best := 0
	for i, x := range v {
		if x > v[best] {
			best = i
		}
	}
	return best
}

// EachBatch runs a program over the images of a split once, in order and not
// augmented, and hands out its results; extra feeds go into every run.
func EachBatch(ctx context.Context, run engine.Runner, split *dataset.Split, batch int, extra func(i int) engine.Feeds,
	use func(*dataset.Batch, engine.Results) error) error {
	loader, err := dataset.NewLoader(split, dataset.LoaderOptions{Batch: batch, Epochs: 1})
	if err != nil {
		return err
	}
	loader.Start(ctx, 0)
	defer loader.Close()
	for i := 0; ; i++ {
		b, err := loader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		feeds := engine.Feeds{Images: engine.Floats(b.Images)}
		if extra != nil {
			for name, f := range extra(i) {
				feeds[name] = f
			}
		}
		results, err := run.Run(ctx, feeds)
		if err != nil {
			return err
		}
		if err := use(b, results); err != nil {
			return err
		}
		b.Release()
	}
}

// Evaluate measures the accuracy of an evaluation program on a split.
func Evaluate(ctx context.Context, run engine.Runner, split *dataset.Split, batch int, extra engine.Feeds) (Accuracy, error) {
	var a Accuracy
	err := EachBatch(ctx, run, split, batch, func(int) engine.Feeds { return extra },
		func(b *dataset.Batch, r engine.Results) error {
			a.Count(r[Logits], b.Labels, b.N)
			return nil
		})
	return a, err
}
