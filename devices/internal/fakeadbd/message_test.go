package fakeadbd

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMessage(t *testing.T) {
	want := message{wrte, 3, 7, []byte("hello")}
	got, err := readMessage(bytes.NewReader(want.bytes()))
	if !cmp.Equal(got, want, cmp.AllowUnexported(message{})) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add(message{cnxn, protocolVersion, maxData, []byte("host::")}.bytes())
	f.Add(message{clse, 1, 2, nil}.bytes()[:20])
	f.Add(noise(2 * headerBytes))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readMessage(bytes.NewReader(data))
		if err != nil {
			return
		}
		b := m.bytes()
		// The sum, word 4, is for old versions and ignored.
		if !bytes.Equal(b[:16], data[:16]) || !bytes.Equal(b[20:], data[20:len(b)]) {
			t.Errorf("% x reads as %+v", data, m)
		}
	})
}
