package dataset

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"fbnas/internal/chw"
)

// Augment says how a training image is augmented: first crop, then
// TrivialAugment, both on its 8-bit pixels, then padding and mirroring. The
// zero value does nothing.
type Augment struct {
	// CropScale above 0 is the smallest share of the image's area that a random
	// crop takes; the crop is then resized to the image's size.
	CropScale float64
	// CropRatio is the largest ratio of such a crop's sides, relative to that of the
	// image's; 4/3 if it is 0.
	CropRatio float64
	// Trivial is TrivialAugment (Müller and Hutter, 2021) in its wide space:
	// one operation of 14, at one of 31 strengths.
	Trivial bool
	// PadCrop pads every side with this number of black pixels and crops the
	// image's own size at a random place.
	PadCrop int
	// Flip mirrors the image left to right with probability one half.
	Flip bool
}

// Validate reports every value that is out of range.
func (a Augment) Validate() error {
	var problems []error
	check := func(ok bool, format string, v ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, v...))
		}
	}
	check(a.PadCrop >= 0, "pad_crop: %d pixels, want 0 or more", a.PadCrop)
	check(a.CropScale >= 0 && a.CropScale <= 1, "crop_scale: %g, want a fraction from 0 to 1", a.CropScale)
	check(a.CropRatio == 0 || a.CropRatio >= 1 && a.CropRatio <= maxRatio, "crop_ratio: %g, want 1 to %d", a.CropRatio, maxRatio)
	return errors.Join(problems...)
}

// maxRatio of a crop's sides: beyond it hardly any crop fits.
const maxRatio = 16

// view is one draw of an augmentation. The zero value leaves the image as it
// is.
type view struct {
	dy, dx   int // the padded crop's place relative to the image
	mirror   bool
	crop     crop // the part to resize; the whole image if it is zero
	op       int  // index of operations
	strength float64
}

// draw draws what each part of the augmentation does. Padding and mirroring
// come first: what they do under a seed does not depend on the rest.
func (a Augment) draw(rng *rand.Rand, f chw.Shape) view {
	var v view
	if a.PadCrop > 0 {
		v.dy, v.dx = rng.IntN(2*a.PadCrop+1)-a.PadCrop, rng.IntN(2*a.PadCrop+1)-a.PadCrop
	}
	if a.Flip {
		v.mirror = rng.IntN(2) == 1
	}
	if a.CropScale > 0 {
		v.crop = a.drawCrop(rng, f)
	}
	if a.Trivial {
		v.op = rng.IntN(len(operations))
		v.strength = operations[v.op].strength(rng)
	}
	return v
}

// crop is a rectangle of an image.
type crop struct{ y, x, height, width int }

// drawCrop is torchvision's RandomResizedCrop: an area and a ratio of sides,
// drawn until they fit.
func (a Augment) drawCrop(rng *rand.Rand, f chw.Shape) crop {
	ratio := 4.0 / 3
	if a.CropRatio > 0 {
		ratio = a.CropRatio
	}
	const tries = 10
	for range tries {
		side := math.Sqrt(a.CropScale + (1-a.CropScale)*rng.Float64())
		stretch := math.Sqrt(math.Exp(math.Log(ratio) * (2*rng.Float64() - 1)))
		h := int(math.Round(float64(f.Height) * side / stretch))
		w := int(math.Round(float64(f.Width) * side * stretch))
		if 0 < h && h <= f.Height && 0 < w && w <= f.Width {
			return crop{rng.IntN(f.Height - h + 1), rng.IntN(f.Width - w + 1), h, w}
		}
	}
	return crop{}
}
