package picturetest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
)

// Order is the byte order of EXIF data.
type Order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// EXIF is a directory with the orientation between two other entries.
func EXIF(orientation int, order Order) []byte {
	out := []byte("MM\x00*")
	if order.Uint16([]byte{1, 0}) == 1 {
		out = []byte("II*\x00")
	}
	out = order.AppendUint32(out, 8)
	out = order.AppendUint16(out, 3)
	for _, e := range [][2]uint16{{0x0103, 6}, {0x0112, uint16(orientation)}, {0x0128, 2}} {
		out = entry(out, order, e[0], e[1])
	}
	return order.AppendUint32(out, 0)
}

// entry appends an entry of a single SHORT.
func entry(out []byte, order Order, tag, value uint16) []byte {
	out = order.AppendUint16(out, tag)
	out = order.AppendUint16(out, 3)
	out = order.AppendUint32(out, 1)
	out = order.AppendUint16(out, value)
	return append(out, 0, 0)
}

// Taggable are the endings of the formats that hold an orientation.
var Taggable = []string{".jpg", ".png", ".webp", ".tif"}

// Tag is an orientation, in EXIF of a byte order.
type Tag struct {
	Orientation int
	Order       Order
}

// Tagged is a file of Encode with an orientation.
func Tagged(t Failer, ending string, file []byte, size image.Point, tag Tag) []byte {
	exif := EXIF(tag.Orientation, tag.Order)
	switch ending {
	case ".jpg":
		body := append([]byte("Exif\x00\x00"), exif...)
		segment := append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+len(body))), body...)
		return splice(file, 2, segment)
	case ".png":
		const beforeEnd = 12 // after the pixels, which the specification allows
		body := append([]byte("eXIf"), exif...)
		c := append(binary.BigEndian.AppendUint32(nil, uint32(len(exif))), body...)
		return splice(file, len(file)-beforeEnd, binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(body)))
	case ".webp":
		const flagged, alpha = 1 << 3, 1 << 4
		return riff(canvas(flagged|alpha, size), file[12:], chunk("EXIF", exif))
	case ".tif":
		return taggedTIFF(file, uint16(tag.Orientation))
	}
	t.Fatalf("no orientation in %s", ending)
	return nil
}

func splice(file []byte, at int, part []byte) []byte {
	return bytes.Join([][]byte{file[:at], part, file[at:]}, nil)
}

// taggedTIFF writes the directory again, at the end of the file, with one more entry.
func taggedTIFF(file []byte, orientation uint16) []byte {
	order := binary.LittleEndian
	at := int(order.Uint32(file[4:]))
	n := int(order.Uint16(file[at:]))
	out := bytes.Clone(file)
	order.PutUint32(out[4:], uint32(len(out)))
	out = order.AppendUint16(out, uint16(n+1))
	done := false
	for i := range n {
		e := file[at+2+12*i:][:12]
		if !done && order.Uint16(e) > 0x0112 {
			out, done = entry(out, order, 0x0112, orientation), true
		}
		out = append(out, e...)
	}
	return order.AppendUint32(out, 0)
}
