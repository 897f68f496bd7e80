package job

import (
	"context"
	"image"
	"image/color"

	"fbnas/dataset"
	"fbnas/internal/chw"
)

// How many examples of a data set are shown, and how large.
const (
	exampleSide    = 96 // pixels, of images in folders
	examples       = 4  // per class
	exampleClasses = 200
)

// DataResult is the document of fbnas data show. It comes beside the field
// data_set, which every document has whose job opened data.
type DataResult struct {
	Sizes  dataset.Sizes `json:"sizes"`
	Report *string       `json:"report"` // the page with examples

	Summary  dataset.Summary `json:"-"`
	Examples [][]image.Image `json:"-"` // the first images of each class; nil where none were asked for
}

// ShowData reads a data set as a training would, and reports how it is
// understood.
func ShowData(ctx context.Context, env *Env, name string, withExamples bool) (*DataResult, error) {
	p := dataset.Preprocessing{Shape: chw.Shape{Channels: 3, Height: exampleSide, Width: exampleSide}, Mean: []float32{0, 0, 0}, Std: []float32{1, 1, 1}}
	set, err := openWith(ctx, env, name, p, dataset.Options{Look: true, MaxCorrupt: new(1.0)})
	if err != nil {
		return nil, err
	}
	r := &DataResult{Summary: set.Summary}
	if r.Sizes, err = set.Sizes(ctx); err != nil {
		return nil, err
	}
	if withExamples {
		r.Examples, err = exampleImages(set)
	}
	return r, err
}

// exampleImages are the first images of each class, as a network sees them.
func exampleImages(set *dataset.Set) ([][]image.Image, error) {
	all := make([][]image.Image, min(len(set.Classes), exampleClasses))
	shape := set.Train.Shape()
	pixels := make([]float32, shape.Size())
	for _, split := range []*dataset.Split{set.Train, set.Test} {
		for i := range split.Len() {
			class := split.Label(i)
			if int(class) >= len(all) || len(all[class]) >= examples {
				continue
			}
			if _, err := split.Image(i, pixels); err != nil {
				return nil, err
			}
			all[class] = append(all[class], colourImage(pixels, shape.Width))
		}
	}
	return all, nil
}

// colourImage is an image of three planes of pixels from 0 to 1.
func colourImage(planes []float32, width int) image.Image {
	plane := len(planes) / 3
	img := image.NewRGBA(image.Rect(0, 0, width, plane/width))
	for i := range plane {
		at := func(channel int) uint8 { return uint8(planes[channel*plane+i]*255 + 0.5) }
		img.SetRGBA(i%width, i/width, color.RGBA{at(0), at(1), at(2), 255})
	}
	return img
}
