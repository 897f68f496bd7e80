package dataset

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strings"
)

// variety is what was seen of a class's training images.
type variety struct {
	n      int // number of images compared
	pixels [sha256.Size]byte
	differ bool // at least two of the images differ
}

// warnEqual warns of training images from which nothing can be learned: all those of
// the set, or of a class, have the same pixels. This happens without an error
// if a drawing vanishes in its background, such as white ink on a transparent one.
func (s *Split) warnEqual(log *slog.Logger) error {
	looks, err := s.looks()
	if err != nil {
		return err
	}
	const hint = "look at the files: they may be copies of one file, or drawn in the colour of their background"
	var equal []string
	different := map[[sha256.Size]byte]bool{}
	for label, name := range s.set.Classes {
		l := looks[int64(label)]
		if l != nil && !l.differ && l.n > 1 {
			equal = append(equal, name)
		}
		if l != nil {
			different[l.pixels] = true
		}
	}
	switch {
	case len(different) == 1 && s.Len() > 1 && !anyDiffers(looks):
		log.Warn(fmt.Sprintf("all %d training images have the same pixels: %s", s.Len(), hint))
	case len(equal) > 0:
		log.Warn(fmt.Sprintf("%d of %d classes have training images of the same pixels only (%s): %s",
			len(equal), len(looks), strings.Join(equal[:min(len(equal), 10)], ", "), hint))
	}
	return nil
}

func anyDiffers(varieties map[int64]*variety) bool {
	for _, l := range varieties {
		if l.differ {
			return true
		}
	}
	return false
}

// looks compares each class's images until two differ: in most sets it reads
// two images of each class.
func (s *Split) looks() (map[int64]*variety, error) {
	all := map[int64]*variety{}
	buf := make([]uint8, s.src.shape().Size())
	for i, at := range s.index {
		l := all[s.Label(i)]
		if l != nil && l.differ {
			continue
		}
		if err := s.src.pixels(at, buf); err != nil {
			return nil, err
		}
		pixels := sha256.Sum256(buf)
		if l == nil {
			l = &variety{pixels: pixels}
			all[s.Label(i)] = l
		}
		l.n, l.differ = l.n+1, l.pixels != pixels
	}
	return all, nil
}
