package card

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"fbnas/internal/golden"
	"fbnas/lut"
	"fbnas/models"
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
		Name: "demo-found", File: "model.onnx", LabelsFile: "model.labels.txt", Tool: "fbnas 0.1.0", Data: "fashion-mnist", TestData: "fashion-mnist",
		Input:   Input{1, 28, 28, []float32{0.286}, []float32{0.353}, 1, false},
		Classes: []string{"T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
		MACs:    834_000, Params: 24_118, Blocks: fakeBlocks,
		Export:  &Export{Bytes: 101_224, Opset: 17, IRVersion: 8, ParityDiff: 3.1e-6, ParityInputs: 64},
		Train:   &Train{Top1: 0.9041, TestImages: 10_000, Epochs: 4},
		Search:  &Search{Space: "demo", Log10Architectures: 9.1, TargetUS: 1300, LimitUS: 1258, Seed: 7},
		Latency: &Latency{"Xeon, 2 cores", "onnxruntime 1.27.0", "demo.lut", 1251, 1234, 26, lut.Validated, 6, 2, 1300},
	}
}

func TestModelCard(t *testing.T) {
	plain := Card{
		Name: "fbnetv2_f1", File: "f1.onnx", LabelsFile: "f1.labels.txt", Licence: "CC BY 4.0",
		Input:   Input{3, 224, 224, []float32{0.485, 0.456, 0.406}, []float32{0.229, 0.224, 1}, 0, true},
		Classes: make([]string, 1000),
	}
	for i := range plain.Classes {
		plain.Classes[i] = fmt.Sprint("class ", i)
	}
	int8 := fakeCard()
	int8.Precision = "int8"
	search := *int8.Search
	search.Precision = "int8"
	int8.Search = &search
	int8.Int8 = &Int8{
		Activations: "uint8", WeightBits: 7, Method: "percentile", Data: "fashion-mnist", Images: 256, Float: "first, blocks.01.se",
		Saturation: "sums of 8-bit products saturate on local: 251 of 256 calibration images give other logits than exact sums, by at most 0.4",
		Compared:   256, SameClass: 251, SQNR: 27.5, FloatTop1: 0.913, Top1: 0.898, FloatLatencyUS: 1234, Int8LatencyUS: 1345,
		Device: "local", FloatBytes: 84400, Int8Bytes: 57900, Warnings: []string{"int8 is slower than float on local (+9.0 %): ship the float file there"},
	}
	for name, c := range map[string]Card{"card.md": fakeCard(), "card-plain.md": plain, "card-int8.md": int8} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := c.Write(&out); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, name, out.Bytes())
		})
	}
}

// Names of classes and devices come from strangers.
func TestModelCardEscapes(t *testing.T) {
	evil := "x\n## y | <script>[a](b)"
	c := fakeCard()
	c.Name, c.Data, c.TestData, c.Classes, c.Latency.Device, c.Search.Space = evil, evil, evil, []string{evil}, evil, evil
	c.Blocks = []Block{{Block: models.Block{Kind: "conv"}}}
	var out bytes.Buffer
	if err := c.Write(&out); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, "<script>") || strings.Contains(text, "\n## y") || strings.Contains(text, "[a](b)") {
		t.Errorf("a name became markup:\n%s", text)
	}
}

// What a prediction's error is from is said, where it is known.
func TestTheCardSaysWhatErrorsAreFrom(t *testing.T) {
	for origin, want := range map[lut.Origin]string{
		lut.Validated: "± 26.0 µs, validated", lut.LeaveOneOut: "± 26.0 µs, by leaving networks out of its calibration, not validated", "": "± 26.0 µs |",
	} {
		var out bytes.Buffer
		c := fakeCard()
		c.Latency.Table, c.Latency.ErrorOrigin, c.Latency.PredictedRows = "", origin, 0
		if err := c.Write(&out); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%q: no %q in the card (%v)", origin, want, err)
		}
	}
}
