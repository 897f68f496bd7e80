package train_test

import (
	"context"
	"path/filepath"
	"reflect"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine/interp"
	"fbnas/internal/chw"
	"fbnas/models"
	"fbnas/train"
)

// TestEvaluatorIsWhatTrainingMeasured: weights from a file give the accuracy
// that the training found, at any batch.
func TestEvaluatorIsWhatTrainingMeasured(t *testing.T) {
	data := datasettest.Bars(t, 48, 24, 6, 3)
	r, err := run(t, interp.Engine{}, data, filepath.Join(t.TempDir(), "run"), 0)
	if err != nil {
		t.Fatal(err)
	}
	arch, err := models.ParseArch([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []int{1, 7, 24} {
		v, err := train.NewEvaluator(interp.Engine{}, arch, r.Values, batch)
		if err != nil {
			t.Fatal(err)
		}
		got, err := train.Evaluate(context.Background(), v, data.Test, batch, nil)
		if err != nil || got != r.Test {
			t.Errorf("batch %d: %+v, %v; the training measured %+v", batch, got, err, r.Test)
		}
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
	delete(r.Values, "head.classifier.bias")
	if _, err := train.NewEvaluator(interp.Engine{}, arch, r.Values, 1); err == nil {
		t.Error("a network without all of its weights is evaluated")
	}
}

// TestNormalise: loose images give the statistics that recalibrating on a
// split of them gives, and nothing else changes.
func TestNormalise(t *testing.T) {
	data := datasettest.Bars(t, 48, 24, 6, 3)
	arch, err := models.ParseArch([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	net := train.NetworkOf(blocks(t))
	e := interp.Engine{}
	state, err := e.NewState(net.Specs())
	if err != nil {
		t.Fatal(err)
	}
	if err := net.Initialise(state, 1); err != nil {
		t.Fatal(err)
	}
	values, err := net.Values(state)
	if err != nil {
		t.Fatal(err)
	}
	run, err := e.Compile(net.Recalibrate(train.Shape{Batch: 8, Image: chw.Shape{Channels: 1, Height: 6, Width: 6}}), state)
	if err != nil {
		t.Fatal(err)
	}
	if err := train.Recalibrate(context.Background(), run, data.Train, 8, nil); err != nil {
		t.Fatal(err)
	}
	want, err := net.Values(state)
	if err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(values, want) {
		t.Fatal("recalibrating changes nothing: the test proves nothing")
	}
	batches := make([][]float32, data.Train.Len()/8)
	for i := range 8 * len(batches) {
		image := make([]float32, 36)
		if _, err := data.Train.Image(i, image); err != nil {
			t.Fatal(err)
		}
		batches[i/8] = append(batches[i/8], image...)
	}
	if err := train.Normalise(context.Background(), e, arch, values, batches); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(values, want) {
		t.Error("the statistics are others than those of the split")
	}
}
