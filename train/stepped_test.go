package train_test

import (
	"context"
	"maps"
	"math"
	"testing"

	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/graph"
	"fbnas/internal/chw"
	"fbnas/internal/random"
	"fbnas/train"
)

// stepped is the state around one step.
type stepped struct {
	before, after map[string][]float64
	loss          float64
}

const drawnRate = 0.05

func drawn(t *testing.T, e engine.Engine, c train.Config, feed func(engine.Feeds)) stepped {
	t.Helper()
	return drawnFrom(t, e, c, feed, nil)
}

// drawnFrom does one step of a deep network on random images, whose feeds and
// values may be changed before.
func drawnFrom(t *testing.T, e engine.Engine, c train.Config, feed func(engine.Feeds), start func(map[string][]float64)) stepped {
	t.Helper()
	net := c.Network(deep(t))
	state, err := e.NewState(net.Specs())
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	values := map[string][]float64{}
	for _, p := range net.Params {
		values[p.Name] = enginetest.Normal(1, p.Name, graph.Shape(p.Shape).Len())
		for i, v := range values[p.Name] {
			values[p.Name][i] = float64(float32(math.Abs(v)))
		}
	}
	if start != nil {
		start(values)
	}
	if err := net.SetValues(state, values); err != nil {
		t.Fatal(err)
	}
	run, err := e.Compile(net.WeightStep(train.Shape{Batch: c.Batch, Image: chw.Shape{Channels: 1, Height: 6, Width: 6}}, c.SGD(), c.LabelSmoothing), state)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	feeds := (&train.WeightMetrics{Rate: drawnRate}).Feeds(c)
	maps.Copy(feeds, net.Feeds(c, 3))
	r := random.New(1, "drawn")
	images, labels, others, shares := make([]float32, c.Batch*36), make([]int64, c.Batch), make([]int64, c.Batch), make([]float32, c.Batch)
	for i := range images {
		images[i] = float32(r.NormFloat64())
	}
	for i := range labels {
		labels[i], others[i], shares[i] = int64(r.IntN(3)), int64(r.IntN(3)), 0.5+r.Float32()/2
	}
	feeds[train.Images], feeds[train.Labels] = engine.Floats(images), engine.Ints(labels)
	feeds[train.Others], feeds[train.Shares] = engine.Ints(others), engine.Floats(shares)
	if feed != nil {
		feed(feeds)
	}
	results, err := run.Run(context.Background(), feeds)
	if err != nil {
		t.Fatal(err)
	}
	s := stepped{values, map[string][]float64{}, results[train.Loss][0]}
	for _, spec := range state.Specs() {
		s.after[spec.Name] = get(t, state, spec.Name)
	}
	return s
}
