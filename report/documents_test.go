package report

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fbnas/internal/plaintext"
	"fbnas/models"
	"fbnas/onnxexport"
)

// documented adds to a pipeline what the demo writes beside the runs: two
// exported files, and documents of verbs about them.
func documented(t *testing.T) string {
	t.Helper()
	dir := pipeline(t)
	space, err := models.LoadSpace("demo")
	if err != nil {
		t.Fatal(err)
	}
	for name, selection := range map[string]models.Selection{"model.onnx": space.Smallest(), "baseline.onnx": space.Largest()} {
		a := arch(t, space, selection)
		blocks, err := a.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		m, err := onnxexport.Export(onnxexport.Spec{
			Name: a.Name, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 1),
			Metadata: onnxexport.Metadata{Architecture: string(a.YAML()), Parity: &onnxexport.Parity{MaxAbsDiff: 1e-6, Inputs: 64}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Write(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"profile.json": `{"schema":"fbnas.profile/1","status":"ok","seconds":131}`,
		"export.json":  `{"schema":"fbnas.export/1","path":"elsewhere/model.onnx","from":"elsewhere/train/weights.safetensors","bytes":7,"seconds":2}`,
		"eval.json":    `{"schema":"fbnas.eval/1","path":"elsewhere/model.onnx","top1":0.91,"images":10000,"seconds":3}`,
		"bench.json": `{"schema":"fbnas.bench/1","device":{"name":"local","soc":"a processor"},"models":[` +
			`{"path":"elsewhere/model.onnx","latency_us":1234,"p50_us":1300,"p90_us":1400,"raw_us":[1,2],"sentinel_ratio":1.02,"predicted_us":1250,"target_us":1300,"rounds":12,"dropped_groups":1},` +
			`{"path":"baseline.onnx","latency_us":1240,"predicted_us":null,"target_us":null}]}`,
		"baseline.json": `{"schema":"fbnas.baseline.uniform/1","predicted_us":1200}`,
		"notes.json":    `{"seconds":"many"}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadDocuments(t *testing.T) {
	r, err := Load(documented(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Networks) != 2 {
		t.Fatalf("%d networks, want the two that were trained", len(r.Networks))
	}
	found, other := r.Networks[0], r.Networks[1]
	e := found.Export
	if e == nil || filepath.Base(e.Path) != "model.onnx" || e.Bytes < 1000 || e.Opset != 17 || e.IRVersion != 8 || e.Nodes == 0 ||
		e.ParityDiff != 1e-6 || e.ParityInputs != 64 || e.Top1 != 0.91 || e.TestImages != 10000 {
		t.Errorf("file of the found network: %+v", e)
	}
	want := Bench{Device: "local (a processor)", LatencyUS: 1234, RawUS: 1300, P90US: 1400, SentinelRatio: 1.02,
		PredictedUS: 1250, TargetUS: 1300, Rounds: 12, DroppedGroups: 1}
	if found.Bench == nil || *found.Bench != want {
		t.Errorf("bench of the found network: %+v, want %+v", found.Bench, want)
	}
	if other.Run != "baseline" || other.Export == nil || filepath.Base(other.Export.Path) != "baseline.onnx" || other.Bench == nil || other.Bench.LatencyUS != 1240 {
		t.Errorf("the other network: %+v", other)
	}
	stages := []Stage{{"search", 100}, {"profile", 131}, {"train", 12.5}, {"baseline", 12.5}, {"export", 2}, {"eval", 3}}
	if !reflect.DeepEqual(r.Stages, stages) {
		t.Errorf("stages %v, want %v", r.Stages, stages)
	}
}

// Without the run that it was exported from, a file is a network of its own.
func TestLoadModelAlone(t *testing.T) {
	r, err := Load(filepath.Join(documented(t), "model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Networks) != 1 || r.Networks[0].Name != "model.onnx" || r.Networks[0].MACs == 0 || r.Networks[0].Export == nil {
		t.Errorf("networks: %+v", r.Networks)
	}
}

// Extensions in upper case, and text as other systems save it, make no
// difference.
func TestLoadFilesOfOtherSystems(t *testing.T) {
	want, err := Load(documented(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := documented(t)
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := filepath.Join(dir, f.Name())
		switch filepath.Ext(name) {
		case ".json":
			text, err := os.ReadFile(name)
			if err == nil {
				err = os.WriteFile(name, append([]byte(plaintext.Mark), bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))...), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		case ".lut":
		default:
			continue
		}
		if f.Name() != summaryName {
			if err := os.Rename(name, strings.TrimSuffix(name, filepath.Ext(name))+strings.ToUpper(filepath.Ext(name))); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Stages) != len(want.Stages) || got.Networks[0].Bench == nil || *got.Networks[0].Bench != *want.Networks[0].Bench {
		t.Errorf("stages %v, want %v; bench %+v", got.Stages, want.Stages, got.Networks[0].Bench)
	}
	table := filepath.Join(dir, "X.LUT")
	data, err := os.ReadFile("../lut/testdata/v1.lut")
	if err == nil {
		err = os.WriteFile(table, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err = Load(dir); err != nil || got.Table == nil {
		t.Errorf("no table in a folder that holds %s (%v)", table, err)
	}
}

// What a file states about itself is shown, and an int8 file's statements are not
// mistaken for its float file's.
func TestLoadModelThatStatesItsFigures(t *testing.T) {
	space, err := models.LoadSpace("demo")
	if err != nil {
		t.Fatal(err)
	}
	a := arch(t, space, space.Smallest())
	blocks, err := a.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	f, err := onnxexport.Build(onnxexport.Spec{Name: a.Name, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 1)})
	if err != nil {
		t.Fatal(err)
	}
	f.Metadata.Architecture, f.Metadata.Precision = string(a.YAML()), onnxexport.Int8Precision
	f.Metadata.Accuracy = &onnxexport.Accuracy{Top1: 0.898, Images: 10000, Data: "fashion-mnist"}
	f.Metadata.Latency = &onnxexport.Latency{Device: "a phone", MeasuredUS: 1234, PredictedUS: 1200}
	f.Metadata.Quantization = &onnxexport.Quantization{Compared: 256, Agreement: onnxexport.Agreement{MaxAbsDiff: 0.41}}
	dir := t.TempDir()
	if err := f.Write(filepath.Join(dir, "int8.onnx")); err != nil {
		t.Fatal(err)
	}
	r, err := Load(filepath.Join(dir, "int8.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Headline(r), "Int8.onnx runs in 1.23 ms with 89.8 % top-1 accuracy on 10\u202f000 test images."; got != want {
		t.Errorf("headline %q, want %q", got, want)
	}
	cells := map[string]string{}
	for _, row := range Compare(r.Networks).Rows {
		cells[row[0]] = row[1]
	}
	for name, want := range map[string]string{
		"top-1 accuracy of the exported file":            "89.8 %",
		"latency, predicted":                             "1.20 ms",
		"largest difference of a logit of the int8 file": "4.1e-01",
		"largest difference of a logit after export":     "",
		"inputs compared for it":                         "256",
	} {
		if cells[name] != want {
			t.Errorf("%s: %q, want %q", name, cells[name], want)
		}
	}
	// The document of the export says the same.
	document := `{"schema":"fbnas.export/1","path":"int8.onnx","from":"train/weights.safetensors","parity_max_abs_diff":1e-6,"parity_inputs":64,` +
		`"int8":{"agreement":{"images":256,"same_class":250,"max_abs_diff":0.41}}}`
	l := loader{Report: Report{Networks: []Network{{Run: "train"}}}}
	if err := l.addExport([]byte(document)); err != nil {
		t.Fatal(err)
	}
	if e := l.Networks[0].Export; e.ParityInputs != 0 || e.ParityDiff != 0 || e.Int8Diff != 0.41 || e.Int8Inputs != 256 {
		t.Errorf("the document: %+v", e)
	}
}

func TestLoadDamagedDocument(t *testing.T) {
	for name, text := range map[string]string{
		"cut.json":    `{"schema":"fbnas.bench/1","models":[`,
		"bench.json":  `{"schema":"fbnas.bench/1","models":[{"path":7}]}`,
		"broken.onnx": "hello",
		"wide.json":   "\xff\xfe{\x00}\x00",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzDocument: any document gives a report or an error.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"schema":"fbnas.bench/1","models":[{"path":"model.onnx","latency_us":1e308}]}`))
	f.Add([]byte(`{"schema":"fbnas.eval/1","path":"model.onnx","top1":2,"images":-1}`))
	f.Add([]byte(`{"schema":"fbnas.export/1","from":"a/train/w","path":"model.onnx"}`))
	f.Add([]byte(`{"schema":"fbnas./"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "x.json")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		l := loader{Report: Report{Networks: []Network{{Run: "train", Export: &Export{Path: "model.onnx"}}}}}
		if l.loadDocument(path) != nil || l.settle() != nil {
			return
		}
		if len(l.Networks) != 1 || len(l.Stages) > 1 {
			t.Errorf("a document made %d networks and %d stages", len(l.Networks), len(l.Stages))
		}
	})
}
