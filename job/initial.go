package job

import (
	"fmt"
	"os"

	"fbnas/dataset"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/models"
	"fbnas/weights"
)

// The ways to normalise pixels, for --normalise.
const (
	AsSource   = "source"   // as for the weights that a training starts from
	AsData     = "data"     // by the training images' own mean and deviation
	AsImageNet = "imagenet" // as for networks of other frameworks
)

// imageNet is the normalisation that other frameworks use for ImageNet
// (docs/background/networks.md, "Images of ImageNet").
var imageNet = dataset.Preprocessing{Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225}}

// openInitial opens the weights that --init-from names: a file, or a finished
// training's folder. nil where it names none.
func openInitial(name string) (*weights.File, error) {
	if name == "" {
		return nil, nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		t, err := modelOfRun(name)
		if err != nil {
			return nil, err
		}
		name = t.Path
	}
	return weights.Open(name)
}

// normalisation is the mean and deviation for a training's pixels under
// --normalise; nil for the data's own.
func normalisation(env *Env, how string, from *weights.File, channels int) (mean, std []float32, err error) {
	known := from != nil && from.Preprocessing != nil && len(from.Preprocessing.Mean) == channels
	switch how {
	case "", AsSource:
		if known {
			return from.Preprocessing.Mean, from.Preprocessing.Std, nil
		}
		if how == AsSource {
			return nil, nil, fault.New(fault.Usage, "Give --init-from FILE with a file that states it, or --normalise imagenet or data.",
				"--normalise source: it is not known how pixels were normalised when the weights were trained")
		}
		if from != nil {
			env.log().Warn(from.Path + " does not say how pixels were normalised: the data's own mean and deviation are used (--normalise imagenet uses those of ImageNet)")
		}
		return nil, nil, nil
	case AsData:
		return nil, nil, nil
	case AsImageNet:
		if channels != len(imageNet.Mean) {
			return nil, nil, fault.New(fault.Usage, "Give --normalise data.", "--normalise imagenet is for images in colour, and the network's channels are %d", channels)
		}
		return imageNet.Mean, imageNet.Std, nil
	}
	return nil, nil, fault.New(fault.Usage, "", "--normalise %s: want source, data or imagenet", how)
}

// initialValues are a file's weights for the network, and the names of the
// parameters that start anew, because the classes differ or because anew is true.
func initialValues(env *Env, f *weights.File, blocks []models.Block, classes []string, anew bool) (values map[string][]float64, fresh []string, err error) {
	l, err := f.Start(blocks, classes, anew)
	if err != nil {
		return nil, nil, fmt.Errorf("--init-from: %w", err)
	}
	if l.Fresh != nil {
		env.log().Info(fmt.Sprintf("the classifier starts anew, for %d classes: %s", len(classes), text.List(l.Fresh)))
	}
	if l.Note != "" {
		env.log().Warn(f.Path + ": " + l.Note)
	}
	return l.Values, l.Fresh, nil
}
