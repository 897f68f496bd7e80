package job

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fbnas/dataset"
	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/onnxexport"
	"fbnas/train"
)

const (
	ParityImages = 256 // images of a comparison, if the data have that many
	parityBatch  = 64  // of the training engine's program
)

// ParityInfo is a comparison in a document. JSON has no NaN: a difference that is
// not a number becomes null.
type ParityInfo struct {
	MaxAbsDiff *float64 `json:"parity_max_abs_diff"`
	Allowed    *float64 `json:"parity_allowed_diff"`
	Inputs     int      `json:"parity_inputs"`
	SameClass  int      `json:"parity_same_class"`
	RealImages bool     `json:"parity_real_images"`
}

func parityOf(p onnxexport.Parity, realImages bool) ParityInfo {
	return ParityInfo{finiteOrNull(p.MaxAbsDiff), finiteOrNull(p.Allowed()), p.Inputs, p.SameClass, realImages}
}

func finiteOrNull(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func (p ParityInfo) String() string {
	diff, kind := "not a number", "random inputs"
	if p.MaxAbsDiff != nil {
		diff = fmt.Sprintf("%.2g", *p.MaxAbsDiff)
	}
	if p.RealImages {
		kind = "images"
	}
	s := fmt.Sprintf("logits of %d %s differ by at most %s from the training engine's", p.Inputs, kind, diff)
	if p.Allowed != nil {
		s += fmt.Sprintf(" (allowed: %.2g)", *p.Allowed)
	}
	return s + fmt.Sprintf(", same class for %d", p.SameClass)
}

// reference is the network on the engine that trains, for comparing an exported
// file with it.
type reference struct {
	onnxexport.Proof
	evaluator *train.Evaluator
}

func (r reference) close() { r.evaluator.Close() }

// referenceOf opens a network on the engine that trains, for a comparison on the
// images.
func referenceOf(t Model, images [][]float32) (reference, error) {
	e, err := openEngine(ort.Options{})
	if err != nil {
		return reference{}, err
	}
	evaluator, err := train.NewEvaluator(e, t.Arch, t.Values, parityBatch)
	if err != nil {
		return reference{}, err
	}
	return reference{onnxexport.Proof{
		Open:      openModel,
		Reference: onnxexport.Batched(evaluator, train.Images, train.Logits, parityBatch),
		Images:    images,
	}, evaluator}, nil
}

// imagesOf takes real images for a comparison: test images at equal distances,
// then training images if there are too few, then mirrored and turned copies.
func imagesOf(set *dataset.Set) ([][]float32, error) {
	var images [][]float32
	shape := set.Test.Shape()
	for _, split := range []*dataset.Split{set.Test, set.Train} {
		n := min(split.Len(), ParityImages-len(images))
		for i := range n {
			image := make([]float32, shape.Size())
			if _, err := split.Image(i*split.Len()/n, image); err != nil {
				return nil, fmt.Errorf("read the data set's images: %w", err)
			}
			images = append(images, image)
		}
		if len(images) >= onnxexport.ParityInputs {
			break
		}
	}
	for _, turned := range []int{shape.Width, shape.Plane()} { // rows, then whole channels
		for i, n := 0, len(images); i < n && len(images) < onnxexport.ParityInputs; i++ {
			images = append(images, reversed(images[i], turned))
		}
	}
	return images, nil
}

// reversed is the image with each run of n pixels in reverse order.
func reversed(image []float32, n int) []float32 {
	other := slices.Clone(image)
	for part := range slices.Chunk(other, n) {
		slices.Reverse(part)
	}
	return other
}

// noiseFor returns normal noise in place of images, for a network without data.
func noiseFor(t Model, seed uint64) [][]float32 {
	in := t.Arch.Input
	images := make([][]float32, onnxexport.ParityInputs)
	for i := range images {
		r := random.New(seed, "parity", uint64(i))
		images[i] = make([]float32, in.Size())
		for k := range images[i] {
			images[i][k] = float32(r.NormFloat64())
		}
	}
	return images
}

// comparisonImages opens the data and returns the images for comparing a network with
// its file. Random weights without data are compared on noise; trained weights
// never. Classes without names get the data's names.
func comparisonImages(ctx context.Context, env *Env, t *Model, data string) ([][]float32, error) {
	if data == "" && t.Random() {
		return noiseFor(*t, t.Seed), nil
	}
	if data == "" {
		return nil, fault.New(fault.Usage, "Give --data DATA.", "it is not known what %s was trained on", t.Path)
	}
	if t.Preprocessing.Channels == 0 && t.Random() {
		return nil, fault.New(fault.Usage, "Leave out --data.", "the random weights of %s were drawn without data", t.Arch.Name)
	}
	if t.Preprocessing.Channels == 0 {
		return nil, fault.New(fault.Usage, "Import the weights again with --normalise imagenet, or with --data for the data's own mean and deviation.",
			"it is not known how pixels were normalised when %s was trained", t.Path)
	}
	set, err := openAs(ctx, env, data, t.Preprocessing)
	if err != nil {
		return nil, err
	}
	if t.Classes == nil {
		err = t.NameClasses(set, data)
	} else {
		err = sameClasses(t.Arch.Name, t.Classes, set)
	}
	if err != nil {
		return nil, err
	}
	if !t.Random() {
		checkSource(env, t.Source(t.Arch.Name), set, set.Test)
	}
	return imagesOf(set)
}

// normaliseDrawn makes random weights give activations like those of trained
// ones.
func normaliseDrawn(ctx context.Context, t Model, images [][]float32) error {
	e, err := openEngine(ort.Options{})
	if err != nil {
		return err
	}
	const batch = 8 // divides onnxexport.ParityInputs; networks of the zoo take large images
	var batches [][]float32
	for few := range slices.Chunk(images, batch) {
		batches = append(batches, slices.Concat(few...))
	}
	return train.Normalise(ctx, e, t.Arch, t.Values, batches)
}
