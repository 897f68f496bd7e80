package job

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/onnx"
	"fbnas/onnx/onnxtest"
)

// shapes of inputs, by their names.
type shapes = map[string][]int64

// TestBenchFiles: at which shapes files are timed, or why they are not.
func TestBenchFiles(t *testing.T) {
	dir := t.TempDir()
	for kind := range onnxtest.OddModels {
		m, err := onnxtest.OddModel(kind)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Write(filepath.Join(dir, kind)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		files      string
		inputs     shapes
		want, hint string
	}{
		{"fixed", nil, "x [1,3,32,32]", ""},
		{"fixed", shapes{"x": {1, 3, 48, 48}}, "x [1,3,48,48]", ""},
		{"open", nil, `open: input "x" has the shape [batch,3,height,width]: the file leaves dimensions open`, "--input x:1x3x224x224"},
		{"open", shapes{"x": {1, 3, 32, 32}}, "x [1,3,32,32]", ""},
		{"open fixed", shapes{"x": {1, 3, 32, 32}}, "x [1,3,32,32]; x [1,3,32,32]", ""},
		{"open words", nil, `words: input "ids" has the shape [batch,sequence], input "mask" has the shape [batch,sequence]`, "--input x:1x3x224x224. Give its sizes, such as --input ids:1x128 --input mask:1x128."},
		{"words", shapes{"ids": {1, 7}}, "ids [1,7], mask [1,7]", ""},
		{"words", shapes{"ids": {1, 7}, "mask": {1, 8}}, "sequence is given as 7 and as 8", "one size for sequence"},
		{"words", shapes{"ids": {7}}, "not 1 dimensions", "each dimension"},
		{"open", shapes{"z": {1, 3, 32, 32}, "x": {1, 3, 32, 32}}, "--input z: no file has an input of that name", "fbnas models show"},
		{"shapeless", nil, `shapeless: input "x" has no shape`, "--input x:1x3x224x224"},
		{"shapeless", shapes{"x": {1, 3, 32, 32}}, "x [1,3,32,32]", ""},
		{"channels", nil, "[N,C,H,W]: the file leaves dimensions open", "--input x:1x3x224x224"},
		{"strings", nil, `strings: input "text" takes strings`, "whose inputs are numbers"},
		{"empty", nil, "[1,3,0,32]: a dimension of 0", "Mend the file"},
		{"empty", shapes{"x": {1, 3, 32, 32}}, "x [1,3,32,32]", ""},
	} {
		name := fmt.Sprint(c.files, " ", c.inputs)
		var paths []string
		for _, f := range strings.Fields(c.files) {
			paths = append(paths, filepath.Join(dir, f))
		}
		files, err := readBenchFiles(paths, c.inputs)
		if err != nil {
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(fault.HintOf(err), c.hint) || c.hint == "" {
				t.Errorf("%s: %v (%s), want %q (%q)", name, err, fault.HintOf(err), c.want, c.hint)
			}
			continue
		}
		var got []string
		for _, f := range files {
			m, err := onnx.Decode(f.model.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			var inputs []string
			for _, v := range m.Inputs() {
				inputs = append(inputs, fmt.Sprint(v.Name, " ", v.Shape))
			}
			got = append(got, strings.Join(inputs, ", "))
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}

// TestBenchSaysWhatIsResized: a shape that one file needs also applies to files
// that fix another shape, whose time is then not that of the unchanged file.
func TestBenchSaysWhatIsResized(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		given shapes
		want  map[string]string
	}{
		{shapes{"x": {1, 3, 48, 48}}, map[string]string{"open": "[]", "empty": "[input \"x\" is timed at [1,3,48,48], the file has [1,3,0,32]]", "fixed": "[input \"x\" is timed at [1,3,48,48], the file has [1,3,32,32]]"}},
		{shapes{"x": {1, 3, 32, 32}}, map[string]string{"open": "[]", "empty": "[]", "fixed": "[]"}},
		{shapes{"x": {8, 3, 32, 32}}, map[string]string{"open": "[]", "fixed": "[input \"x\" is timed at [8,3,32,32], the file has [1,3,32,32]]"}},
	} {
		for kind, what := range c.want {
			m, err := onnxtest.OddModel(kind)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, kind)
			if err := m.Write(path); err != nil {
				t.Fatal(err)
			}
			f, err := readBenchFile(path, c.given, map[string]bool{})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(f.resized); got != what {
				t.Errorf("%s with %v: %s, want %s", kind, c.given, got, what)
			}
		}
	}
}

// TestBenchTakesExternalDataFromBesideTheFile: not from the working directory.
// They are put into the model, which is all that a device gets.
func TestBenchTakesExternalDataFromBesideTheFile(t *testing.T) {
	dir := t.TempDir()
	m, err := onnxtest.OddModel("fixed")
	if err != nil {
		t.Fatal(err)
	}
	weights := onnxtest.ReferTo(m, "w.data")
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	strangers := bytes.Repeat([]byte{0xff}, len(weights))
	for name, content := range map[string][]byte{"model/m.onnx": data, "model/w.data": weights, "w.data": strangers} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	files, err := readBenchFiles([]string{"model/m.onnx"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := onnx.Decode(files[0].model.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(whole.Proto.Graph.Initializer[0].RawData, weights) {
		t.Error("other weights than those beside the model")
	}
	if err := os.Remove("model/w.data"); err != nil {
		t.Fatal(err)
	}
	if _, err := readBenchFiles([]string{"model/m.onnx"}, nil); err == nil || !strings.Contains(err.Error(), "w.data") {
		t.Errorf("a file without its weights: %v", err)
	}
}

// TestInputShapesAreGivenAlike: bench and models show take the same texts, and
// refuse the same ones.
func TestInputShapesAreGivenAlike(t *testing.T) {
	for _, c := range []struct {
		inputs []string
		want   string
	}{
		{[]string{"data"}, "--input data is not a name and a shape"},
		{[]string{"a:1x3", "a:1x4"}, "--input is given twice for a"},
		{[]string{"nobody:1x3"}, "nobody"},
	} {
		file := filepath.Join(t.TempDir(), "x.onnx")
		b := onnx.NewBuilder("x", 17)
		b.Node("Relu", []string{b.Input("a", onnx.Float32, onnx.Dims[int64](1, 3))}, []string{"y"})
		b.Output("y", onnx.Float32, onnx.Dims[int64](1, 3))
		m, err := b.Model()
		if err == nil {
			err = m.Write(file)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, timed := Bench(t.Context(), new(Env), BenchOptions{Models: []string{file}, Inputs: c.inputs})
		_, _, shown := ShowModel(file, ShowOptions{Inputs: c.inputs})
		for verb, err := range map[string]error{"bench": timed, "models show": shown} {
			if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, %q: %v", verb, c.inputs, err)
			}
		}
	}
}
