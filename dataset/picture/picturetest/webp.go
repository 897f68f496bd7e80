package picturetest

import (
	"encoding/binary"
	"image"
	"image/color"
	"math/bits"
)

// webp is a lossless WebP file: no module that we use writes one. It uses the
// simplest form of the specification: no transform, no cache of colours, and
// 8 bits for every value of a channel.
func webp(img image.Image) []byte {
	b := img.Bounds()
	w := &bitWriter{}
	w.put(0x2f, 8)
	w.put(b.Dx()-1, 14)
	w.put(b.Dy()-1, 14)
	w.put(1, 1) // alpha is used
	w.put(0, 3) // version
	w.put(0, 3) // no transform, no cache of colours, one group of codes
	w.code(24)  // green, and 24 lengths of copies
	for range 3 {
		w.code(0) // red, blue, alpha
	}
	w.put(0b0001, 4) // distances of copies: one symbol, 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			for _, v := range []uint8{c.G, c.R, c.B, c.A} {
				w.put(int(bits.Reverse8(v)), 8) // codes begin with the first bit
			}
		}
	}
	return riff(chunk("VP8L", w.out))
}

// code writes a table in which 256 symbols have codes of 8 bits, and the rest have none.
func (w *bitWriter) code(unused int) {
	w.put(0, 1) // not one or two symbols
	// The lengths themselves are coded, in this order: 17, 18, 0, 1, 2, 3, 4, 5,
	// 16, 6, 7, 8. Only 0 and 8 occur, with one bit each.
	w.put(12-4, 4)
	for _, length := range []int{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1} {
		w.put(length, 3)
	}
	w.put(0, 1) // all symbols have a length
	for range 256 {
		w.put(1, 1)
	}
	w.put(0, unused)
}

// bitWriter fills bytes from their lowest bit.
type bitWriter struct {
	out  []byte
	used int // bits
}

func (w *bitWriter) put(value, n int) {
	for i := range n {
		if w.used%8 == 0 {
			w.out = append(w.out, 0)
		}
		w.out[len(w.out)-1] |= byte(value>>i&1) << (w.used % 8)
		w.used++
	}
}

// riff is a WebP file of the given chunks.
func riff(chunks ...[]byte) []byte {
	out := []byte("RIFF\x00\x00\x00\x00WEBP")
	for _, c := range chunks {
		out = append(out, c...)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

func chunk(id string, body []byte) []byte {
	out := append(binary.LittleEndian.AppendUint32([]byte(id), uint32(len(body))), body...)
	return append(out, make([]byte, len(body)%2)...)
}

// canvas is the first chunk of a file of several parts.
func canvas(flags byte, size image.Point) []byte {
	return chunk("VP8X", append([]byte{flags, 0, 0, 0}, append(three(size.X-1), three(size.Y-1)...)...))
}

func three(v int) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16)} }

// AnimatedWebP is an animation on a canvas, with each frame at its place, which has
// even coordinates.
func AnimatedWebP(size image.Point, frames []image.Image, at []image.Point) []byte {
	const animation, alpha = 1 << 1, 1 << 4
	chunks := [][]byte{canvas(animation|alpha, size), chunk("ANIM", make([]byte, 6))}
	for i, f := range frames {
		var body []byte
		for _, v := range []int{at[i].X / 2, at[i].Y / 2, f.Bounds().Dx() - 1, f.Bounds().Dy() - 1, 100} {
			body = append(body, three(v)...)
		}
		body = append(body, 0)
		chunks = append(chunks, chunk("ANMF", append(body, webp(f)[12:]...)))
	}
	return riff(chunks...)
}
