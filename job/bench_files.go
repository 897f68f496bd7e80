package job

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/onnx"
)

// benchFile is a file to be timed, as it is sent to the device.
type benchFile struct {
	path    string
	model   latency.Model
	inputs  []onnx.Value // at the shapes that it is timed at; nil where the file is no model
	resized []string     // the inputs whose shapes differ from the file's
	foreign bool         // no ONNX model, as far as fbnas can tell
}

// readBenchFiles reads files of any origin. Dimensions that a file leaves open,
// other than the batch, must be given in shapes, by the inputs' names; a shape
// applies to every file that has such an input. External tensors are moved into
// the model, because a device gets only one file.
func readBenchFiles(paths []string, shapes map[string][]int64) ([]benchFile, error) {
	var files []benchFile
	var problems []error
	used := map[string]bool{}
	for _, path := range paths {
		f, err := readBenchFile(path, shapes, used)
		if err != nil {
			problems = append(problems, err)
		}
		files = append(files, f)
	}
	for name := range shapes {
		if !used[name] && len(problems) == 0 {
			problems = append(problems, fault.New(fault.Usage, "fbnas models show says what a file's inputs are called.",
				"--input %s: no file has an input of that name", name))
		}
	}
	if len(problems) == 0 {
		return files, nil
	}
	return nil, joinProblems(problems)
}

// joinProblems is one error with the code of the first and the hints of all.
func joinProblems(problems []error) error {
	var hints []string
	for _, p := range problems {
		if h := fault.HintOf(p); h != "" && !slices.Contains(hints, h) {
			hints = append(hints, h)
		}
	}
	return fault.New(fault.CodeOf(problems[0]), strings.Join(hints, " "), "%w", fault.Join(problems))
}

func readBenchFile(path string, shapes map[string][]int64, used map[string]bool) (benchFile, error) {
	f := benchFile{path: path, model: latency.Model{Name: path}}
	m, err := onnx.Read(path)
	switch {
	case errors.Is(err, onnx.ErrFormat):
		// The runtime decides what a model is: its refusal becomes this file's
		// result, and the other files are timed.
		f.foreign = true
		f.model.Bytes, err = os.ReadFile(path)
		return f, err
	case errors.Is(err, fs.ErrNotExist) && fault.HintOf(err) == "":
		return f, fault.New(fault.Usage, "Give the path of an ONNX file.", "read model: %w", err)
	case err != nil:
		return f, err
	}
	given := map[string][]int64{}
	for _, v := range m.Inputs() {
		if shape, ok := shapes[v.Name]; ok {
			given[v.Name], used[v.Name] = shape, true
		}
	}
	at, err := m.AtShapes(given)
	if err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	f.inputs, f.resized = at.Inputs(), resized(m.Inputs(), given)
	for _, v := range f.inputs {
		if err := checkInput(v); err != nil {
			return f, fmt.Errorf("%s: %w", path, err)
		}
	}
	if len(given) > 0 {
		m = at
	}
	f.model.Bytes, err = modelBytes(path, m, len(given) > 0)
	return f, err
}

// checkInput refuses an input that nothing can be drawn for.
func checkInput(v onnx.Value) error {
	switch {
	case v.Type == onnx.StringType:
		return fault.New(fault.Failure, "Give a model whose inputs are numbers, such as the part behind its tokenizer.",
			"input %q takes strings, and only numbers can be drawn", v.Name)
	case v.Shape == nil && v.Type.Size() > 0:
		return fault.New(fault.Usage, fmt.Sprintf("Give its sizes, such as --input %s:1x3x224x224.", v.Name), "input %q has no shape: the file leaves all of it open", v.Name)
	case slices.Contains(v.Shape, onnx.Fixed(0)):
		return fault.New(fault.Failure, "Mend the file, or give the shape with --input.", "input %q has the shape %v: a dimension of 0 leaves nothing to compute", v.Name, v.Shape)
	}
	return nil
}

// resized lists the inputs that are timed at other shapes than the file fixes:
// the time is then not that of the unchanged file.
func resized(declared []onnx.Value, given map[string][]int64) []string {
	var list []string
	for _, v := range declared {
		shape, ok := given[v.Name]
		for i, d := range v.Shape {
			if ok && d.Known() && d.Size > 0 && d.Size != shape[i] {
				list = append(list, fmt.Sprintf("input %q is timed at %v, the file has %v", v.Name, onnx.Dims(shape...), v.Shape))
				break
			}
		}
	}
	return list
}

// modelBytes returns the file's own bytes where nothing was changed and nothing
// is stored outside it, so that the file's digest identifies what is timed.
func modelBytes(path string, m *onnx.Model, changed bool) ([]byte, error) {
	if !changed {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if _, err := onnx.Decode(data); err == nil {
			return data, nil
		}
	}
	data, err := m.Bytes()
	if err != nil {
		return nil, fault.New(fault.Failure, "Give a smaller model: a model is sent to the device in one message.", "%w", err)
	}
	return data, nil
}

// described returns the inputs for a document.
func (f benchFile) described() []ValueInfo {
	var list []ValueInfo
	for _, v := range f.inputs {
		list = append(list, describeValue(v))
	}
	return list
}
