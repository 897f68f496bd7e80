package main

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"fbnas/dataset/datasettest"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
	"fbnas/weights"
)

// trainedCmds are the scripts' commands around trainings and their files.
var trainedCmds = map[string]func(*testscript.TestScript, bool, []string){
	"bars": bars, "truncate": truncate, "reweigh": reweigh, "rewire": rewire, "sameTop1": sameTop1, "sameWeights": sameWeights, "pictures": pictures,
}

// bars FOLDER TRAIN TEST CLASSES writes a data set that is learned quickly.
func bars(ts *testscript.TestScript, _ bool, args []string) {
	var n [3]int
	for i := range n {
		var err error
		n[i], err = strconv.Atoi(args[i+1])
		ts.Check(err)
	}
	ts.Check(datasettest.WriteBars(ts.MkAbs(args[0]), n[0], n[1], 6, n[2]))
}

// truncate IN OUT writes the first half of a file.
func truncate(ts *testscript.TestScript, _ bool, args []string) {
	data := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(data[:len(data)/2]), 0o644))
}

// reweigh IN.onnx OUT.onnx changes a bit of a weight.
func reweigh(ts *testscript.TestScript, _ bool, args []string) {
	change(ts, args, func(m *onnx.Model) {
		for _, t := range m.Proto.GetGraph().GetInitializer() {
			if len(t.GetRawData()) > 0 {
				t.RawData[0] ^= 1
				return
			}
		}
		ts.Fatalf("no weights in %s", args[0])
	})
}

// rewire IN.onnx OUT.onnx takes an activation out of the graph: the weights
// are the same, and what is computed is not.
func rewire(ts *testscript.TestScript, _ bool, args []string) {
	change(ts, args, func(m *onnx.Model) {
		g := m.Proto.GetGraph()
		i := slices.IndexFunc(g.GetNode(), func(n *onnxpb.NodeProto) bool { return n.GetOpType() == "Relu" })
		if i < 0 {
			ts.Fatalf("no Relu in %s", args[0])
		}
		op := "Neg"
		g.GetNode()[i].OpType = &op
	})
}

func change(ts *testscript.TestScript, args []string, how func(*onnx.Model)) {
	m, err := onnx.Read(ts.MkAbs(args[0]))
	ts.Check(err)
	how(m)
	ts.Check(m.Write(ts.MkAbs(args[1])))
}

// sameTop1 A B compares the accuracy in two documents.
func sameTop1(ts *testscript.TestScript, _ bool, args []string) {
	var top1 [2]float64
	for i := range top1 {
		var doc struct{ Top1 float64 }
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[i])), &doc))
		top1[i] = doc.Top1
	}
	if top1[0] != top1[1] || top1[0] < 0.6 {
		ts.Fatalf("accuracies %v: want equal ones, far above chance", top1)
	}
}

// sameWeights A B says that two files hold the same weights, bit for bit,
// whatever they say of their data.
func sameWeights(ts *testscript.TestScript, _ bool, args []string) {
	var values [2]map[string][]float64
	for i := range values {
		w, err := weights.Read(ts.MkAbs(args[i]))
		ts.Check(err)
		values[i] = w.Values
	}
	if len(values[0]) == 0 || !reflect.DeepEqual(values[0], values[1]) {
		ts.Fatalf("%s and %s hold other weights", args[0], args[1])
	}
}
