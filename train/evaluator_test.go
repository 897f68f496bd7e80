package train_test

import (
	"context"
	"path/filepath"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine/interp"
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
	w := train.Weights{Arch: arch, Classes: data.Classes, Preprocessing: data.Preprocessing(), Test: r.Test, Values: r.Values}
	for _, batch := range []int{1, 7, 24} {
		v, err := w.Evaluator(interp.Engine{}, batch)
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
	delete(w.Values, "head.classifier.bias")
	if _, err := w.Evaluator(interp.Engine{}, 1); err == nil {
		t.Error("a network without all of its weights is evaluated")
	}
}
