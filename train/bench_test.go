package train_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"fbnas/engine"
	"fbnas/engine/ort"
	"fbnas/internal/random"
	"fbnas/internal/setup"
	"fbnas/models"
	"fbnas/train"
)

// BenchmarkStep is a weight step of the demo space's widest network in both
// dialects, in turns: medians in ms, and their ratio. Each iteration is a step
// of each.
func BenchmarkStep(b *testing.B) {
	space, err := models.LoadSpace("demo")
	if err != nil {
		b.Fatal(err)
	}
	net := train.NetworkOf(space.SupernetBlocks(10))
	for _, batch := range []int{64, 128} {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("batch=%d/threads=%d", batch, threads), func(b *testing.B) {
				shape := train.Shape{Batch: batch, Image: space.Input}
				dialects := []ort.Dialect{ort.Std, ort.Blocked}
				steps := make([]func(), len(dialects))
				for i, d := range dialects {
					steps[i] = weightStep(b, net, shape, ort.Options{Threads: threads, Dialect: d})
				}
				times := make([][]float64, len(dialects))
				for b.Loop() {
					for i, step := range steps {
						begun := time.Now()
						step()
						times[i] = append(times[i], 1e3*time.Since(begun).Seconds())
					}
				}
				for i, d := range dialects {
					slices.Sort(times[i])
					b.ReportMetric(times[i][len(times[i])/2], string(d)+"-ms")
				}
				b.ReportMetric(times[1][len(times[1])/2]/times[0][len(times[0])/2], "blocked/std")
			})
		}
	}
}

// weightStep compiles the step on random images and warms it up.
func weightStep(b *testing.B, net train.Network, s train.Shape, o ort.Options) func() {
	b.Helper()
	var err error
	if o.Library, err = setup.ORTLibrary(); err != nil {
		b.Skipf("%v (make setup)", err)
	}
	e, err := ort.New(o)
	if err != nil {
		b.Skip(err)
	}
	state, err := e.NewState(net.Specs())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { state.Close() })
	if err := net.Initialise(state, 1); err != nil {
		b.Fatal(err)
	}
	run, err := e.Compile(net.WeightStep(s, train.SGD{Momentum: 0.9}, 0.1), state)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { run.Close() })
	r := random.New(1, "images")
	pixels, labels := make([]float32, s.Batch*s.Image.Size()), make([]int64, s.Batch)
	for i := range pixels {
		pixels[i] = float32(r.NormFloat64())
	}
	for i := range labels {
		labels[i] = int64(r.IntN(10))
	}
	feeds := engine.Feeds{train.Images: engine.Floats(pixels), train.Labels: engine.Ints(labels),
		train.LearningRate: engine.Scalar(0.01), train.NormMomentum: engine.Scalar(0.1)}
	step := func() {
		if _, err := run.Run(context.Background(), feeds); err != nil {
			b.Fatal(err)
		}
	}
	for range 3 {
		step()
	}
	return step
}
