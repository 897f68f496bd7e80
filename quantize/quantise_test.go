package quantize_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

var update = flag.Bool("update", false, "write the golden files")

// architectures contain, together, everything that is quantised in a special
// way.
var architectures = map[string]string{
	"relu": `
  - {kind: conv, out: 4, kernel: 3, stride: 2, act: relu}
  - {kind: ir, out: 4, kernel: 3, expansion: 2, act: relu}`,
	"hswish": `
  - {kind: conv, out: 4, kernel: 3, act: hswish, bias: true}
  - {kind: ir, out: 4, kernel: 5, expansion: 2, act: hswish, se: hsigmoid, se_ratio: 0.5}`,
	"others": `
  - {kind: conv, out: 4, kernel: 3, act: none}
  - {kind: ir, out: 8, kernel: 3, stride: 2, expansion: 2, act: relu, groups: 2, out_groups: 2, shuffle: true}
  - {kind: ir, out: 8, kernel: 3, expansion: 1, expand_conv: true, act: relu, se: sigmoid, squeeze: 3}
  - {kind: ir_pool, out: 12, expansion: 2, act: hswish}`,
}

// float exports an architecture with random weights.
func float(t testing.TB, name string) *onnx.Model { return floatIn(t, name, 17) }

func floatIn(t testing.TB, name string, opset int) *onnx.Model {
	t.Helper()
	arch, err := models.ParseArch([]byte(`
version: 1
name: ` + name + `
input: {channels: 2, height: 10, width: 10}
classes: 3
rounding: {divisor: 1}
blocks:` + architectures[name] + `
head: {bias: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	m, err := onnxexport.Export(onnxexport.Spec{Name: name, Form: onnxexport.Form{Opset: opset}, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 5)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func timed(t testing.TB, m *onnx.Model, o quantize.Options) *onnx.Model {
	t.Helper()
	q, err := quantize.Timed(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// structure is a list of a model's nodes and constants, one per line.
func structure(m *onnx.Model) string {
	var s strings.Builder
	for _, n := range m.Proto.Graph.Node {
		fmt.Fprintf(&s, "%s = %s(%s)\n", strings.Join(n.Output, ", "), n.GetOpType(), strings.Join(n.Input, ", "))
	}
	tensors, _ := m.Initializers()
	for _, t := range tensors {
		fmt.Fprintf(&s, "%s: %v%v\n", t.Name, t.DType, t.Dims)
	}
	return s.String()
}

// TestStructure compares the QDQ form with golden files.
func TestStructure(t *testing.T) {
	for name := range architectures {
		t.Run(name, func(t *testing.T) {
			m := float(t, name)
			before := structure(m)
			q := timed(t, m, quantize.Options{})
			if structure(m) != before {
				t.Error("the float model was changed")
			}
			if err := onnx.Check(q); err != nil {
				t.Error(err)
			}
			path := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(structure(q)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := structure(q); got != string(want) {
				t.Errorf("the structure is not that of %s:\n%s", path, got)
			}
		})
	}
}

// ops counts a model's operators.
func ops(m *onnx.Model) map[string]int {
	n := map[string]int{}
	for _, node := range m.Proto.Graph.Node {
		n[node.GetOpType()]++
	}
	return n
}

func TestLayersInFloat(t *testing.T) {
	m := float(t, "hswish")
	for _, tc := range []struct {
		float []string
		left  []string
	}{
		{[]string{quantize.First}, []string{"blocks.00.conv"}},
		{[]string{quantize.Last}, []string{"head.classifier"}},
		{[]string{"blocks.01.se"}, []string{"blocks.01.se.reduce", "blocks.01.se.expand"}},
		{[]string{"blocks.01.depthwise", quantize.Last}, []string{"blocks.01.depthwise", "head.classifier"}},
	} {
		q := timed(t, m, quantize.Options{Float: tc.float})
		var left []string
		for _, n := range q.Proto.Graph.Node {
			if n.GetOpType() == "Conv" && strings.HasSuffix(n.Input[1], ".weight") {
				left = append(left, strings.TrimSuffix(n.Input[1], ".weight"))
			}
		}
		if !slices.Equal(left, tc.left) {
			t.Errorf("float %v leaves %v, want %v", tc.float, left, tc.left)
		}
		if names, err := quantize.Tensors(m, quantize.Options{Float: tc.float}); err != nil || len(names) == 0 {
			t.Errorf("tensors %v, %v", names, err)
		}
	}
	_, err := quantize.Timed(m, quantize.Options{Float: []string{"blocks.1", "last"}})
	if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "no layer blocks.1") || !strings.Contains(fault.HintOf(err), "blocks.01.depthwise") {
		t.Errorf("an unknown layer: %v (hint: %s)", err, fault.HintOf(err))
	}
}

// TestRefused: models that Export does not write are refused, with the reason.
func TestRefused(t *testing.T) {
	word := func(s string) *string { return &s }
	for name, tc := range map[string]struct {
		change func(*onnx.Model)
		want   string
	}{
		"an old opset":   {func(m *onnx.Model) { *m.Proto.OpsetImport[0].Version = 12 }, "opset 12"},
		"int8 already":   {func(m *onnx.Model) { m.Proto = timed(t, m, quantize.Options{}).Proto }, "already quantised"},
		"fused already":  {func(m *onnx.Model) { m.Proto.Graph.Node[0].OpType = word("QLinearConv") }, "already quantised"},
		"a broken graph": {func(m *onnx.Model) { m.Proto.Graph.Node[1].Input[0] = "nowhere" }, "nowhere"},
		"two inputs": {func(m *onnx.Model) {
			m.Proto.Graph.Input = append(m.Proto.Graph.Input, &onnxpb.ValueInfoProto{Name: word("more"), Type: m.Proto.Graph.Input[0].Type})
		}, "2 tensors"},
		"a subgraph": {func(m *onnx.Model) {
			m.Proto.Graph.Node[0].Attribute = append(m.Proto.Graph.Node[0].Attribute, &onnxpb.AttributeProto{Name: word("body"), G: &onnxpb.GraphProto{}})
		}, "graph inside"},
		"no tensor of its size": {func(m *onnx.Model) { m.Proto.Graph.Initializer[0].RawData = []byte{1} }, "bytes"},
	} {
		m := float(t, "relu")
		tc.change(m)
		if _, err := quantize.Tensors(m, quantize.Options{}); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want a word of %q", name, err, tc.want)
		}
	}
	m := float(t, "relu")
	if _, err := quantize.Quantise(m, map[string]quantize.Range{"input": {Low: 0, High: 1}}, quantize.Options{}); err == nil || !strings.Contains(err.Error(), "no range for Relu") {
		t.Errorf("a missing range: %v", err)
	}
	if _, err := quantize.Timed(m, quantize.Options{Activations: onnx.Int16}); err == nil {
		t.Error("activations of int16 were taken")
	}
}
