package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

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
		if int64(engine.Argmax(logits[i*classes:(i+1)*classes])) == labels[i] {
			a.Correct++
		}
	}
	a.Images += n
}

// Score is an accuracy with the cross-entropy, which tells near-equals apart with fewer
// images.
type Score struct {
	Accuracy
	CrossEntropy float64 // mean, in nats
}

// count adds the first n rows of logits [N,classes].
func (s *Score) count(logits []float64, labels []int64, n int) {
	classes, total := len(logits)/len(labels), s.CrossEntropy*float64(s.Images)
	for i := range n {
		row := logits[i*classes : (i+1)*classes]
		top, sum := slices.Max(row), 0.0
		for _, v := range row {
			sum += math.Exp(v - top)
		}
		total += math.Log(sum) + top - row[labels[i]]
	}
	s.Count(logits, labels, n)
	s.CrossEntropy = total / float64(max(s.Images, 1))
}

// Evaluate measures the accuracy of an evaluation program on a split; extra feeds
// are added to every run.
func Evaluate(ctx context.Context, run engine.Runner, split *dataset.Split, batch int, extra engine.Feeds) (Accuracy, error) {
	s, err := EvaluateScore(ctx, run, split, batch, extra)
	return s.Accuracy, err
}

// EvaluateScore is Evaluate with the cross-entropy.
func EvaluateScore(ctx context.Context, run engine.Runner, split *dataset.Split, batch int, extra engine.Feeds) (Score, error) {
	var s Score
	err := pass{run: run, split: split, batch: batch}.each(ctx, func(int) engine.Feeds { return extra },
		func(b *dataset.Batch, r engine.Results) { s.count(r[Logits], b.Labels, b.N) })
	return s, err
}

// Recalibrate replaces the running statistics by their exact mean over the
// complete batches of a split, using its recalibration program; at least one
// batch is needed.
func Recalibrate(ctx context.Context, run engine.Runner, split *dataset.Split, batch int, extra engine.Feeds) error {
	batches := 0
	err := pass{run, split, batch, true}.each(ctx, func(i int) engine.Feeds {
		feeds := engine.Feeds{NormMomentum: engine.Scalar(1 / float64(i+1))}
		maps.Copy(feeds, extra)
		return feeds
	}, func(*dataset.Batch, engine.Results) { batches++ })
	if err == nil && batches == 0 {
		err = fmt.Errorf("%d images do not fill a batch of %d", split.Len(), batch)
	}
	return err
}

// pass is a program over the images of a split, once, in order and not
// augmented.
type pass struct {
	run   engine.Runner
	split *dataset.Split
	batch int
	whole bool // without the images that do not fill the last batch
}

// each runs the i-th batch with extra feeds, and gives the results to use.
func (p pass) each(ctx context.Context, extra func(i int) engine.Feeds, use func(*dataset.Batch, engine.Results)) error {
	loader, err := dataset.NewLoader(p.split, dataset.LoaderOptions{Batch: p.batch, Epochs: 1, DropLast: p.whole})
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
		maps.Copy(feeds, extra(i))
		results, err := p.run.Run(ctx, feeds)
		if err != nil {
			return err
		}
		use(b, results)
		b.Release()
	}
}
