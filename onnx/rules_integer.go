package onnx

import "fbnas/onnx/onnxpb"

// cloneNode is a node with some of its inputs.
func cloneNode(n *onnxpb.NodeProto, inputs ...int) *onnxpb.NodeProto {
	c := &onnxpb.NodeProto{OpType: n.OpType, Attribute: n.GetAttribute(), Output: n.GetOutput()}
	for _, i := range inputs {
		name := ""
		if i < len(n.GetInput()) {
			name = n.Input[i]
		}
		c.Input = append(c.Input, name)
	}
	return c
}

// onCodes is the rule of an operator that computes with quantised numbers: the
// shapes are those of r on the inputs that hold numbers, not scales or zero
// points; gives is the type of the output.
func onCodes(r rule, gives func(*call) DType, inputs ...int) rule {
	return func(c *call) {
		plain := *c
		plain.node = &onnxpb.NodeProto{Attribute: c.node.GetAttribute()}
		plain.in = nil
		for _, i := range inputs {
			if !c.has(i) {
				break
			}
			plain.node.Input = append(plain.node.Input, c.node.Input[i])
			plain.in = append(plain.in, TypeShape{Float32, c.in[i].Shape})
		}
		r(&plain)
		for i := range c.out {
			c.out[i].Type = gives(c)
		}
	}
}

func int32s(*call) DType { return Int32 }

// asZeroPoint: the output's zero point, input 7, has the output's type.
func asZeroPoint(c *call) DType { return c.input(7).Type }

// dynamicQuantize: codes, their scale and their zero point.
func dynamicQuantize(c *call) {
	c.float(0)
	c.give(0, Uint8, c.input(0).Shape)
	c.give(1, Float32, Shape{})
	c.give(2, Uint8, Shape{})
}
