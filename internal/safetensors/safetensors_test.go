package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fbnas/internal/safetensors"
)

func encode(t testing.TB, f safetensors.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decode(b []byte) (safetensors.File, error) {
	return safetensors.Decode(bytes.NewReader(b), int64(len(b)))
}

// raw is a file with a handwritten header.
func raw(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

var small = safetensors.File{
	Tensors: []safetensors.Tensor{
		{Name: "w", Shape: []int{2, 1}, Data: []float32{1, -2}},
		{Name: "none", Shape: []int{0, 3}, Data: []int64{}},
		{Name: "x", Shape: []int{}, Data: []float64{0.5}},
	},
	Metadata: map[string]string{"b": "2", "a": "é \"1\""},
}

// TestBytes compares the layout with the format's description, by hand:
// checkpoints contain a digest of these bytes.
func TestBytes(t *testing.T) {
	header := `{"__metadata__":{"a":"é \"1\"","b":"2"},` +
		`"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},` +
		`"none":{"dtype":"I64","shape":[0,3],"data_offsets":[8,8]},` +
		`"x":{"dtype":"F64","shape":[],"data_offsets":[8,16]}}`
	header += strings.Repeat(" ", (8-len(header)%8)%8)
	want := string(raw(header, 0)) + "\x00\x00\x80\x3f\x00\x00\x00\xc0" + "\x00\x00\x00\x00\x00\x00\xe0\x3f"
	if got := string(encode(t, small)); got != want {
		t.Errorf("bytes\n%q, want\n%q", got, want)
	}
}

func TestReadsWhatOthersWrite(t *testing.T) {
	got, err := decode(raw(`{"b":{"shape":[1],"data_offsets":[4,8],"dtype":"F32"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   `, 8))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Tensors) != 2 || got.Tensors[0].Name != "a" || got.Tensors[1].Name != "b" {
		t.Errorf("tensors %v, want a and b in the order of their data", got.Tensors)
	}
}

// TestReadsEveryType: bytes of each type that other programs write, as numbers.
func TestReadsEveryType(t *testing.T) {
	for _, c := range []struct {
		dtype string
		data  string
		want  float64
	}{
		{"F32", "\x00\x00\x80\xbf", -1}, {"F64", "\x00\x00\x00\x00\x00\x00\xe0\x3f", .5},
		{"F16", "\x00\xc0", -2}, {"BF16", "\x40\x40", 3},
		{"I64", "\xff\xff\xff\xff\xff\xff\xff\xff", -1}, {"I32", "\xfe\xff\xff\xff", -2}, {"I16", "\xfd\xff", -3},
		{"I8", "\xfc", -4}, {"U8", "\xfc", 252}, {"BOOL", "\x01", 1},
	} {
		header := fmt.Sprintf(`{"a":{"dtype":%q,"shape":[1],"data_offsets":[0,%d]}}`, c.dtype, len(c.data))
		f, err := decode(append(raw(header, 0), c.data...))
		if err != nil {
			t.Errorf("%s: %v", c.dtype, err)
			continue
		}
		if got := f.Tensors[0].Float64s(); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %v, want %g", c.dtype, got, c.want)
		}
	}
}

func TestEveryCutIsRefused(t *testing.T) {
	whole := encode(t, small)
	path := filepath.Join(t.TempDir(), "cut.safetensors")
	for n := range whole {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := safetensors.Read(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Fatalf("%d of %d bytes: error %v, want one that names the file", n, len(whole), err)
		}
	}
	if err := os.WriteFile(path, append(whole, 0), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := safetensors.Read(path); err == nil {
		t.Error("a byte too many was accepted")
	}
	if _, err := safetensors.ReadMetadata(path); err == nil {
		t.Error("ReadMetadata accepted a byte too many")
	}
}

func TestRefusedHeaders(t *testing.T) {
	for _, c := range []struct {
		header string
		data   int
		want   string
	}{
		{``, 0, "begin with {"},
		{` {}`, 0, "begin with {"},
		{"{\"\xff\":1}", 0, "UTF-8"},
		{`{} x`, 0, "follows"},
		{`{"a":1}`, 0, "found 1"},
		{`{"__metadata__":{"a":null}}`, 0, "want a string"},
		{`{"__metadata__":{"a":"1","a":"2"}}`, 0, `"a" comes twice`},
		{`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8, `"a" comes twice`},
		{`{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}`, 1, `"F8_E4M3" is not one of F32, F64, F16, BF16, I64`},
		{`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4, `unknown field "x"`},
		{`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4, "needs a shape"},
		{`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}`, 4, "two data_offsets"},
		{`{"a":{"dtype":"F32","shape":[null],"data_offsets":[0,4]}}`, 4, "want a json.Number"},
		{`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4, "-1 is not a size"},
		{`{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}`, 4, "1.0 is not a size"},
		{`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4, "does not fit"},
		{`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4, "does not fit"},
		{`{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, 0, "can be counted"},
		{`{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}`, 0, "does not fit"},
		{`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8, "begins at byte 4 of the data, want 0"},
		{`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8, "no overlaps"},
		{`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 8, "the file has 8"},
	} {
		_, err := decode(raw(c.header, c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", c.header, err, c.want)
		}
	}
}

func TestHeaderLimit(t *testing.T) {
	b := binary.LittleEndian.AppendUint64(nil, 16<<20+1)
	if _, err := safetensors.Decode(bytes.NewReader(b), 1<<40); err == nil || !strings.Contains(err.Error(), "the limit is") {
		t.Errorf("error %v, want the limit", err)
	}
	err := safetensors.Write(&bytes.Buffer{}, safetensors.File{Metadata: map[string]string{"a": strings.Repeat("x", 16<<20)}})
	if err == nil || !strings.Contains(err.Error(), "over the limit") {
		t.Errorf("write: error %v, want the limit", err)
	}
}

func TestRefusedTensors(t *testing.T) {
	one := []float32{1}
	for _, c := range []struct {
		want    string
		tensors []safetensors.Tensor
	}{
		{"cannot name", []safetensors.Tensor{{Name: "", Shape: []int{1}, Data: one}}},
		{"cannot name", []safetensors.Tensor{{Name: "__metadata__", Shape: []int{1}, Data: one}}},
		{"not UTF-8", []safetensors.Tensor{{Name: "\xff", Shape: []int{1}, Data: one}}},
		{"two tensors", []safetensors.Tensor{{Name: "a", Data: one}, {Name: "a", Data: one}}},
		{"has 2 elements, its data 1", []safetensors.Tensor{{Name: "a", Shape: []int{2}, Data: one}}},
		{"negative size", []safetensors.Tensor{{Name: "a", Shape: []int{-1}, Data: one}}},
		{"cannot store a []uint32", []safetensors.Tensor{{Name: "a", Shape: []int{1}, Data: []uint32{1}}}},
		{"cannot store a <nil>", []safetensors.Tensor{{Name: "a"}}},
	} {
		var b bytes.Buffer
		err := safetensors.Write(&b, safetensors.File{Tensors: c.tensors})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q in it", c.tensors, err, c.want)
		}
		if b.Len() > 0 {
			t.Errorf("%v: %d bytes were written before the error", c.tensors, b.Len())
		}
	}
}

// bits makes files comparable: NaNs are never equal, but their bits are.
func bits(f safetensors.File) string {
	var b strings.Builder
	for _, t := range f.Tensors {
		fmt.Fprintf(&b, "%q %v %T", t.Name, t.Shape, t.Data)
		switch data := t.Data.(type) {
		case []float32:
			for _, x := range data {
				fmt.Fprintf(&b, " %x", math.Float32bits(x))
			}
		case []float64:
			for _, x := range data {
				fmt.Fprintf(&b, " %x", math.Float64bits(x))
			}
		case []int64:
			fmt.Fprint(&b, data)
		}
		b.WriteByte('\n')
	}
	return b.String() + fmt.Sprintf("%q", f.Metadata)
}

func TestNothingIsLost(t *testing.T) {
	words := rapid.SliceOfN(rapid.Uint64(), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		f := safetensors.File{Metadata: rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "metadata")}
		for _, name := range rapid.SliceOfNDistinct(rapid.StringN(1, 8, -1), 0, 6, rapid.ID[string]).Draw(t, "names") {
			w := words.Draw(t, "bits")
			tensor := safetensors.Tensor{Name: name, Shape: []int{1, len(w)}}
			switch rapid.IntRange(0, 2).Draw(t, "type") {
			case 0:
				data := make([]float32, len(w))
				for i := range w {
					data[i] = math.Float32frombits(uint32(w[i]))
				}
				tensor.Data = data
			case 1:
				data := make([]float64, len(w))
				for i := range w {
					data[i] = math.Float64frombits(w[i])
				}
				tensor.Data = data
			case 2:
				data := make([]int64, len(w))
				for i := range w {
					data[i] = int64(w[i])
				}
				tensor.Data = data
			}
			f.Tensors = append(f.Tensors, tensor)
		}
		var b bytes.Buffer
		if err := safetensors.Write(&b, f); err != nil {
			t.Fatal(err)
		}
		got, err := decode(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if bits(got) != bits(f) {
			t.Fatalf("read\n%s\nwant\n%s", bits(got), bits(f))
		}
	})
}

func TestReadMetadata(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := os.WriteFile(path, encode(t, small), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := safetensors.ReadMetadata(path)
	if err != nil || !reflect.DeepEqual(got, small.Metadata) {
		t.Errorf("metadata %v (%v), want %v", got, err, small.Metadata)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(f, small))
	f.Add(encode(f, safetensors.File{}))
	f.Add(raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := decode(b)
		if err != nil {
			return
		}
		again, err := decode(encode(t, file))
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if bits(again) != bits(file) {
			t.Fatalf("read again\n%s\nwant\n%s", bits(again), bits(file))
		}
	})
}
