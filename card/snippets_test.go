package card

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/internal/chw"
	"fbnas/internal/process"
	"fbnas/internal/python"
	"fbnas/onnxexport"
)

// inputs are all forms of input that snippets are written for.
func inputs() map[string]Input {
	one := onnxexport.Form{Batch: 1}
	colour := Input{dataset.Preprocessing{Shape: chw.Shape{Channels: 3, Height: 8, Width: 6}, Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225}}, one}
	grey := Input{dataset.Preprocessing{Shape: chw.Shape{Channels: 1, Height: 8, Width: 6}, Mean: []float32{0.286}, Std: []float32{0.353}}, one}
	all := map[string]Input{"colour": colour, "grey": grey}
	for name, in := range map[string]Input{"colour": colour, "grey": grey} {
		in.Form = onnxexport.Form{Input: onnxexport.PixelsNHWC, Batch: onnxexport.AnyBatch}
		all[name+" pixels, any batch"] = in
		in.Batch = 2
		all[name+" pixels, batch 2"] = in
	}
	return all
}

func snippetsOf(t *testing.T, in Input) map[string]string {
	t.Helper()
	c := fakeCard()
	c.Metadata.Preprocessing, c.File.Form = &in.Preprocessing, in.Form
	all, err := c.Snippets()
	if err != nil {
		t.Fatal(err)
	}
	code := map[string]string{}
	for _, s := range all {
		code[s.Fence] = s.Code
	}
	return code
}

// TestSnippets: the programs that cannot be compiled here are at least well-formed, in
// every form of input, and contain the numbers.
func TestSnippets(t *testing.T) {
	for name, in := range inputs() {
		for language, code := range snippetsOf(t, in) {
			for _, pair := range []string{"()", "[]", "{}"} {
				if a, b := strings.Count(code, pair[:1]), strings.Count(code, pair[1:]); a != b {
					t.Errorf("%s, %s: %d of %q, %d of %q", language, name, a, pair[:1], b, pair[1:])
				}
			}
			if strings.Contains(code, "<no value>") || strings.Contains(code, "\n\n\n") || strings.Contains(code, " \n") {
				t.Errorf("%s, %s: holes in\n%s", language, name, code)
			}
			for _, want := range []string{`"model.onnx"`, `"model.labels.txt"`, `"input"`, `"logits"`} {
				if !strings.Contains(code, want) {
					t.Errorf("%s, %s: no %s", language, name, want)
				}
			}
			if has := strings.Contains(code, floats(in.Mean[:1], "")); has == in.Pixels() {
				t.Errorf("%s, %s: normalises: %v", language, name, has)
			}
		}
	}
	c := fakeCard()
	c.File.Name = "a\"$b.onnx"
	all, err := c.Snippets()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		want := `"a\"$b.onnx"`
		if s.Fence == "kotlin" {
			want = `"a\"\$b.onnx"`
		}
		if !strings.Contains(s.Code, want) {
			t.Errorf("%s does not quote the name of the file as %s", s.Fence, want)
		}
	}
}

func TestPythonParses(t *testing.T) {
	interpreter, err := python.Find(t.Context(), "py_compile")
	if err != nil {
		t.Skipf("apt-get install python3: %v", err)
	}
	dir := t.TempDir()
	var files []string
	for name, in := range inputs() {
		files = append(files, filepath.Join(dir, name+".py"))
		if err := os.WriteFile(files[len(files)-1], []byte(snippetsOf(t, in)["python"]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := process.Output(t.Context(), nil, nil, append([]string{interpreter, "-m", "py_compile"}, files...)...); err != nil {
		t.Error(err)
	}
}
