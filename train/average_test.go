package train_test

import (
	"context"
	"maps"
	"testing"

	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/internal/chw"
	"fbnas/models"
	"fbnas/train"
)

// TestAveragesByHand follows one parameter over three steps.
func TestAveragesByHand(t *testing.T) {
	head := []models.Block{{Kind: models.Head, Kernel: 1, Stride: 1, Groups: 1, Height: 1, Width: 1, In: 1, Out: 2}}
	net := train.Techniques{EMA: 0.15}.Network(head)
	run, state := compile(t, net.WeightStep(train.Shape{Batch: 1, Image: chw.Shape{Channels: 1, Height: 1, Width: 1}}, train.SGD{}, 0), net.Specs())
	const name = "head.classifier.weight"
	if err := net.SetValues(state, map[string][]float64{name: {1, 2}}); err != nil {
		t.Fatal(err)
	}
	average := []float64{1, 2}
	for step, decay := range []float64{1.0 / 10, 0.15, 0.15} { // (1+t)/(10+t) is 0.18 at t = 1
		feeds := engine.Feeds{train.Images: engine.Floats([]float32{2}), train.Labels: engine.Ints([]int64{0}), train.LearningRate: engine.Scalar(0.5)}
		maps.Copy(feeds, net.Feeds(train.Config{Techniques: train.Techniques{EMA: 0.15}}, step))
		if _, err := run.Run(context.Background(), feeds); err != nil {
			t.Fatal(err)
		}
		for i, v := range get(t, state, name) {
			average[i] = decay*average[i] + (1-decay)*v
		}
		if err := enginetest.Close(get(t, state, "average/"+name), average, 1e-7); err != nil {
			t.Errorf("after step %d: %v", step, err)
		}
	}
	if err := net.UseAverages(state); err != nil {
		t.Fatal(err)
	}
	if err := enginetest.Close(get(t, state, name), average, 1e-7); err != nil {
		t.Errorf("used: %v", err)
	}
}
