package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"

	"golang.org/x/image/webp"
)

// riffHeader is the size of "RIFF", a length and "WEBP".
const riffHeader = 12

// riffChunks calls f with each chunk until f is false or the rest is not a
// whole chunk.
func riffChunks(data []byte, f func(id string, body []byte) bool) {
	for len(data) >= 8 {
		id, n := string(data[:4]), int64(binary.LittleEndian.Uint32(data[4:]))
		data = data[8:]
		if n > int64(len(data)) || !f(id, data[:n]) {
			return
		}
		data = data[min(n+n%2, int64(len(data))):]
	}
}

// decodeWebP is the image, or an animation's first frame on its canvas.
func decodeWebP(data []byte, c image.Config) (image.Image, error) {
	var frame []byte
	animated := false
	riffChunks(data[riffHeader:], func(id string, body []byte) bool {
		if id == "ANMF" {
			frame = body
		}
		animated = animated || id == "ANIM" || id == "ANMF"
		return frame == nil
	})
	if !animated {
		return still(data)
	}
	return firstFrame(frame, c)
}

// firstFrame decodes the content of an ANMF chunk: a place and a size, then the
// chunks of a still image, for which it writes a header.
func firstFrame(frame []byte, c image.Config) (image.Image, error) {
	const head = 16
	if len(frame) < head {
		return nil, errors.New("an animation without a whole frame")
	}
	number := func(at int) int { return int(frame[at]) | int(frame[at+1])<<8 | int(frame[at+2])<<16 }
	at := image.Pt(2*number(0), 2*number(3))
	size := image.Pt(number(6)+1, number(9)+1)
	if at.X+size.X > c.Width || at.Y+size.Y > c.Height {
		return nil, errors.New("a frame reaches beyond the canvas")
	}
	const alpha = 1 << 4
	flags := byte(0)
	riffChunks(frame[head:], func(id string, _ []byte) bool {
		if id == "ALPH" {
			flags = alpha
		}
		return true
	})
	wide := append([]byte{flags, 0, 0, 0}, append(frame[6:9:9], frame[9:12]...)...)
	file := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"), wide...)
	file = append(file, frame[head:]...)
	binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
	img, err := still(file)
	if err != nil {
		return nil, err
	}
	return onCanvas(img, at, c), nil
}

// still decodes an image. Lossy ones store luma from 16 to 235 and colours from
// 16 to 240 (RFC 6386, section 9.2), but the decoder treats both as if they went
// from 0 to 255.
func still(data []byte) (image.Image, error) {
	img, err := webp.Decode(bytes.NewReader(data))
	switch m := img.(type) {
	case *image.YCbCr:
		return stretched(m, func(int, int) uint8 { return 255 }), err
	case *image.NYCbCrA:
		return stretched(&m.YCbCr, func(x, y int) uint8 { return m.A[m.AOffset(x, y)] }), err
	}
	return img, err
}

// stretched converts an image of ITU-R 601's narrow range to RGB.
func stretched(m *image.YCbCr, alpha func(x, y int) uint8) *image.NRGBA {
	const bits = 16
	fixed := func(v float64) int { return int(v*(1<<bits) + 0.5) }
	level := func(v int) uint8 { return uint8(min(max((v+1<<(bits-1))>>bits, 0), 255)) }
	luma, red, blue := fixed(255.0/219), fixed(1.402*255/224), fixed(1.772*255/224)
	greenOfBlue, greenOfRed := fixed(0.344136*255/224), fixed(0.714136*255/224)
	out := image.NewNRGBA(m.Rect)
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			c := m.COffset(x, y)
			l, cb, cr := luma*(int(m.Y[m.YOffset(x, y)])-16), int(m.Cb[c])-128, int(m.Cr[c])-128
			i := out.PixOffset(x, y)
			out.Pix[i], out.Pix[i+1] = level(l+red*cr), level(l-greenOfBlue*cb-greenOfRed*cr)
			out.Pix[i+2], out.Pix[i+3] = level(l+blue*cb), alpha(x, y)
		}
	}
	return out
}
