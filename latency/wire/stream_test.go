package wire_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"fbnas/latency/wire"
)

var digest = strings.Repeat("ab", 32)

// answer is a small, valid stream.
func answer(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := wire.NewWriter(&b)
	for _, r := range []struct {
		kind string
		body any
	}{
		{wire.TypeHello, wire.Hello{Protocol: wire.Protocol, Agent: "test"}},
		{wire.TypeBegin, wire.Begin{Batch: 1, Digest: digest}},
		{wire.TypeHeartbeat, wire.Heartbeat{}},
		{wire.TypeGroup, wire.GroupRecord{Group: wire.Group{Digest: digest, MedianUS: 2, MinUS: 1, Runs: 5}}},
		{wire.TypeRound, wire.RoundEnd{Batch: 1, Groups: 1}},
	} {
		if err := w.Send(r.kind, r.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read returns the types of the records before the first error.
func read(stream []byte) (kinds []string, err error) {
	r := wire.NewReader(bytes.NewReader(stream))
	for {
		rec, err := r.Next()
		if err != nil {
			return kinds, err
		}
		kinds = append(kinds, rec.Type)
	}
}

func TestStreamFaults(t *testing.T) {
	whole := answer(t)
	lines := bytes.SplitAfter(whole, []byte("\n"))
	lines = lines[:len(lines)-1]
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	edit := func(line int, from, to string) []byte {
		out := make([][]byte, len(lines))
		copy(out, lines)
		out[line] = bytes.Replace(lines[line], []byte(from), []byte(to), 1)
		if bytes.Equal(out[line], lines[line]) {
			t.Fatalf("nothing to replace: %q in %s", from, lines[line])
		}
		return join(out...)
	}
	for _, c := range []struct {
		name    string
		stream  []byte
		records int
		want    string // of a CorruptError; "" means cut, "EOF" a complete stream
	}{
		{"whole", whole, 6, "EOF"},
		{"whole with something behind it", join(whole, []byte("exit 0\n")), 6, "EOF"},
		{"empty", nil, 0, ""},
		{"cut between lines", join(lines[:3]...), 3, ""},
		{"cut inside a line", whole[:len(lines[0])+10], 1, ""},
		{"cut before the last newline", whole[:len(whole)-1], 5, ""},
		{"garbage line", join(lines[0], []byte("WARNING: linker\n"), lines[1]), 1, "no record"},
		{"changed figure", edit(3, `"median_us":2`, `"median_us":3`), 3, "wrong checksum"},
		{"changed type", edit(2, `"heartbeat"`, `"heartbeet"`), 2, "wrong checksum"},
		{"record lost", join(lines[0], lines[2], lines[3]), 1, "record number 3 instead of 2"},
		{"record doubled", join(lines[0], lines[0]), 1, "record number 1 instead of 2"},
		{"line too long", join(lines[0], bytes.Repeat([]byte("x"), wire.MaxLine+1)), 1, "longer than"},
		{"end of another stream", join(lines[0], endOf(t, 1)), 1, "does not fit"},
	} {
		kinds, err := read(c.stream)
		if len(kinds) != c.records {
			t.Errorf("%s: %d records %v, want %d", c.name, len(kinds), kinds, c.records)
		}
		var corrupt *wire.CorruptError
		switch {
		case c.want == "EOF":
			if err != io.EOF {
				t.Errorf("%s: %v, want io.EOF", c.name, err)
			}
		case c.want == "":
			if !errors.Is(err, wire.ErrCut) {
				t.Errorf("%s: %v, want %v", c.name, err, wire.ErrCut)
			}
		case !errors.As(err, &corrupt) || !strings.Contains(corrupt.Reason, c.want) || corrupt.Line != c.records+1:
			t.Errorf("%s: %v, want line %d: %s", c.name, err, c.records+1, c.want)
		}
	}
}

// endOf is the end line of a stream that had another number of records.
func endOf(t *testing.T, records int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := wire.NewWriter(&b)
	for range records {
		if err := w.Send(wire.TypeHeartbeat, wire.Heartbeat{}); err != nil {
			t.Fatal(err)
		}
	}
	b.Reset()
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecodeRefusesImpossibleValues(t *testing.T) {
	good := wire.Group{Digest: digest, MedianUS: 2, MinUS: 1, Runs: 5}
	for name, change := range map[string]func(*wire.Group){
		"zero median":            func(g *wire.Group) { g.MedianUS = 0 },
		"negative minimum":       func(g *wire.Group) { g.MinUS = -1 },
		"minimum above median":   func(g *wire.Group) { g.MinUS = 3 },
		"more dirty than runs":   func(g *wire.Group) { g.Dirty = 6 },
		"no runs":                func(g *wire.Group) { g.Runs = 0 },
		"path instead of digest": func(g *wire.Group) { g.Digest = "../../etc/passwd" },
		"digest in capitals":     func(g *wire.Group) { g.Digest = strings.ToUpper(digest) },
	} {
		bad := good
		change(&bad)
		if _, err := wire.Decode[wire.GroupRecord](record(t, wire.TypeGroup, wire.GroupRecord{Group: bad})); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := wire.Decode[wire.GroupRecord](record(t, wire.TypeGroup, wire.GroupRecord{Group: good})); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

func record(t *testing.T, kind string, body any) wire.Record {
	t.Helper()
	var b bytes.Buffer
	if err := wire.NewWriter(&b).Send(kind, body); err != nil {
		t.Fatal(err)
	}
	rec, err := wire.NewReader(&b).Next()
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func TestVersions(t *testing.T) {
	for version, ok := range map[string]bool{"1.0": true, "1.7": true, "1": true, "2.0": false, "0.9": false, "": false, "x.1": false, "10.0": false} {
		if err := wire.CheckVersion(version); (err == nil) != ok {
			t.Errorf("%q: %v", version, err)
		}
		if _, err := wire.Decode[wire.Hello](record(t, wire.TypeHello, wire.Hello{Protocol: version})); (err == nil) != ok {
			t.Errorf("hello of %q: %v", version, err)
		}
	}
}

// FuzzReader: what the reader returns of an arbitrary stream is a prefix of what
// a writer would write, number by number.
func FuzzReader(f *testing.F) {
	whole := answer(f)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("{\"seq\":1}\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := wire.NewReader(bytes.NewReader(stream))
		for n := 1; ; n++ {
			rec, err := r.Next()
			if err != nil {
				return
			}
			if rec.Seq != n {
				t.Fatalf("record %d has number %d", n, rec.Seq)
			}
			if g, err := wire.Decode[wire.GroupRecord](rec); err == nil && (g.MedianUS <= 0 || g.Dirty > g.Runs || !wire.IsDigest(g.Digest)) {
				t.Fatalf("impossible group accepted: %+v", g)
			}
		}
	})
}
