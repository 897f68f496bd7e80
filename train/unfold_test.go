package train_test

import (
	"context"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/dataset/datasettest"
	"fbnas/engine/interp"
	"fbnas/internal/rundir"
	"fbnas/nn"
	"fbnas/train"
)

// TestFoldedWeightsTrainLikeThoseBeforeFolding: the first step, which
// normalises by its batch, computes what it computes from the weights that were
// folded, and so does the network as it is evaluated.
func TestFoldedWeightsTrainLikeThoseBeforeFolding(t *testing.T) {
	data := datasettest.Bars(t, 96, 24, 6, 3)
	data.Mean[0] -= 3 * data.Std[0] // means that are not nearly zero
	trained, err := run(t, interp.Engine{}, data, filepath.Join(t.TempDir(), "run"), 0)
	if err != nil {
		t.Fatal(err)
	}
	want, test := firstLoss(t, data, trained.Values)
	got, folded := firstLoss(t, data, foldedValues(trained.Values))
	if math.Abs(got-want) > 0.01*want || test != folded || test.Top1() < 0.9 {
		t.Errorf("loss %.4f and accuracy %.3f, before folding %.4f and %.3f", got, folded.Top1(), want, test.Top1())
	}
	fresh := map[string][]float64{}
	if random, _ := firstLoss(t, data, fresh); random < 2*want {
		t.Errorf("random weights have the loss %.4f: the test proves nothing", random)
	}
}

// firstLoss is the loss of the first step from the values, and the accuracy
// after it; the step is too small to change either.
func firstLoss(t *testing.T, data *dataset.Set, values map[string][]float64) (loss float64, test train.Accuracy) {
	t.Helper()
	c := config()
	c.Epochs, c.Batch, c.LearningRate, c.NormMomentum = 1, 96, 1e-9, 1e-9
	dir, err := rundir.Create(filepath.Join(t.TempDir(), "run"), "train", c, rundir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	job := train.Job{Engine: interp.Engine{}, Blocks: blocks(t), Data: data, Config: c, Dir: dir, Initial: values,
		Progress: func(p train.Progress) { loss = p.Loss }}
	r, err := job.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return loss, r.Test
}

// foldedValues has every batch norm folded into its convolution, all but the
// shift, which is how files of exported networks are read.
func foldedValues(values map[string][]float64) map[string][]float64 {
	folded := maps.Clone(values)
	for name, gamma := range values {
		norm, ok := strings.CutSuffix(name, ".gamma")
		if !ok {
			continue
		}
		weight := strings.TrimSuffix(norm, ".bn") + ".weight"
		w, beta := slices.Clone(values[weight]), slices.Clone(values[norm+".beta"])
		mean, variance, one := make([]float64, len(gamma)), make([]float64, len(gamma)), make([]float64, len(gamma))
		for i := range gamma {
			scale := gamma[i] / math.Sqrt(values[norm+".var"][i]+nn.Epsilon)
			beta[i] -= scale * values[norm+".mean"][i]
			variance[i], one[i] = 1-nn.Epsilon, 1
			for k := range len(w) / len(gamma) {
				w[i*len(w)/len(gamma)+k] *= scale
			}
		}
		folded[weight], folded[name], folded[norm+".beta"], folded[norm+".mean"], folded[norm+".var"] = w, one, beta, mean, variance
	}
	return folded
}
