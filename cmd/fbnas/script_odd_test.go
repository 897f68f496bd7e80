package main

import (
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"fbnas/onnx"
	"fbnas/onnx/onnxtest"
)

// oddCmds are the commands of scripts that make files as other people do.
var oddCmds = map[string]func(*testscript.TestScript, bool, []string){
	"odd": odd, "softmaxed": softmaxed, "channels-last": channelsLast,
}

// odd KIND OUT.onnx [DATA] writes one of onnxtest.OddModels, with the weights in a file
// of that name beside it.
func odd(ts *testscript.TestScript, _ bool, args []string) {
	m, err := onnxtest.OddModel(args[0])
	ts.Check(err)
	path := ts.MkAbs(args[1])
	if len(args) < 3 {
		ts.Check(m.Write(path))
		return
	}
	weights := onnxtest.ReferTo(m, args[2])
	ts.Check(os.WriteFile(filepath.Join(filepath.Dir(path), args[2]), weights, 0o666))
	data, err := m.Bytes()
	ts.Check(err)
	ts.Check(os.WriteFile(path, data, 0o666))
}

// softmaxed IN.onnx OUT.onnx has probabilities, "classes", instead of logits.
func softmaxed(ts *testscript.TestScript, _ bool, args []string) {
	m, err := onnx.Read(ts.MkAbs(args[0]))
	ts.Check(err)
	g := m.Proto.Graph
	b := onnx.NewBuilder("softmax", 17)
	b.Node("Softmax", []string{b.Input(g.Output[0].GetName(), onnx.Float32, nil)}, []string{"classes"}, onnx.Int("axis", 1)).Named("softmax")
	b.Output("classes", onnx.Float32, nil)
	tail, err := b.Model()
	ts.Check(err)
	g.Node = append(g.Node, tail.Proto.Graph.Node...)
	g.Output = tail.Proto.Graph.Output
	ts.Check(m.Write(ts.MkAbs(args[1])))
}

// channelsLast IN.onnx OUT.onnx takes float32 [N,H,W,C] for [N,C,H,W].
func channelsLast(ts *testscript.TestScript, _ bool, args []string) {
	m, err := onnx.Read(ts.MkAbs(args[0]))
	ts.Check(err)
	g := m.Proto.Graph
	in := m.Inputs()[0]
	s := in.Shape
	b := onnx.NewBuilder("transpose", 17)
	b.Node("Transpose", []string{b.Input("camera", in.Type, onnx.Shape{s[0], s[2], s[3], s[1]})}, []string{in.Name}, onnx.Ints("perm", 0, 3, 1, 2)).Named("first")
	b.Output(in.Name, in.Type, s)
	front, err := b.Model()
	ts.Check(err)
	g.Node = append(front.Proto.Graph.Node, g.Node...)
	g.Input = front.Proto.Graph.Input
	ts.Check(m.Write(ts.MkAbs(args[1])))
}
