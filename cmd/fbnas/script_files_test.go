package main

import (
	"regexp"
	"slices"

	"github.com/rogpeppe/go-internal/testscript"

	"fbnas/lut"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// strange OUT.onnx writes a file of somebody else: Conv 3x3 from 2 to 4
// channels of 6x6, BatchNormalization, an operator that nobody knows, pool,
// Gemm to 5.
func strange(ts *testscript.TestScript, _ bool, args []string) {
	b := onnx.NewBuilder("strange", 17)
	b.Import("else", 1)
	images := func(channels, side int) onnx.Shape {
		return onnx.Shape{onnx.Sym("N"), onnx.Fixed(channels), onnx.Fixed(side), onnx.Fixed(side)}
	}
	zeros := func(name string, dims ...int) string {
		n := 1
		for _, d := range dims {
			n *= d
		}
		return b.Initializer(name, onnx.NewTensor("", make([]float32, n), dims...))
	}
	x := b.Input("x", onnx.Float32, images(2, 6))
	b.Node("Conv", []string{x, zeros("w", 4, 2, 3, 3), zeros("bias", 4)}, []string{"c"})
	b.Node("BatchNormalization", []string{"c", zeros("gamma", 4), zeros("beta", 4), zeros("mean", 4), zeros("var", 4)}, []string{"n"})
	b.Node("Mystery", []string{"n", zeros("theirs", 4)}, []string{"m"}).In("else")
	b.ValueInfo("m", onnx.Float32, images(4, 4))
	b.Node("GlobalAveragePool", []string{"m"}, []string{"g"})
	b.Node("Flatten", []string{"g"}, []string{"f"})
	b.Node("Gemm", []string{"f", zeros("fc", 4, 5)}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Shape{onnx.Sym("N"), onnx.Fixed(5)})
	m, err := b.Model()
	ts.Check(err)
	ts.Check(m.Write(ts.MkAbs(args[0])))
}

// unsteady IN.lut OUT.lut writes a table as profile --allow-noisy makes one on
// a device that does not settle.
func unsteady(ts *testscript.TestScript, _ bool, args []string) {
	t, err := lut.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	t.Path = ts.MkAbs(args[1])
	t.Header.Noisy = "the sentinel wandered"
	ts.Check(t.Save())
}

// capture NAME REGEXP FILE sets an environment variable to what a group of the
// expression matches in a file.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile(args[2]))
	if m == nil {
		ts.Fatalf("%s has no match for %s", args[2], args[1])
	}
	ts.Setenv(args[0], m[1])
}

// truncating IN.onnx OUT.onnx has what the first convolution gives cut to whole
// numbers.
func truncating(ts *testscript.TestScript, _ bool, args []string) {
	m, err := onnx.Read(ts.MkAbs(args[0]))
	ts.Check(err)
	g := m.Proto.Graph
	at := slices.IndexFunc(g.Node, func(n *onnxpb.NodeProto) bool { return n.GetOpType() == "Conv" })
	out := g.Node[at].Output[0]
	g.Node[at].Output[0] = "whole"
	b := onnx.NewBuilder("casts", 17)
	b.Node("Cast", []string{"whole"}, []string{"cut"}, onnx.Int("to", onnx.Int32))
	b.Node("Cast", []string{"cut"}, []string{out}, onnx.Int("to", onnx.Float32)).Named("back")
	b.Input("whole", onnx.Float32, nil)
	casts, err := b.Model()
	ts.Check(err)
	g.Node = slices.Insert(g.Node, at+1, casts.Proto.Graph.Node...)
	ts.Check(m.Write(ts.MkAbs(args[1])))
}
