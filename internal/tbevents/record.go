package tbevents

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// A record of an event file is a TFRecord: the data's length (uint64), a masked
// CRC of these eight bytes, the data, a masked CRC of the data; all
// little-endian.
const (
	headBytes = 8 + 4
	tailBytes = 4
)

// maxRecord bounds the data of one record in bytes; one step's scalars take a
// few hundred.
const maxRecord = 1 << 20

// errDamaged is a record that is truncated or has a wrong checksum.
var errDamaged = errors.New("damaged record")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// mask is TFRecord's: a checksum of data that contains checksums is weak.
func mask(crc uint32) uint32 { return (crc>>15 | crc<<17) + 0xa282ead8 }

func checksum(b []byte) uint32 { return mask(crc32.Checksum(b, castagnoli)) }

func appendRecord(b, data []byte) []byte {
	at := len(b)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, checksum(b[at:]))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, checksum(data))
}

// readRecord returns one whole record and the data inside it; io.EOF if r
// ends where a record would begin, errDamaged if this one cannot be used.
func readRecord(r io.Reader) (whole, data []byte, err error) {
	head := make([]byte, headBytes)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, nil, cut(err)
	}
	length := binary.LittleEndian.Uint64(head)
	if binary.LittleEndian.Uint32(head[8:]) != checksum(head[:8]) || length > maxRecord {
		return nil, nil, errDamaged
	}
	whole = append(head, make([]byte, int(length)+tailBytes)...)
	if _, err := io.ReadFull(r, whole[headBytes:]); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, nil, cut(err)
	}
	data = whole[headBytes : headBytes+int(length)]
	if binary.LittleEndian.Uint32(whole[headBytes+int(length):]) != checksum(data) {
		return nil, nil, errDamaged
	}
	return whole, data, nil
}

func cut(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errDamaged
	}
	return err
}
