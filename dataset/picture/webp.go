package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"

	"golang.org/x/image/webp"
)

// riffHeader is the length of "RIFF", a length and "WEBP".
const riffHeader = 12

// riffChunks calls f with each chunk until f is false or what follows is no
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
		return webp.Decode(bytes.NewReader(data))
	}
	return firstFrame(frame, c)
}

// firstFrame decodes the content of an ANMF chunk: a place and a size, then the
// chunks of a still image, which it wraps as one.
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
	still := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"), wide...)
	still = append(still, frame[head:]...)
	binary.LittleEndian.PutUint32(still[4:], uint32(len(still)-8))
	img, err := webp.Decode(bytes.NewReader(still))
	if err != nil {
		return nil, err
	}
	return onCanvas(img, at, c), nil
}
