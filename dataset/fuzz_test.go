package dataset

import (
	"bytes"
	"testing"
)

// fuzzLimit is small, so that the fuzzer meets it.
const fuzzLimit = 1 << 16

func FuzzIDX(f *testing.F) {
	whole := idxBytes(3, []uint32{2, 3, 2}, make([]byte, 12))
	f.Add(whole, 3)
	f.Add(whole[:20], 3)
	f.Add(idxBytes(1, []uint32{3}, []byte{0, 1, 2}), 1)
	f.Add(idxBytes(3, []uint32{1 << 31, 1 << 31, 1 << 31}, nil), 3)
	f.Add([]byte{0x1f, 0x8b, 8, 0}, 1)
	f.Fuzz(func(t *testing.T, file []byte, rank int) {
		if rank < 1 || rank > 4 {
			return
		}
		dims, data, err := readIDX(bytes.NewReader(file), rank, fuzzLimit)
		if err != nil {
			return
		}
		size := 1
		for _, d := range dims {
			size *= d
		}
		if len(dims) != rank || len(data) != size || size > fuzzLimit {
			t.Fatalf("dimensions %v with %d bytes", dims, len(data))
		}
	})
}

func FuzzCIFAR(f *testing.F) {
	f.Add(make([]byte, cifarRecord))
	f.Add(make([]byte, 2*cifarRecord-1))
	f.Add([]byte{10})
	f.Fuzz(func(t *testing.T, file []byte) {
		labels, pixels, err := readCIFAR(bytes.NewReader(file), fuzzLimit)
		if err != nil {
			return
		}
		if len(labels)*cifarRecord != len(file) || len(file) > fuzzLimit || len(pixels) != len(labels)*cifarShape.Size() {
			t.Fatalf("%d labels and %d pixels from %d bytes", len(labels), len(pixels), len(file))
		}
		for _, l := range labels {
			if l >= cifarClasses {
				t.Fatalf("label %d", l)
			}
		}
	})
}
