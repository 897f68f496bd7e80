package profile

import (
	"flag"
	"os"
	"testing"

	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

var update = flag.Bool("update", false, "write sentinel.onnx again; every table that exists becomes incomparable")

const digest = "b76e6b9d4d209ff73b2c1439ce1103d34ab6c1bdfc3f3f984aa19fda34fb83c7"

// TestSentinel compares the committed file with its description. Its bytes are
// not compared with a new export, since they stay when the export changes.
func TestSentinel(t *testing.T) {
	arch, err := models.ReadArch("sentinel.yaml")
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if n := models.Count(blocks).MACs; n < 1_800_000 || n > 2_000_000 {
		t.Errorf("%d MACs", n)
	}
	if *update {
		s, err := onnxexport.Network(arch.Name, blocks, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("sentinel.onnx", s.Bytes, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := onnx.Read("sentinel.onnx")
	if err != nil {
		t.Fatal(err)
	}
	if err := onnx.Check(file); err != nil {
		t.Error(err)
	}
	if got := Sentinel().Digest(); got != digest && !*update {
		t.Errorf("sentinel.onnx has the digest %s: another file than the one in the tables that exist", got)
	}
	var params int64
	initializers, err := file.Initializers()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range initializers {
		n, err := i.Len()
		if err != nil {
			t.Fatal(err)
		}
		params += n
	}
	if want := models.Count(blocks).Params; params < want*9/10 || params > want*11/10 {
		t.Errorf("sentinel.onnx has %d numbers, sentinel.yaml %d parameters", params, want)
	}
}
