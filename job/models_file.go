package job

import (
	"fmt"
	"strconv"
	"strings"

	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnx/summary"
)

// FileInfo is the document of fbnas models show for an ONNX file, by its nodes.
type FileInfo struct {
	Name          string        `json:"name"`
	Graph         string        `json:"graph"`
	Input         *models.Input `json:"input"` // null unless there is one input [N,C,H,W]
	Inputs        []ValueInfo   `json:"inputs"`
	Outputs       []ValueInfo   `json:"outputs"`
	Opset         int64         `json:"opset"`
	IRVersion     int64         `json:"ir_version"`
	Producer      *string       `json:"producer"`
	Uncounted     int           `json:"uncounted_nodes"`
	ConstantBytes int64         `json:"constant_bytes"`
	PeakBytes     int64         `json:"peak_activation_bytes"`
	NodeCounts
	Layers []NodeInfo `json:"layers"`
}

// ValueInfo is a value of a graph in a document.
type ValueInfo struct {
	Name  string      `json:"name"`
	Type  string      `json:"type"`
	Shape []Dimension `json:"shape"` // null where the rank is unknown
}

// Dimension is a number, the name of a symbolic dimension, or nil where the file
// states nothing.
type Dimension any

// NodeCounts are summary.Counts in a document; unknown counts are null.
type NodeCounts struct {
	CountsInfo
	Elements *int64 `json:"activation_elements"`
	Bytes    *int64 `json:"activation_bytes"`
}

// NodeInfo is a node of a graph in a document.
type NodeInfo struct {
	Name    string    `json:"name"`
	Op      string    `json:"op"`
	Output  ValueInfo `json:"output"`
	MACs    *int64    `json:"macs"`
	Params  int64     `json:"params"`
	Weights int64     `json:"conv_weights"`
	// FLOPsWithPool is null where MACs is.
	FLOPsWithPool *int64  `json:"flops_with_pool"`
	Elements      *int64  `json:"activation_elements"`
	Bytes         *int64  `json:"activation_bytes"`
	Unknown       *string `json:"unknown"` // why some of it is unknown
}

// inputShapes parses the --input flags: shapes by the inputs' names.
func inputShapes(flags []string) (map[string][]int64, error) {
	shapes := map[string][]int64{}
	for _, text := range flags {
		name, shape, err := inputShape(text)
		if err != nil {
			return nil, err
		}
		if _, twice := shapes[name]; twice {
			return nil, fault.New(fault.Usage, "Give each input one shape.", "--input is given twice for %s", name)
		}
		shapes[name] = shape
	}
	return shapes, nil
}

// inputShape parses NAME:1x3x224x224; names may contain colons.
func inputShape(text string) (string, []int64, error) {
	wrong := fault.New(fault.Usage, "Write it as in --input data:1x3x224x224.", "--input %s is not a name and a shape", text)
	at := strings.LastIndexByte(text, ':')
	if at < 1 {
		return "", nil, wrong
	}
	var shape []int64
	for _, size := range strings.Split(text[at+1:], "x") {
		n, err := strconv.ParseInt(size, 10, 32)
		if err != nil || n < 1 {
			return "", nil, wrong
		}
		shape = append(shape, n)
	}
	return text[:at], shape, nil
}

// describeFile counts the nodes of an ONNX file.
func describeFile(path string, m *onnx.Model, inputs []string) (*FileInfo, error) {
	shapes, err := inputShapes(inputs)
	if err != nil {
		return nil, err
	}
	s, err := summary.Of(m, summary.Options{Shapes: shapes})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := &FileInfo{
		Name: path, Graph: s.Name, Opset: s.Opset, IRVersion: s.IR, Producer: orNull(s.Producer),
		Uncounted: s.Uncounted, ConstantBytes: s.ConstantBytes, PeakBytes: s.PeakBytes,
		NodeCounts: NodeCounts{CountsInfo{MACs: s.MACs, Params: s.Params, ConvWeights: s.Weights, FLOPsWithPool: s.MACs + s.Pooled}, &s.Elements, &s.Bytes},
	}
	for _, v := range s.Inputs {
		f.Inputs = append(f.Inputs, describeValue(v))
	}
	for _, v := range s.Outputs {
		f.Outputs = append(f.Outputs, describeValue(v))
	}
	if len(s.Inputs) == 1 {
		if sides, known := s.Inputs[0].Shape.Lengths(); known && len(sides) == 4 {
			f.Input = &models.Input{Channels: int(sides[1]), Height: int(sides[2]), Width: int(sides[3])}
		}
	}
	for _, n := range s.Nodes {
		f.Layers = append(f.Layers, describeNode(n))
	}
	return f, nil
}

func describeNode(n summary.Node) NodeInfo {
	info := NodeInfo{Name: n.Name, Op: n.Op, Output: describeValue(onnx.Value{TypeShape: n.Output}), Params: n.Params, Weights: n.Weights, Unknown: orNull(n.Why)}
	if n.Why == "" {
		flops := n.MACs + n.Pooled
		info.MACs, info.FLOPsWithPool = &n.MACs, &flops
	}
	if !n.Unsized {
		info.Elements, info.Bytes = &n.Elements, &n.Bytes
	} else if info.Unknown == nil {
		why := "the shape of its output"
		info.Unknown = &why
	}
	return info
}

// describeValue describes a value of a graph.
func describeValue(v onnx.Value) ValueInfo {
	info := ValueInfo{Name: v.Name, Type: v.Type.String()}
	if v.Shape == nil {
		return info
	}
	info.Shape = []Dimension{}
	for _, d := range v.Shape {
		switch {
		case d.Known():
			info.Shape = append(info.Shape, d.Size)
		case d.Name != "":
			info.Shape = append(info.Shape, d.Name)
		default:
			info.Shape = append(info.Shape, nil)
		}
	}
	return info
}

func (v ValueInfo) String() string {
	var sides []string
	for _, d := range v.Shape {
		if d == nil {
			d = "?"
		}
		sides = append(sides, fmt.Sprint(d))
	}
	shape := strings.Join(sides, "x")
	if v.Shape == nil {
		shape = "?"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", v.Name, v.Type, shape))
}
