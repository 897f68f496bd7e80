package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fbnas/dataset"
	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/job"
	"fbnas/onnxexport"
	"fbnas/train"
)

const (
	parityImages = 256 // compared, where the data has them
	parityBatch  = 64  // of the training engine's program
)

// parityInfo is a comparison in a document. JSON has no NaN: a difference that
// is not a number is null.
type parityInfo struct {
	MaxAbsDiff *float64 `json:"parity_max_abs_diff"`
	Allowed    *float64 `json:"parity_allowed_diff"`
	Inputs     int      `json:"parity_inputs"`
	SameClass  int      `json:"parity_same_class"`
	RealImages bool     `json:"parity_real_images"`
}

func parityOf(p onnxexport.Parity, realImages bool) parityInfo {
	return parityInfo{finite(p.MaxAbsDiff), finite(p.Allowed()), p.Inputs, p.SameClass, realImages}
}

func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func (p parityInfo) String() string {
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

// proven is a proof with what has to be closed after it.
type proven struct {
	onnxexport.Proof
	reference *train.Evaluator
}

func (p proven) close() { p.reference.Close() }

// proofOf prepares the comparison of an exported file with a network on the
// engine that trains.
func proofOf(t job.Model, images [][]float32) (proven, error) {
	e, err := job.OpenEngine(ort.Options{})
	if err != nil {
		return proven{}, err
	}
	reference, err := train.NewEvaluator(e, t.Arch, t.Values, parityBatch)
	if err != nil {
		return proven{}, err
	}
	return proven{onnxexport.Proof{
		Open:      openModel,
		Reference: onnxexport.Batched(reference, train.Images, train.Logits, parityBatch),
		Images:    images,
	}, reference}, nil
}

// imagesOf takes real images for a comparison: test images, spread over all of
// them, training images where those are too few, and mirrored and turned copies
// where all are.
func imagesOf(set *dataset.Set) ([][]float32, error) {
	var images [][]float32
	shape := set.Test.Shape()
	for _, split := range []*dataset.Split{set.Test, set.Train} {
		n := min(split.Len(), parityImages-len(images))
		for i := range n {
			image := make([]float32, shape[0]*shape[1]*shape[2])
			if _, err := split.Image(i*split.Len()/n, image); err != nil {
				return nil, fmt.Errorf("read the data set's images: %w", err)
			}
			images = append(images, image)
		}
		if len(images) >= onnxexport.ParityInputs {
			break
		}
	}
	for _, turned := range []int{shape[2], shape[1] * shape[2]} { // rows, then whole channels
		for i, n := 0, len(images); i < n && len(images) < onnxexport.ParityInputs; i++ {
			images = append(images, reversed(images[i], turned))
		}
	}
	return images, nil
}

// reversed is the image with every n pixels in reverse order.
func reversed(image []float32, n int) []float32 {
	other := slices.Clone(image)
	for part := range slices.Chunk(other, n) {
		slices.Reverse(part)
	}
	return other
}

// noiseFor is normal noise in the place of images, for a network without data.
func noiseFor(t job.Model, seed uint64) [][]float32 {
	in := t.Arch.Input
	images := make([][]float32, onnxexport.ParityInputs)
	for i := range images {
		r := random.New(seed, "parity", uint64(i))
		images[i] = make([]float32, in.Channels*in.Height*in.Width)
		for k := range images[i] {
			images[i][k] = float32(r.NormFloat64())
		}
	}
	return images
}

// comparison opens the data and takes the images on which a network's file is
// compared with it. Random weights that come without data are compared on
// noise; trained ones never. Classes without names get the data's.
func comparison(ctx context.Context, a *app, t *job.Model, data string) ([][]float32, error) {
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
		return nil, fault.New(fault.Usage, "Import them again with --normalise imagenet, or with --data for the data's own mean and deviation.",
			"it is not known how pixels were normalised that %s was trained on", t.Path)
	}
	set, err := job.OpenAs(ctx, a.env, data, t.Preprocessing)
	if err != nil {
		return nil, err
	}
	if t.Classes == nil {
		err = t.NameClasses(set, data)
	} else {
		err = job.SameClasses(t.Arch.Name, t.Classes, set)
	}
	if err != nil {
		return nil, err
	}
	if !t.Random() {
		job.CheckSource(a.env, t.Source(t.Arch.Name), set, set.Test)
	}
	return imagesOf(set)
}

// normalise makes drawn weights give activations like trained ones.
func normalise(ctx context.Context, t job.Model, images [][]float32) error {
	e, err := job.OpenEngine(ort.Options{})
	if err != nil {
		return err
	}
	const batch = 8 // divides onnxexport.ParityInputs; networks of the zoo take large images
	return train.Normalise(ctx, e, t.Arch, t.Values, images, batch)
}
