package picture

import (
	"fmt"
	"image"
	"os"

	"fbnas/internal/lfs"
)

// Definition is the version of what this package does to a file. Files that were
// trained before it existed ignored EXIF and made transparent pixels
// black.
const Definition = 1

// Limits of what is decoded: a small file can announce a canvas that does not
// fit into memory.
const (
	maxPixels = 1 << 27
	maxBytes  = 1 << 29
)

// Picture is a decoded image, as it is stored, and how to turn it upright.
type Picture struct {
	Format string // "JPEG", "PNG", …; empty for an image that is not from a file
	stored image.RGBA64Image
	turn   turn
}

// Of is an image that is upright already.
func Of(img image.RGBA64Image) Picture { return Picture{stored: img, turn: turns[upright]} }

// Open decodes the file at path, whatever its name. Errors name the
// file. Of an animation or a file of several pages it takes the first image.
func Open(path string) (Picture, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Picture{}, err
	}
	if info.Size() > maxBytes {
		return Picture{}, fmt.Errorf("%s: %d bytes, at most %d are read", path, info.Size(), maxBytes)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Picture{}, err
	}
	if err := lfs.Bytes(path, data); err != nil {
		return Picture{}, err
	}
	p, err := decode(data, maxPixels)
	if err != nil {
		return Picture{}, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// decode reads a file of any format with at most this number of pixels.
func decode(data []byte, pixels int) (Picture, error) {
	f, err := formatOf(data)
	if err != nil {
		return Picture{}, err
	}
	config, err := f.config(data)
	if err != nil {
		return Picture{}, fmt.Errorf("%s: %w", f.name, err)
	}
	if w, h := config.Width, config.Height; w <= 0 || h <= 0 || w > pixels/h {
		return Picture{}, fmt.Errorf("%s: %d×%d pixels, from 1 to %d are read", f.name, w, h, pixels)
	}
	img, err := f.decode(data, config)
	if err != nil {
		return Picture{}, fmt.Errorf("%s: %w", f.name, err)
	}
	stored, ok := img.(image.RGBA64Image)
	if !ok || img.Bounds().Dx() != config.Width || img.Bounds().Dy() != config.Height {
		return Picture{}, fmt.Errorf("%s: %T of %v, its header says %d×%d", f.name, img, img.Bounds(), config.Width, config.Height)
	}
	return Picture{f.name, stored, turns[orientation(f.exif(data))]}, nil
}

// Size is the width and height of the upright picture.
func (p Picture) Size() (width, height int) {
	size := p.stored.Bounds().Size()
	if p.turn.swap {
		return size.Y, size.X
	}
	return size.X, size.Y
}

// Turned reports whether the file's EXIF data say that its pixels are not
// stored upright.
func (p Picture) Turned() bool { return p.turn != turns[upright] }

// Transparent reports whether white shows through the picture anywhere.
func (p Picture) Transparent() bool {
	o, ok := p.stored.(interface{ Opaque() bool })
	return ok && !o.Opaque()
}
