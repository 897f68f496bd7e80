package fakeadbd

import (
	"encoding/binary"
	"fmt"
	"io"
)

// The commands of adb's transport, as their letters in little endian
// (AOSP, packages/modules/adb/protocol.txt).
const (
	cnxn = 0x4e584e43
	auth = 0x48545541
	open = 0x4e45504f
	okay = 0x59414b4f
	clse = 0x45534c43
	wrte = 0x45545257
)

// What an AUTH message holds, by its first argument.
const (
	token     = 1
	publicKey = 3
)

const (
	// protocolVersion is the one without checksums.
	protocolVersion = 0x01000001
	maxData         = 256 << 10
	headerBytes     = 24
)

// message is one unit of the transport. In OPEN, OKAY, CLSE and WRTE the first
// argument is the sender's stream and the second the receiver's.
type message struct {
	command, arg0, arg1 uint32
	data                []byte
}

func (m message) bytes() []byte {
	b := make([]byte, headerBytes, headerBytes+len(m.data))
	var sum uint32
	for _, c := range m.data {
		sum += uint32(c)
	}
	for i, v := range []uint32{m.command, m.arg0, m.arg1, uint32(len(m.data)), sum, ^m.command} {
		binary.LittleEndian.PutUint32(b[4*i:], v)
	}
	return append(b, m.data...)
}

func readMessage(r io.Reader) (message, error) {
	var h [headerBytes]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return message{}, err
	}
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(h[4*i:]) }
	if word(5) != ^word(0) || word(3) > maxData {
		return message{}, fmt.Errorf("no message of adb: % x", h)
	}
	m := message{command: word(0), arg0: word(1), arg1: word(2), data: make([]byte, word(3))}
	_, err := io.ReadFull(r, m.data)
	return m, err
}
