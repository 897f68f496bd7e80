package lut

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"fbnas/models"
)

// Key identifies a row: a block with every shape resolved, the type of its
// numbers and its batch. It is comparable, and its JSON form is canonical (fixed
// field order).
type Key struct {
	models.Block
	DType string `json:"dtype"`
	Batch int    `json:"batch"`
}

// Digest is the SHA-256 of the key's canonical JSON in hex.
func (k Key) Digest() string {
	b, err := json.Marshal(k)
	if err != nil {
		panic(err) // cannot fail: strings, integers and booleans only
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// withClasses returns the head b for n classes; with n 0, the name that all heads
// with the same input share.
func withClasses(b models.Block, n int) models.Block {
	b.Out, b.Classes = n, n
	return b
}

// canonical sets a head's Classes, which architectures may leave to Out.
func canonical(b models.Block) models.Block {
	if b.Kind == models.Head {
		return withClasses(b, b.Out)
	}
	return b
}

// Rows returns the blocks whose rows are needed for blocks: in order, without
// repetitions and identities, each head at models.HeadClasses (and also at its
// own number of classes if that lies outside their range).
func Rows(blocks []models.Block) []models.Block {
	var rows []models.Block
	seen := map[models.Block]bool{}
	add := func(b models.Block) {
		if !seen[b] {
			seen[b] = true
			rows = append(rows, b)
		}
	}
	for _, b := range blocks {
		b = canonical(b)
		switch {
		case b.Identity():
		case b.Kind == models.Head:
			for _, n := range models.HeadClasses {
				add(withClasses(b, n))
			}
			if b.Classes < models.HeadClasses[0] || b.Classes > models.HeadClasses[len(models.HeadClasses)-1] {
				add(b)
			}
		default:
			add(b)
		}
	}
	return rows
}

// elements is the number of values at a block's input and output, for one image:
// a block measured alone may pay for changing their layout.
func elements(b models.Block) float64 {
	h, w := b.OutSize()
	return float64(b.In*b.Height*b.Width + b.Out*h*w)
}

// weights is the number of b's parameters.
func weights(b models.Block) float64 { return float64(models.Count([]models.Block{b}).Params) }

// inner is the number of values between b's convolutions, for one image.
func inner(b models.Block) float64 {
	var n float64
	convolutions := b.Convolutions()
	for _, c := range convolutions[:max(0, len(convolutions)-1)] {
		n += float64(c.Out * c.Height * c.Width)
	}
	return n
}

// input is the shape of b's input.
func input(b models.Block) Shape { return Shape{b.In, b.Height, b.Width} }
