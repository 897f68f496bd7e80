package picture

import (
	"bytes"
	"encoding/binary"
)

// upright is the orientation of an image without the tag, or with an invalid
// one.
const upright = 1

// The tag, and the types of its value.
const (
	orientationTag = 0x0112
	byteType       = 1
	shortType      = 3
	longType       = 4
)

// orientation is the value, 1 to 8, of the tag in EXIF data, which are a TIFF
// file. Damaged data never prevent an image from being read.
func orientation(exif []byte) int {
	const header, entry = 8, 12
	if len(exif) < header {
		return upright
	}
	var order binary.ByteOrder
	switch string(exif[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return upright
	}
	at := int64(order.Uint32(exif[4:]))
	if at+2 > int64(len(exif)) {
		return upright
	}
	n := int(order.Uint16(exif[at:]))
	entries := exif[at+2:]
	for ; n > 0 && len(entries) >= entry; n-- {
		if e := entries[:entry]; order.Uint16(e) == orientationTag {
			return orientationOf(e, order)
		}
		entries = entries[entry:]
	}
	return upright
}

// orientationOf is the value in the entry of the tag: tag, type, count, value.
func orientationOf(entry []byte, order binary.ByteOrder) int {
	value := int64(0)
	switch order.Uint16(entry[2:]) {
	case byteType:
		value = int64(entry[8])
	case shortType:
		value = int64(order.Uint16(entry[8:]))
	case longType:
		value = int64(order.Uint32(entry[8:]))
	}
	if order.Uint32(entry[4:]) != 1 || value < upright || value >= int64(len(turns)) {
		return upright
	}
	return int(value)
}

// exifMark begins the data in JPEG files, and in some WebP files.
var exifMark = []byte("Exif\x00\x00")

// exifOfJPEG searches the segments before the pixels.
func exifOfJPEG(data []byte) []byte {
	const app1, startOfScan, endOfImage = 0xe1, 0xda, 0xd9
	data = data[2:] // the start of the image
	for len(data) >= 4 && data[0] == 0xff {
		marker := data[1]
		if marker == 0xff { // padding
			data = data[1:]
			continue
		}
		n := 2 + int(binary.BigEndian.Uint16(data[2:]))
		if marker == startOfScan || marker == endOfImage || n < 4 || n > len(data) {
			return nil
		}
		if body := data[4:n]; marker == app1 && bytes.HasPrefix(body, exifMark) {
			return body[len(exifMark):]
		}
		data = data[n:]
	}
	return nil
}

// exifOfPNG searches all chunks: the data may come after the pixels.
func exifOfPNG(data []byte) []byte {
	const header, frame = 8, 12 // of the file; length, type and checksum
	data = data[header:]
	for len(data) >= frame {
		n := int64(binary.BigEndian.Uint32(data))
		if n > int64(len(data)-frame) {
			return nil
		}
		if string(data[4:8]) == "eXIf" {
			return data[8 : 8+n]
		}
		data = data[frame+n:]
	}
	return nil
}

func exifOfWebP(data []byte) (exif []byte) {
	riffChunks(data[riffHeader:], func(id string, body []byte) bool {
		if id == "EXIF" {
			exif = bytes.TrimPrefix(body, exifMark)
		}
		return exif == nil
	})
	return exif
}
