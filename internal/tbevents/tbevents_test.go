package tbevents_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"fbnas/internal/tbevents"
)

// crc32c is bitwise, from the polynomial's definition, so that this decoder
// shares no code with the writer.
func crc32c(b []byte) uint32 {
	crc := ^uint32(0)
	for _, x := range b {
		crc ^= uint32(x)
		for range 8 {
			crc = crc>>1 ^ 0x82f63b78*(crc&1)
		}
	}
	return ^crc
}

func masked(b []byte) uint32 {
	crc := crc32c(b)
	return crc>>15 + crc<<17 + 0xa282ead8
}

// fields splits a protobuf message into its fields, as the wire format says:
// the number of a field, then a varint, 8 bytes, a length and bytes, or 4 bytes.
func fields(t *testing.T, b []byte, each func(field int, number uint64, text []byte)) {
	t.Helper()
	varint := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			t.Fatalf("bad varint in % x", b)
		}
		b = b[n:]
		return v
	}
	for len(b) > 0 {
		tag := varint()
		var number uint64
		var text []byte
		switch tag & 7 {
		case 0:
			number = varint()
		case 1:
			number, b = binary.LittleEndian.Uint64(b), b[8:]
		case 2:
			n := varint()
			text, b = b[:n], b[n:]
		case 5:
			number, b = uint64(binary.LittleEndian.Uint32(b)), b[4:]
		default:
			t.Fatalf("wire type %d", tag&7)
		}
		each(int(tag>>3), number, text)
	}
}

// decode lists a file's events, one "step tag=value ..." each, the version
// event as its text, and checks every checksum.
func decode(t *testing.T, path string) (lines []string, wall []float64) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for len(b) > 0 {
		n := binary.LittleEndian.Uint64(b)
		if binary.LittleEndian.Uint32(b[8:]) != masked(b[:8]) || binary.LittleEndian.Uint32(b[12+n:]) != masked(b[12:12+n]) {
			t.Fatalf("record %d: wrong checksum", len(lines))
		}
		var step uint64
		var line string
		fields(t, b[12:12+n], func(field int, number uint64, text []byte) {
			switch field {
			case 1:
				wall = append(wall, math.Float64frombits(number))
			case 2:
				step = number
			case 3:
				line = string(text)
			case 5:
				fields(t, text, func(_ int, _ uint64, value []byte) {
					fields(t, value, func(field int, number uint64, text []byte) {
						if field == 1 {
							line += fmt.Sprintf(" %s=", text)
						} else {
							line += fmt.Sprint(math.Float32frombits(uint32(number)))
						}
					})
				})
			}
		})
		if strings.HasPrefix(line, " ") {
			line = fmt.Sprint(step) + line
		}
		lines = append(lines, line)
		b = b[16+n:]
	}
	return lines, wall
}

var noon = time.Unix(1_700_000_000, 250_000_000)

// written makes a file with the given steps, and returns its path.
func written(t *testing.T, steps ...int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.out.tfevents.test")
	w, err := tbevents.Create(path, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		add(t, w, s)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func add(t *testing.T, w *tbevents.Writer, step int) {
	t.Helper()
	err := w.Scalars(noon, step, []tbevents.Scalar{{Tag: "train/loss", Value: 1.5}, {Tag: "train/lr", Value: float64(step) / 4}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestChecksumOfTheStandard(t *testing.T) {
	// RFC 3720, B.4: 32 bytes of zeroes.
	if got := crc32c(make([]byte, 32)); got != 0x8a9136aa {
		t.Fatalf("the test's own CRC32C is wrong: %#x", got)
	}
}

func TestWritten(t *testing.T) {
	path := written(t, 0, 1, 1<<40)
	lines, wall := decode(t, path)
	want := []string{"brain.Event:2", "0 train/loss=1.5 train/lr=0", "1 train/loss=1.5 train/lr=0.25", "1099511627776 train/loss=1.5 train/lr=2.748779e+11"}
	if !reflect.DeepEqual(lines, want) {
		t.Errorf("events %q, want %q", lines, want)
	}
	for _, s := range wall {
		if s != 1_700_000_000.25 {
			t.Errorf("wall time %v, want 1700000000.25", s)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil || string(b[:12]) != "\x18\x00\x00\x00\x00\x00\x00\x00\xa3\x7f\x4b\x22" {
		t.Errorf("first bytes % x (%v), want those of TensorFlow's files", b[:12], err)
	}
}

func TestResume(t *testing.T) {
	for _, c := range []struct {
		name string
		step int
		want []string
	}{
		{"before the first", -1, []string{"brain.Event:2"}},
		{"middle", 2, []string{"brain.Event:2", "1 train/loss=1.5 train/lr=0.25", "2 train/loss=1.5 train/lr=0.5"}},
		{"last", 3, []string{"brain.Event:2", "1 train/loss=1.5 train/lr=0.25", "2 train/loss=1.5 train/lr=0.5", "3 train/loss=1.5 train/lr=0.75"}},
	} {
		path := written(t, 1, 2, 3)
		w, lost, err := tbevents.Resume(path, c.step, noon)
		if err != nil || lost != 0 {
			t.Fatalf("%s: %d bytes lost, error %v", c.name, lost, err)
		}
		add(t, w, 8)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got, _ := decode(t, path); !reflect.DeepEqual(got, append(c.want, "8 train/loss=1.5 train/lr=2")) {
			t.Errorf("%s: events %q, want %q and step 8", c.name, got, c.want)
		}
	}
}

// TestDamage truncates the file at every byte, and changes every byte: whole records
// before the damage are kept, and nothing else.
func TestDamage(t *testing.T) {
	whole, err := os.ReadFile(written(t, 1, 2))
	if err != nil {
		t.Fatal(err)
	}
	all, _ := decode(t, written(t, 1, 2))
	first := 16 + int(binary.LittleEndian.Uint64(whole))
	second := first + 16 + int(binary.LittleEndian.Uint64(whole[first:]))
	path := filepath.Join(t.TempDir(), "events.out.tfevents.test")
	for i := range whole {
		flipped := append([]byte(nil), whole...)
		flipped[i] ^= 0x10
		for name, b := range map[string][]byte{"cut": whole[:i], "flipped": flipped} {
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
			w, lost, err := tbevents.Resume(path, 9, noon)
			if i < first {
				if err == nil || !strings.Contains(err.Error(), path) {
					t.Fatalf("%s at %d: error %v, want one that names the file", name, i, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s at %d: %v", name, i, err)
			}
			w.Close()
			want := 1
			end := first
			if i >= second {
				want, end = 2, second
			}
			got, _ := decode(t, path)
			if !reflect.DeepEqual(got, all[:want]) || lost != int64(len(b)-end) {
				t.Fatalf("%s at %d: events %q, %d bytes lost; want %q and %d", name, i, got, lost, all[:want], len(b)-end)
			}
		}
	}
}

func TestResumeCreates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tfevents")
	w, _, err := tbevents.Resume(path, 4, noon)
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	if got, _ := decode(t, path); !reflect.DeepEqual(got, []string{"brain.Event:2"}) {
		t.Errorf("events %q", got)
	}
}

func FuzzResume(f *testing.F) {
	f.Add([]byte(nil), 0)
	f.Add([]byte("\x08\x01\x12\x00"), 1)
	f.Fuzz(func(t *testing.T, tail []byte, step int) {
		path := filepath.Join(t.TempDir(), "tfevents")
		w, err := tbevents.Create(path, noon)
		if err != nil {
			t.Fatal(err)
		}
		w.Close()
		head, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		record := binary.LittleEndian.AppendUint64(head, uint64(len(tail)))
		record = binary.LittleEndian.AppendUint32(record, masked(record[len(head):]))
		record = append(append(record, tail...), 0, 0, 0, 0)
		binary.LittleEndian.PutUint32(record[len(record)-4:], masked(tail))
		if err := os.WriteFile(path, append(record, tail...), 0o644); err != nil {
			t.Fatal(err)
		}
		w, _, err = tbevents.Resume(path, step, noon)
		if err != nil {
			t.Fatal(err)
		}
		w.Close()
		if w, lost, err := tbevents.Resume(path, step, noon); err != nil || lost != 0 {
			t.Fatalf("resumed again: %d bytes lost, error %v; want a whole file", lost, err)
		} else {
			w.Close()
		}
	})
}
