package onnxexport

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"fbnas/engine"
	"fbnas/internal/fault"
)

// Logits computes the logits of images, each [C,H,W] row-major, normalised.
type Logits func(ctx context.Context, images [][]float32) ([][]float64, error)

// Runner runs a model or a program: an ort.Session, an engine.Runner.
type Runner interface {
	Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error)
}

// Batched computes logits with a runner of a fixed batch, which takes images as
// input and returns output. The last batch is filled up with zeros.
func Batched(r Runner, input, output string, batch int) Logits {
	return func(ctx context.Context, images [][]float32) ([][]float64, error) {
		var logits [][]float64
		for len(logits) < len(images) {
			next := images[len(logits):min(len(logits)+batch, len(images))]
			size := len(next[0])
			data := make([]float32, batch*size)
			for i, image := range next {
				if len(image) != size {
					return nil, fmt.Errorf("an image has %d numbers, another %d", len(image), size)
				}
				copy(data[i*size:], image)
			}
			results, err := r.Run(ctx, engine.Feeds{input: engine.Floats(data)})
			if err != nil {
				return nil, err
			}
			classes := len(results[output]) / batch
			if classes == 0 {
				return nil, fmt.Errorf("a run gave no %s", output)
			}
			for i := range next {
				logits = append(logits, append([]float64{}, results[output][i*classes:(i+1)*classes]...))
			}
		}
		return logits, nil
	}
}

// Requirements of Compare. Tolerances are relative to the largest logit, or to 1 if
// that is less.
const (
	Tolerance     = 1e-4 // for float32: other kernels sum in another order
	HalfTolerance = 5e-2 // for weights in float16, each of which is off by up to 1/2048: docs/export.md has figures
	ParityInputs  = 64   // smallest number of images
)

// Tolerance is the largest allowed difference of a file's logits.
func (md Metadata) Tolerance() float64 {
	if md.Precision == HalfPrecision {
		return HalfTolerance
	}
	return Tolerance
}

// Parity says how close an exported model is to the trained network.
type Parity struct {
	MaxAbsDiff  float64 `json:"max_abs_diff"`
	MaxAbsLogit float64 `json:"max_abs_logit"` // of the training engine
	Inputs      int     `json:"inputs"`
	SameClass   int     `json:"same_class"` // inputs for which both have the same class
	// Tolerance is the one that was applied; 0 means Tolerance, that of float32.
	Tolerance float64 `json:"tolerance,omitempty"`
}

// Allowed is the largest difference that was allowed.
func (p Parity) Allowed() float64 { return cmp.Or(p.Tolerance, Tolerance) * max(1, p.MaxAbsLogit) }

// Compare compares the logits of a model with the reference, the training
// engine's. They may differ by tolerance · max(1, max|logit|). Classes can then
// differ only if the reference's best two logits are within twice that
// difference; SameClass counts the images with the same class. A comparison that
// fails returns its figures with the error.
func Compare(ctx context.Context, tolerance float64, reference, model Logits, images [][]float32) (Parity, error) {
	if len(images) < ParityInputs {
		return Parity{}, fault.New(fault.Usage, "Give a data set with more images.",
			"parity: %d images, at least %d are compared", len(images), ParityInputs)
	}
	want, err := reference(ctx, images)
	if err != nil {
		return Parity{}, fmt.Errorf("parity: run the training engine: %w", err)
	}
	got, err := model(ctx, images)
	if err != nil {
		return Parity{}, fmt.Errorf("parity: run the exported model: %w", err)
	}
	if len(want) != len(images) || len(got) != len(images) {
		return Parity{}, fmt.Errorf("parity: %d and %d rows of logits for %d images", len(want), len(got), len(images))
	}
	p := Parity{Inputs: len(images)}
	if tolerance != Tolerance {
		p.Tolerance = tolerance
	}
	for i := range images {
		if len(got[i]) != len(want[i]) {
			return Parity{}, fmt.Errorf("parity: %d classes exported, %d trained", len(got[i]), len(want[i]))
		}
		p.add(got[i], want[i])
	}
	if limit := p.Allowed(); !(p.MaxAbsDiff <= limit) || math.IsInf(p.MaxAbsDiff, 0) {
		return p, fault.New(fault.Failure, "This is a bug in fbnas or in the runtime: please report the architecture and the runtime's version.",
			"parity: the exported model's logits differ by up to %.3g from the training engine's, at most %.3g is allowed", p.MaxAbsDiff, limit)
	}
	return p, nil
}

// add adds one image; a NaN makes the figures NaN.
func (p *Parity) add(got, want []float64) {
	for k, w := range want {
		p.MaxAbsLogit = math.Max(p.MaxAbsLogit, math.Abs(w))
		p.MaxAbsDiff = math.Max(p.MaxAbsDiff, math.Abs(got[k]-w))
	}
	if engine.Argmax(got) == engine.Argmax(want) {
		p.SameClass++
	}
}
