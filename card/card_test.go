package card

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/internal/chw"
	"fbnas/internal/golden"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/onnxexport"
)

var fakeBlocks = []Block{
	{models.Block{Kind: "conv", Kernel: 3, Stride: 2, In: 1, Out: 8, SE: "none", Act: "relu"}, 41},
	{models.Block{Kind: "ir", Kernel: 3, Stride: 1, In: 8, Mid: 24, Out: 8, SE: "none", Act: "relu"}, 182},
	{models.Block{Kind: "ir", Kernel: 5, Stride: 2, In: 8, Mid: 32, Out: 24, SE: "hsigmoid", Act: "hswish"}, 260.4},
	{models.Block{Kind: "ir", Kernel: 5, Stride: 1, In: 24, Mid: 48, Out: 24, SE: "none", Act: "relu"}, 301},
	{models.Block{Kind: "skip", Kernel: 1, Stride: 1, In: 24, Out: 24, SE: "none", Act: "none"}, 0},
	{models.Block{Kind: "conv", Kernel: 1, Stride: 1, In: 24, Out: 96, SE: "none", Act: "relu"}, 210},
	{models.Block{Kind: "head", Kernel: 1, Stride: 1, In: 96, Out: 10, SE: "none", Act: "none"}, 12},
}

func fakeCard() Card {
	return Card{
		Name: "demo-found", Data: "fashion-mnist", Epochs: 4, MACs: 834_000, Params: 24_118, Blocks: fakeBlocks,
		File: File{Name: "model.onnx", Labels: "model.labels.txt", Bytes: 101_224, IRVersion: 8, Form: onnxexport.Form{Batch: 1, Opset: 17}},
		Metadata: onnxexport.Metadata{
			Tool:          "fbnas 0.1.0",
			Preprocessing: &dataset.Preprocessing{Shape: chw.Shape{Channels: 1, Height: 28, Width: 28}, Mean: []float32{0.286}, Std: []float32{0.353}},
			Classes:       []string{"T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
			Accuracy:      &onnxexport.Accuracy{Top1: 0.9041, Images: 10_000, Data: "fashion-mnist"},
			Latency: &onnxexport.Latency{
				Device: "Xeon, 2 cores", Runtime: "onnxruntime 1.27.0", MeasuredUS: 1234,
				Table: "5bd0cf9c0a4271", PredictedUS: 1251, ErrorUS: 26, ErrorOrigin: string(lut.Validated), Rows: 6, PredictedRows: 2,
			},
		},
		Parity: &onnxexport.Parity{MaxAbsDiff: 3.1e-6, Inputs: 64},
		Search: &Search{Space: "demo", Log10Architectures: 9.1, TargetUS: 1300, LimitUS: 1258, Seed: 7},
	}
}

// int8Card is the card of the same network, quantised.
func int8Card() Card {
	c := fakeCard()
	c.File.Bytes, c.Search.Precision = 57_900, "int8"
	c.Metadata.Precision = onnxexport.Int8Precision
	c.Metadata.Accuracy.Top1 = 0.898
	c.Metadata.Latency = &onnxexport.Latency{Device: "local", Runtime: "onnxruntime 1.27.0", MeasuredUS: 1345}
	c.Metadata.Quantization = &onnxexport.Quantization{
		Activations: "uint8", ReduceRange: true, Method: "percentile", Data: "fashion-mnist", Images: 256, Float: []string{"first", "blocks.01.se"},
		Saturation: &onnxexport.Saturation{Saturates: true, Images: 256, Changed: 251, MaxAbsDiff: 0.4, Device: "local"},
		Compared:   256, Agreement: onnxexport.Agreement{SameClass: 251, SQNR: 27.5}, FloatTop1: 0.913, Top1Error: 0.0045,
	}
	c.Int8 = &Int8{FloatBytes: 84_400, FloatLatencyUS: 1234, Warnings: []string{"int8 is slower than float on local (+9.0 %): ship the float file there"}}
	return c
}

func TestModelCard(t *testing.T) {
	plain := Card{
		Name: "fbnetv2_f1", Licence: "CC BY 4.0",
		File: File{Name: "f1.onnx", Labels: "f1.labels.txt", Form: onnxexport.Form{Batch: onnxexport.AnyBatch, Input: onnxexport.PixelsNHWC}},
		Metadata: onnxexport.Metadata{
			Preprocessing: &dataset.Preprocessing{Shape: chw.Shape{Channels: 3, Height: 224, Width: 224}, Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 1}},
			Classes:       make([]string, 1000),
			Latency:       &onnxexport.Latency{PredictedUS: 1251, ErrorUS: 26},
		},
	}
	for i := range plain.Metadata.Classes {
		plain.Metadata.Classes[i] = fmt.Sprint("class ", i)
	}
	for name, c := range map[string]Card{"card.md": fakeCard(), "card-plain.md": plain, "card-int8.md": int8Card()} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := c.Write(&out); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, name, out.Bytes())
		})
	}
}

// Names of classes and devices are foreign text.
func TestModelCardEscapes(t *testing.T) {
	evil := "x\n## y | <script>[a](b)"
	c := fakeCard()
	c.Name, c.Data, c.Metadata.Accuracy.Data, c.Metadata.Classes, c.Metadata.Latency.Device, c.Search.Space, c.Licence = evil, evil, evil, []string{evil}, evil, evil, evil
	c.Blocks = []Block{{Block: models.Block{Kind: "conv"}}}
	var out bytes.Buffer
	if err := c.Write(&out); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, "<script>") || strings.Contains(text, "\n## y") || strings.Contains(text, "[a](b)") || strings.Contains(text, "# y | ") {
		t.Errorf("a name became markup:\n%s", text)
	}
}

// The card says what a prediction's error is from, if that is known.
func TestTheCardSaysWhatErrorsAreFrom(t *testing.T) {
	for origin, want := range map[lut.Origin]string{
		lut.Validated: "± 26.0 µs, validated", lut.LeaveOneOut: "± 26.0 µs, found by leaving networks out of its calibration, not validated", "": "± 26.0 µs |",
	} {
		var out bytes.Buffer
		c := fakeCard()
		c.Metadata.Latency.Table, c.Metadata.Latency.ErrorOrigin, c.Metadata.Latency.PredictedRows = "", string(origin), 0
		if err := c.Write(&out); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%q: no %q in the card (%v)", origin, want, err)
		}
	}
}

// A card says how many images its file takes, and its programs give it as many.
func TestImagesAtOnce(t *testing.T) {
	for batch, want := range map[int][3]string{
		0: {"float32 [1, 1, 28, 28]", "float32 [1, 10]", "= 1, 1, 28, 28, 10"}, 1: {"float32 [1, 1, 28, 28]", "float32 [1, 10]", "= 1, 1, 28, 28, 10"},
		8: {"float32 [8, 1, 28, 28]", "float32 [8, 10]", "= 8, 1, 28, 28, 10"}, onnxexport.AnyBatch: {"float32 [N, 1, 28, 28]", "float32 [N, 10]", "= 1, 1, 28, 28, 10"},
	} {
		c := fakeCard()
		c.File.Form.Batch = batch
		var out bytes.Buffer
		if err := c.Write(&out); err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !strings.Contains(out.String(), text) {
				t.Errorf("batch %d: no %q in the card", batch, text)
			}
		}
	}
}

// Means and deviations are told as exactly as a network needs them.
func TestFloats(t *testing.T) {
	if got, want := floats([]float32{0.286041, 1, 0, 1.5e-7, 255}, "f"), "0.286041f, 1.0f, 0.0f, 1.5e-07f, 255.0f"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
