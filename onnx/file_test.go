package onnx_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"fbnas/internal/fault"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// large has two tensors of more than externalMin bytes and one below.
func large(t *testing.T, first float32) *onnx.Model {
	t.Helper()
	b := onnx.NewBuilder("large", 17)
	data := make([]float32, 3000)
	data[0] = first
	x := b.Input("x", onnx.Float32, onnx.Dims(3000))
	y := b.Op("Add", []string{x, b.Initializer("a", onnx.Vector("", data...))})
	y = b.Op("Mul", []string{y, b.Initializer("b", onnx.Vector("", data...))})
	b.Node("Add", []string{y, b.Const(onnx.Scalar("", float32(1)))}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(3000))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestLargeModelGoesIntoTwoFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "large.onnx")
	for version := range 2 { // the second one replaces the first, data included
		m := large(t, float32(version))
		want, err := m.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if err := m.WriteLimited(path, 2000); err != nil {
			t.Fatal(err)
		}
		if names, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(names) != 2 {
			t.Errorf("files %q (%v), want the model and its data", names, err)
		}
		got, err := onnx.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := got.Bytes(); err != nil || !bytes.Equal(data, want) {
			t.Errorf("version %d: another model after a round trip (%v)", version, err)
		}
		if after, err := m.Bytes(); err != nil || !bytes.Equal(after, want) {
			t.Errorf("version %d: writing changed the model (%v)", version, err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := onnx.Decode(data); err == nil || !strings.Contains(err.Error(), "another file") {
		t.Errorf("decoding without the data: %v", err)
	}
	if err := large(t, 0).Write(path); err != nil {
		t.Fatal(err)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 1 {
		t.Errorf("files %q, want the model alone", names)
	}
}

func TestModelAboveTheLimitIsRefusedWhole(t *testing.T) {
	m := large(t, 1)
	m.Proto.DocString = proto.String(strings.Repeat("x", 4000))
	path := filepath.Join(t.TempDir(), "m.onnx")
	err := m.WriteLimited(path, 2000)
	if err == nil || !strings.Contains(err.Error(), "more than the 2000") || fault.HintOf(err) == "" {
		t.Errorf("error %v", err)
	}
	if names, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(names) != 0 {
		t.Errorf("%q written nevertheless", names)
	}
}

func TestHostileExternalData(t *testing.T) {
	outer := t.TempDir()
	dir := filepath.Join(outer, "models")
	for name, content := range map[string]string{"secret": "12345678", "models/data": "12345678", "models/sub/data": "12345678"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(outer, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(outer, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, location, offset, length string
		tensors                        int
		says                           string // empty: the file is read
	}{
		{"whole", "data", "0", "8", 1, ""},
		{"to the end", "data", "", "", 1, ""},
		{"in a subfolder", "sub/data", "0", "8", 1, ""},
		{"no location", "", "0", "8", 1, "not a file in the model's folder"},
		{"absolute", filepath.Join(outer, "secret"), "0", "8", 1, "not a file in the model's folder"},
		{"above", "../secret", "0", "8", 1, "not a file in the model's folder"},
		{"above by a detour", "sub/../../secret", "0", "8", 1, "not a file in the model's folder"},
		{"link out", "link", "0", "8", 1, "link is a link to a file outside the model's folder"},
		{"folder", "sub", "0", "8", 1, "not a regular file"},
		{"absent", "nothing", "0", "8", 1, "nothing is missing"},
		{"too long", "data", "0", "9", 1, "9 bytes at 0"},
		{"behind the end", "data", "4", "8", 1, "8 bytes at 4"},
		{"overflow", "data", "4611686018427387903", "4611686018427387903", 1, "has 8"},
		{"negative", "data", "-1", "8", 1, "offset"},
		{"the same bytes again and again", "data", "0", "8", 2, "more than it holds"},
	} {
		path := filepath.Join(dir, "m.onnx")
		if err := os.WriteFile(path, externalModel(t, c.location, c.offset, c.length, c.tensors), 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := onnx.Read(path)
		switch {
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: error %v, want one about %q", c.name, err, c.says)
		case c.says == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.says == "":
			if list, err := m.Initializers(); err != nil || string(list[0].Raw) != "12345678" {
				t.Errorf("%s: %v (%v)", c.name, list, err)
			}
		}
	}
}

// externalModel has n tensors of two float32 that refer to the same place.
func externalModel(t *testing.T, location, offset, length string, n int) []byte {
	t.Helper()
	p := &onnxpb.TensorProto{Dims: []int64{2}, DataType: proto.Int32(1), DataLocation: onnxpb.TensorProto_EXTERNAL.Enum()}
	for key, v := range map[string]string{"location": location, "offset": offset, "length": length} {
		if v != "" {
			p.ExternalData = append(p.ExternalData, &onnxpb.StringStringEntryProto{Key: &key, Value: &v})
		}
	}
	g := &onnxpb.GraphProto{}
	for range n {
		g.Initializer = append(g.Initializer, p)
	}
	data, err := proto.Marshal(&onnxpb.ModelProto{Graph: g})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestReadSaysWhatIsWrongWithTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.onnx")
	for content, says := range map[string]string{
		"":              "no graph",
		"not a model":   "decode ONNX model",
		"\x3a\x05short": "decode ONNX model", // five bytes that are not a graph
	} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := onnx.Read(path); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: error %v, want one about %q in %s", content, err, says, path)
		}
	}
	if _, err := onnx.Read(filepath.Dir(path)); err == nil {
		t.Error("a folder is read as a model")
	}
}
