package random

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// New returns the stream of (seed, purpose, at...). Different purposes and
// different coordinates give independent streams.
func New(seed uint64, purpose string, at ...uint64) *rand.Rand {
	buf := make([]byte, 0, 8*(len(at)+2)+len(purpose))
	buf = binary.LittleEndian.AppendUint64(buf, seed)
	buf = binary.LittleEndian.AppendUint64(buf, uint64(len(purpose)))
	buf = append(buf, purpose...)
	for _, a := range at {
		buf = binary.LittleEndian.AppendUint64(buf, a)
	}
	sum := sha256.Sum256(buf)
	return rand.New(rand.NewPCG(
		binary.LittleEndian.Uint64(sum[:8]),
		binary.LittleEndian.Uint64(sum[8:16]),
	))
}
