package ort

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// plainBlocks writes what the blocked dialect asks of the runtime's own
// operators on blocks of channels as plain ONNX, by their definition: a tensor
// [1,P,H,W] of theirs lies as [P/block, H*W, block], and so do weights [P,1,h,w].
func plainBlocks(block int) func(m *onnx.Model) error {
	return func(m *onnx.Model) error {
		w := &plainWriter{graph: m.Proto.Graph, block: int64(block)}
		for _, n := range w.graph.Node {
			if n.GetDomain() != "com.microsoft.nchwc" {
				w.nodes = append(w.nodes, n)
				continue
			}
			y := ""
			var err error
			switch n.GetOpType() {
			case "Conv":
				y, err = w.conv(n)
			case "GlobalAveragePool":
				y = w.intoBlocks(w.op("GlobalAveragePool", nil, w.outOfBlocks(n.Input[0])))
			default:
				err = fmt.Errorf("no plain %s", n.GetOpType())
			}
			if err != nil {
				return err
			}
			w.node("Identity", nil, n.Output[0], y)
		}
		w.graph.Node = w.nodes
		return nil
	}
}

type plainWriter struct {
	graph *onnxpb.GraphProto
	nodes []*onnxpb.NodeProto
	block int64
	names int
}

func (w *plainWriter) fresh() string {
	w.names++
	return fmt.Sprint("plain.", w.names)
}

func (w *plainWriter) constant(t onnx.Tensor) string {
	t.Name = w.fresh()
	w.graph.Initializer = append(w.graph.Initializer, t.Proto())
	return t.Name
}

func (w *plainWriter) whole(v int64) string { return w.constant(onnx.Vector("", v)) }

func (w *plainWriter) node(op string, attributes []*onnxpb.AttributeProto, out string, in ...string) {
	w.nodes = append(w.nodes, &onnxpb.NodeProto{OpType: &op, Name: &out, Input: in, Output: []string{out}, Attribute: attributes})
}

func (w *plainWriter) op(op string, attributes []*onnxpb.AttributeProto, in ...string) string {
	out := w.fresh()
	w.node(op, attributes, out, in...)
	return out
}

func (w *plainWriter) intoBlocks(x string) string {
	return w.turned(x, w.whole(w.block), w.whole(-1))
}

func (w *plainWriter) outOfBlocks(x string) string {
	return w.turned(x, w.whole(-1), w.whole(w.block))
}

// turned lays x out the other way; its shape stays. One of its first two
// dimensions is 1.
func (w *plainWriter) turned(x, rows, columns string) string {
	shape := w.op("Shape", nil, x)
	planes := w.op("Mul", nil, w.op("Gather", nil, shape, w.whole(0)), w.op("Gather", nil, shape, w.whole(1)))
	axis, perm := onnxpb.AttributeProto_INT, onnxpb.AttributeProto_INTS
	form := w.op("Concat", []*onnxpb.AttributeProto{{Name: proto.String("axis"), Type: &axis, I: proto.Int64(0)}},
		w.op("Div", nil, planes, w.whole(w.block)), rows, columns)
	y := w.op("Transpose", []*onnxpb.AttributeProto{{Name: proto.String("perm"), Type: &perm, Ints: []int64{0, 2, 1}}}, w.op("Reshape", nil, x, form))
	return w.op("Reshape", nil, y, shape)
}

// conv is depthwise: of x, weight, bias, sum; then perhaps Clip.
func (w *plainWriter) conv(n *onnxpb.NodeProto) (string, error) {
	in := append(n.Input[:len(n.Input):len(n.Input)], "", "")
	args := []string{w.outOfBlocks(in[0]), w.outOfBlocks(in[1])}
	if in[2] != "" {
		args = append(args, in[2])
	}
	var geometry []*onnxpb.AttributeProto
	activation, limits := "", []float32(nil)
	for _, a := range n.Attribute {
		switch a.GetName() {
		case "activation":
			activation = string(a.S)
		case "activation_params":
			limits = a.Floats
		default:
			geometry = append(geometry, a)
		}
	}
	y := w.intoBlocks(w.op("Conv", geometry, args...))
	if in[3] != "" {
		y = w.op("Add", nil, y, in[3])
	}
	switch activation {
	case "":
		return y, nil
	case "Clip":
		return w.op("Clip", nil, y, w.constant(onnx.Scalar("", limits[0])), w.constant(onnx.Scalar("", limits[1]))), nil
	}
	return "", fmt.Errorf("no plain activation %s", activation)
}
