package onnxexport_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/internal/chw"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
	"fbnas/onnxexport"
)

func whole() onnxexport.Metadata {
	return onnxexport.Metadata{
		Tool: "fbnas 1.0", Architecture: "version: 1\nname: tiny\n",
		Preprocessing: &dataset.Preprocessing{Shape: chw.Shape{Channels: 1, Height: 28, Width: 28}, Mean: []float32{0.25}, Std: []float32{0.5}},
		Classes:       []string{"T-shirt/top", "Trouser"},
		Accuracy:      &onnxexport.Accuracy{Top1: 0.91, Images: 10000, Data: "fashion-mnist"},
		Latency:       &onnxexport.Latency{Device: "a phone", Runtime: "onnxruntime 1.27.0", Table: "0123", PredictedUS: 510, ErrorUS: 7, Rows: 18, PredictedRows: 3, MeasuredUS: 512.5},
		Seed:          new(uint64(7)),
		Quantization: &onnxexport.Quantization{Activations: "int8", Method: "minmax", Images: 5, Data: "fashion-mnist", Compared: 64,
			Agreement: onnxexport.Agreement{SameClass: 63, MaxAbsDiff: 0.5, SQNR: 30}, FloatTop1: 0.92, Top1Error: 0.004, FloatWeights: "4567"},
		Parity: &onnxexport.Parity{MaxAbsDiff: 1e-6, MaxAbsLogit: 12, Inputs: 64, SameClass: 64},
	}
}

func TestMetadataRoundTrip(t *testing.T) {
	s := tiny(t)
	s.Metadata = whole()
	m := export(t, s)
	got, err := onnxexport.ReadMetadata(m)
	if err != nil {
		t.Fatal(err)
	}
	want := whole()
	want.Weights = onnxexport.WeightsDigest(m)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	props := m.Metadata()
	for key, want := range map[string]string{
		"tool": "fbnas 1.0", "architecture": want.Architecture, "classes": `["T-shirt/top","Trouser"]`,
		"preprocessing": `{"channels":1,"height":28,"width":28,"mean":[0.25],"std":[0.5]}`,
		"latency":       `{"device":"a phone","runtime":"onnxruntime 1.27.0","table":"0123","predicted_us":510,"error_us":7,"rows":18,"predicted_rows":3,"measured_us":512.5}`,
		"quantization": `{"activations":"int8","method":"minmax","images":5,"data":"fashion-mnist","compared":64,"same_class":63,"max_abs_diff":0.5,"sqnr_db":30,` +
			`"float_top1":0.92,"top1_change_error":0.004,"float_weights_sha256":"4567"}`,
	} {
		if props[key] != want {
			t.Errorf("%s is %q in the file, want %q", key, props[key], want)
		}
	}
}

func TestMetadataOfNothing(t *testing.T) {
	m := export(t, tiny(t))
	if props := m.Metadata(); len(props) != 1 || len(props["weights_sha256"]) != 64 {
		t.Errorf("an export without metadata says %v", props)
	}
	for key, value := range map[string]string{"producer": "somebody", "input": "float32[1,3,8,8]", "classes": "cat,dog"} {
		if md, err := onnxexport.ReadMetadata(model(t, key, value)); err != nil || !reflect.DeepEqual(md, onnxexport.Metadata{}) {
			t.Errorf("a foreign file with %s says %+v, %v", key, md, err)
		}
	}
}

// stating is an exported model with one more entry of metadata.
func stating(t testing.TB, key, value string) *onnx.Model {
	m := model(t, key, value)
	weights := "weights_sha256"
	digest := onnxexport.WeightsDigest(m)
	m.Proto.MetadataProps = append(m.Proto.MetadataProps, &onnxpb.StringStringEntryProto{Key: &weights, Value: &digest})
	return m
}

// model is a model with one entry of metadata.
func model(t testing.TB, key, value string) *onnx.Model {
	t.Helper()
	b := onnx.NewBuilder("m", 17)
	pixels := onnx.Dims(1, 2, 2, 1)
	b.Node("Cast", []string{b.Input("x", onnx.Uint8, pixels)}, []string{"y"}, onnx.Int("to", int(onnx.Float32)))
	b.Output("y", onnx.Float32, pixels)
	b.Metadata(key, value)
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestBrokenMetadata(t *testing.T) {
	for _, tc := range []struct{ key, value string }{
		{"classes", "ten"},
		{"classes", `{"0":"a"}`},
		{"parity", `{"inputs":"many"}`},
		{"preprocessing", `{"channels":3,"height":8,"width":8,"mean":[0],"std":[1]}`},
		{"preprocessing", `{"channels":1,"height":8,"width":8,"mean":[0],"std":[0]}`},
		{"preprocessing", `{"channels":1,"height":-8,"width":8,"mean":[0],"std":[1]}`},
		{"preprocessing", `{"channels":1,"height":8,"width":20000,"mean":[0],"std":[1]}`},
		{"input", "jpeg"},
		{"precision", "fp4"},
		{"seed", "-1"},
		{"tool", strings.Repeat("x", 1<<20+1)},
		{"classes", "[" + strings.Repeat(`"",`, 1<<16) + `""]`},
	} {
		md, err := onnxexport.ReadMetadata(stating(t, tc.key, tc.value))
		if err == nil || !strings.Contains(err.Error(), tc.key) {
			t.Errorf("%s %.80s: %v", tc.key, tc.value, err)
		}
		if !reflect.DeepEqual(md, onnxexport.Metadata{}) {
			t.Errorf("%s %.80s: half of it is returned: %+v", tc.key, tc.value, md)
		}
	}
}

// FuzzReadMetadata reads any text as any entry of a file that takes pixels: either it
// is refused, or the feed can be made from it.
func FuzzReadMetadata(f *testing.F) {
	for key, value := range map[string]string{
		"classes": `["a","b"]`, "parity": `{"inputs":64}`, "accuracy": `{"top1":0.9}`, "latency": `null`, "seed": "7",
		"preprocessing": `{"channels":1,"height":2,"width":2,"mean":[0],"std":[1]}`, "tool": "x", "precision": "fp16",
		"quantization": `{"images":1}`, "input": "uint8-nhwc",
	} {
		f.Add(key, value)
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		m := stating(t, key, value)
		md, err := onnxexport.ReadMetadata(m)
		if err != nil {
			return
		}
		if p := md.Preprocessing; p != nil && (len(p.Mean) != p.Channels || len(p.Std) != p.Channels) {
			t.Errorf("%q: %+v is taken", value, p)
		}
		if feed, err := onnxexport.FeedOf(m, md); err == nil && len(feed.Tensor(make([]float32, 8)).Bytes) != 8 {
			t.Errorf("%q: fed by %+v", value, feed)
		}
	})
}

func TestWriteLabels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "labels.txt")
	if err := onnxexport.WriteLabels(path, []string{"one", "two\nthree"}); err == nil {
		t.Error("a name with a line break is written")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file is left")
	}
	for in, want := range map[string]string{"runs/a/model.onnx": "runs/a/model.labels.txt", "model": "model.labels.txt"} {
		if got := onnxexport.LabelsPath(in); got != want {
			t.Errorf("labels of %s go to %s, want %s", in, got, want)
		}
	}
}
