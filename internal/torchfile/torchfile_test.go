package torchfile_test

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/torchfile"
)

func open(t *testing.T, path string) *torchfile.Dict {
	t.Helper()
	f, err := torchfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	d, ok := f.Root.(*torchfile.Dict)
	if !ok {
		t.Fatalf("%s holds a %T", path, f.Root)
	}
	return d
}

// TestReadsBothFormats reads the files of testdata/make.py.
func TestReadsBothFormats(t *testing.T) {
	want := []struct {
		name   string
		shape  []int
		values []float64
	}{
		{"conv.weight", []int{2, 3, 2, 1}, []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{"conv.bias", []int{2}, []float64{-1.5, 2.5}},
		{"bn.num_batches_tracked", []int{}, []float64{7}},
		{"half", []int{3}, []float64{.5, -2, 65504}},
		{"brain", []int{2}, []float64{1, -3}},
		{"transposed", []int{3, 2}, []float64{0, 3, 1, 4, 2, 5}},
		{"tail", []int{2}, []float64{4, 5}},
		{"mask", []int{2}, []float64{1, 0}},
		{"bytes", []int{2}, []float64{200, 1}},
		{"shorts", []int{2}, []float64{-200, 1}},
		{"tied", []int{2, 3, 2, 1}, []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
	}
	for _, file := range []string{"zip.pth", "legacy.pth"} {
		d := open(t, filepath.Join("testdata", file))
		if len(d.Keys) != len(want) {
			t.Errorf("%s: %v", file, d.Keys)
		}
		for i, w := range want {
			tensor, ok := d.Values[w.name].(*torchfile.Tensor)
			if !ok || d.Keys[i] != w.name {
				t.Errorf("%s: %s is a %T, key %d is %s", file, w.name, d.Values[w.name], i, d.Keys[i])
				continue
			}
			got, err := tensor.Float64s()
			if err != nil || !slices.Equal(got, w.values) || !slices.Equal(tensor.Shape, w.shape) {
				t.Errorf("%s: %s is %v %v, want %v %v; %v", file, w.name, tensor.Shape, got, w.shape, w.values, err)
			}
		}
	}
}

func TestReadsACheckpoint(t *testing.T) {
	d := open(t, filepath.Join("testdata", "checkpoint.pth"))
	if d.Values["epoch"] != int64(3) || d.Values["best"] != .75 || d.Values["arch"] != "linear" || d.Values["ema"] != nil {
		t.Errorf("it holds %v", d.Values)
	}
	state, _ := d.Values["state_dict"].(*torchfile.Dict)
	bias, err := state.Values["bias"].(*torchfile.Tensor).Float64s()
	if err != nil || !slices.Equal(bias, []float64{float64(float32(2.9))}) {
		t.Errorf("the bias is %v, %v", bias, err)
	}
	weight, err := d.Values["parameter"].(*torchfile.Tensor).Float64s()
	if err != nil || len(weight) != 2 {
		t.Errorf("the parameter is %v, %v", weight, err)
	}
}

// archive is a zip file.
func archive(t testing.TB, files map[string]string, method uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pickled is a file of torch.save with the instructions in text.
func pickled(t testing.TB, text string) []byte {
	t.Helper()
	return archive(t, map[string]string{"x/data.pkl": text}, zip.Store)
}

// doubling refers to a storage by a tuple whose text would have 2^16 numbers.
var doubling = "\x80\x02(K\x00" + strings.Repeat("q\x00h\x00\x86", 16) + "NNNNtQ."

// TestRefuses: anything that a state dict does not need is refused.
func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	pickle := func(text string) []byte { return pickled(t, text) }
	// A float tensor with a storage of one number, with another size and stride.
	tensor := func(size, stride string) []byte {
		return archive(t, map[string]string{"x/data.pkl": "\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQK\x00" +
			size + stride + "\x89NtR.", "x/data/0": "\x00\x00\x00\x00"}, zip.Store)
	}
	module, err := os.ReadFile(filepath.Join("testdata", "module.pth"))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join("testdata", "legacy.pth"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
		says string
	}{
		{"a system call", pickle("\x80\x02cposix\nsystem\n(X\x02\x00\x00\x00ls" + "tR."), `"posix.system"`},
		{"a module", module, "torch.nn.modules.linear.Linear"},
		{"another instruction", pickle("\x80\x02\x93."), "instruction 0x93"},
		{"another protocol", pickle("\x80\x04N."), "protocol 4"},
		{"an empty stack", pickle("\x80\x02."), "the stack is empty"},
		{"no mark", pickle("\x80\x02t."), "no mark"},
		{"a missing memory", pickle("\x80\x02h\x07."), "remembered as 7"},
		{"a cut pickle", pickle("\x80\x02}"), "cut short"},
		{"a long text", pickle("\x80\x02X\xff\xff\xff\x7f."), "a text of"},
		{"a call of a storage", pickle("\x80\x02ctorch\nFloatStorage\n)R."), "cannot be called"},
		{"a large view", tensor("\x8a\x05\x00\x00\x00\x00\x10\x85", "K\x00\x85"), "does not lie in a storage of 1"},
		{"an overflowing view", tensor("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85", "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85"), "does not lie"},
		{"a negative view", tensor("\x8a\x01\xff\x85", "K\x01\x85"), "size [-1]"},
		{"a storage of what doubles 16 times", pickle(doubling), "a storage that is not"},
		{"compressed", archive(t, map[string]string{"x/data.pkl": strings.Repeat("N", 4096)}, zip.Deflate), "compressed"},
		{"an archive of something else", archive(t, map[string]string{"readme": ""}, zip.Store), "no data.pkl"},
		{"a text file", []byte("hello, world"), "torch.save did not write it"},
		{"a cut file", whole[:len(whole)-9], "storage"},
		{"nothing", nil, "too short"},
	} {
		path := filepath.Join(dir, "x.pth")
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := torchfile.Open(path)
		if err == nil {
			f.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 1000 {
			t.Errorf("%s: %.1000v, want %q", c.name, err, c.says)
		}
	}
}

// FuzzOpen: nothing panics, and memory stays in proportion to the file.
func FuzzOpen(f *testing.F) {
	for _, name := range []string{"zip.pth", "legacy.pth", "checkpoint.pth", "module.pth"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(pickled(f, doubling))
	path := filepath.Join(f.TempDir(), "x.pth")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		before := allocated()
		file, err := torchfile.Open(path)
		if err != nil {
			return
		}
		defer file.Close()
		if d, ok := file.Root.(*torchfile.Dict); ok {
			for _, v := range d.Values {
				if tensor, ok := v.(*torchfile.Tensor); ok {
					values, err := tensor.Float64s()
					if err == nil && len(values) != tensor.Len() {
						t.Errorf("%d values of %d", len(values), tensor.Len())
					}
				}
			}
		}
		if used, limit := allocated()-before, uint64(64<<20+4096*len(data)); used > limit {
			t.Errorf("%d bytes of file took %d bytes of memory", len(data), used)
		}
	})
}

func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}
