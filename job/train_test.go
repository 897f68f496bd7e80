package job

import (
	"path/filepath"
	"slices"
	"testing"

	"fbnas/models"
	"fbnas/onnxexport"
	"fbnas/train"
	"fbnas/weights"
)

// TestAClassifierThatStartedAnew: a run that is resumed before its first
// checkpoint takes its weights again, and starts anew what it has started anew.
func TestAClassifierThatStartedAnew(t *testing.T) {
	set := fourPictures(t, 255)
	arch := models.Arch{
		Name: "tiny", Input: models.Input{Channels: 3, Height: 2, Width: 2}, Classes: len(set.Classes), Rounding: models.Rounding{Divisor: 1},
		Rows: []models.Row{{Kind: models.Conv, Out: 4, Kernel: 3, Act: "relu"}}, Head: models.HeadRow{Bias: true},
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := (weights.Network{Arch: arch, Classes: set.Classes, Values: onnxexport.RandomWeights(blocks, 1)}).Write(path); err != nil {
		t.Fatal(err)
	}
	from, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	classifier := []string{"head.classifier.weight", "head.classifier.bias"}
	for name, c := range map[string]struct {
		kept []string // of the run's configuration
		anew bool
		want []string
	}{
		"all of the file": {nil, false, nil},
		"asked for":       {nil, true, classifier},
		"resumed":         {classifier, false, classifier},
	} {
		config := TrainConfig{Data: set.Summary.Data, Arch: string(arch.YAML()), Initial: path, Fresh: c.kept, Train: train.DefaultConfig()}
		job, _, err := TrainOptions{NewClassifier: c.anew}.prepare(t.Context(), &Env{}, &config, from)
		if err != nil {
			t.Fatal(err)
		}
		_, taken := job.Initial[classifier[0]]
		if !slices.Equal(config.Fresh, c.want) || taken != (c.want == nil) {
			t.Errorf("%s: anew are %q, the file's weight is taken: %t; want %q", name, config.Fresh, taken, c.want)
		}
	}
}
