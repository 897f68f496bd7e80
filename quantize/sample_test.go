package quantize_test

import (
	"bytes"
	"testing"

	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

// TestSample: the same block gives the same bytes, its digest does not depend on its
// weights, and its input and output are float32.
func TestSample(t *testing.T) {
	arch, err := models.LoadArch("fbnetv2_f1")
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	block := func(b models.Block, o quantize.Options) onnxexport.Sample {
		s, err := onnxexport.Block(b, 1)
		if err == nil {
			s, err = quantize.Sample(s, o)
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one := block(blocks[3], quantize.Options{})
	if again := block(blocks[3], quantize.Options{}); !bytes.Equal(again.Bytes, one.Bytes) {
		t.Error("the same block gave other bytes")
	}
	for name, other := range map[string]onnxexport.Sample{
		"uint8 activations": block(blocks[3], quantize.Options{Activations: onnx.Uint8}),
		"another block":     block(blocks[5], quantize.Options{}),
	} {
		if other.Graph == one.Graph {
			t.Errorf("%s: the same digest", name)
		}
	}
	network := func(seed uint64) onnxexport.Sample {
		s, err := onnxexport.Network("n", blocks[:5], 1, seed)
		if err == nil {
			s, err = quantize.Sample(s, quantize.Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if a, b := network(1), network(2); a.Graph != b.Graph || bytes.Equal(a.Bytes, b.Bytes) {
		t.Error("other weights are to give other bytes and the same digest")
	}
	m, err := onnx.Decode(one.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if in, out := m.Inputs()[0], m.Outputs()[0]; in.Type != onnx.Float32 || out.Type != onnx.Float32 {
		t.Errorf("%v goes in, %v comes out", in, out)
	}
}
